"""The process that serves the functions; where it is wanted, one that comes back by itself when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from local.emulators.children import Child

_STARTING = 60.0  # seconds


class HostError(Exception):
    """The functions did not start: what they printed."""


@dataclass(frozen=True)
class Guard:
    """`start` makes the process of the nth start (0 is the first); `changed` is told whenever another one is ready."""

    start: Callable[[int], Child]
    changed: Callable[[], None]


class FunctionHost:
    """`respawn`: start another process when this one has ended without being asked to."""

    def __init__(self, guard: Guard, *, respawn: bool) -> None:
        self._guard = guard
        self._respawn = respawn
        self._starts = 0
        self._child: Child | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Returns when the functions answer. Raises HostError."""
        await self._begin()
        if self._respawn:
            self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._child:
            await self._child.stop()
        self._watching = self._child = None

    async def _begin(self) -> None:
        self._child = child = self._guard.start(self._starts)
        self._starts += 1
        deadline = asyncio.get_running_loop().time() + _STARTING
        while "ready " not in child.printed():
            if child.ended or asyncio.get_running_loop().time() > deadline:
                raise HostError(f"the functions did not start:\n{child.printed().strip()}")
            await asyncio.sleep(0.05)

    async def _watch(self) -> None:
        while True:
            if self._child is None or not self._child.ended:
                await asyncio.sleep(0.02)
                continue
            await self._child.stop()
            try:
                await self._begin()
            except HostError:
                continue  # it died while it started: again
            self._guard.changed()
