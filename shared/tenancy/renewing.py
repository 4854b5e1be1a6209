"""A cache of things that expire, renewed on use.

A function has no CPU after its response, so nothing renews in the background: above `fresh` of its life a value is used
as it is; below, it still serves while one renewal runs inside a request that uses it; below `least` callers wait. The
renewal is single-flight per key. The shares are 10 and 1 minutes of a token's hour, and hold for shorter lives too.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from typing import Generic, Protocol, TypeVar

from shared.clock import Clock

FRESH = 10 / 60
LEAST = 1 / 60

# Renewals begun by this request: the boundary awaits them before it answers, see `settle`.
_begun: ContextVar[list[asyncio.Task[object]] | None] = ContextVar("renewals", default=None)


class Expiring(Protocol):
    @property
    def issued_at(self) -> float: ...

    @property
    def expires_at(self) -> float: ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Expiring)


class Renewing(Generic[K, V]):
    """Values of `fetch(key)`, at most `size` of them, the least recently used one dropped first."""

    def __init__(self, fetch: Callable[[K], Awaitable[V]], clock: Clock, size: int = 500) -> None:
        self._fetch = fetch
        self._clock = clock
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._running: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        value = self._values.get(key)
        share = self._share_left(value)
        if value is None or share < LEAST:
            return await asyncio.shield(self._renewal(key))
        self._values.move_to_end(key)
        if share < FRESH:
            _remember(self._renewal(key))
        return value

    def drop(self, key: K, value: V | None = None) -> None:
        """Forget the value (only if it is still `value`, where given: another caller may have renewed it already)."""
        if value is None or self._values.get(key) is value:
            self._values.pop(key, None)

    def _share_left(self, value: V | None) -> float:
        if value is None:
            return 0.0
        life = max(value.expires_at - value.issued_at, 0.001)
        return (value.expires_at - self._clock.now().timestamp()) / life

    def _renewal(self, key: K) -> asyncio.Task[V]:
        running = self._running.get(key)
        # A task of a loop that is gone can never finish.
        if running is None or running.get_loop() is not asyncio.get_running_loop():
            running = asyncio.create_task(self._renew(key))
            self._running[key] = running
        return running

    async def _renew(self, key: K) -> V:
        try:
            value = await self._fetch(key)
        finally:
            self._running.pop(key, None)
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)
        return value


def begin_request() -> None:
    """Start to remember the renewals that this request begins."""
    _begun.set([])


async def settle() -> None:
    """Wait for the renewals that this request began: after the response there is no CPU to finish them.

    Their failure is nobody's yet: the value at hand still serves, and the next use tries again.
    """
    tasks = _begun.get() or []
    if tasks:
        await asyncio.wait(tasks, timeout=5.0)
        for task in tasks:
            if task.done() and not task.cancelled():
                task.exception()


def _remember(task: asyncio.Task[V]) -> None:
    tasks = _begun.get()
    if tasks is not None:
        tasks.append(task)
