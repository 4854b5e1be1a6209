"""One piece of work at a time per key: callers that come while it runs share its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Remembers nothing once the work is done: neither results nor failures. Caching is the caller's."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Task[V]] = {}

    async def run(self, key: K, work: Callable[[], Coroutine[object, object, V]]) -> V:
        """The outcome of the running work for `key`, or of `work()` if there is none.

        A caller that is cancelled leaves the work running for the others.
        """
        task = self._running.get(key)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._start(key, work)
        return await asyncio.shield(task)

    def _start(self, key: K, work: Callable[[], Coroutine[object, object, V]]) -> asyncio.Task[V]:
        task = asyncio.get_running_loop().create_task(work())
        self._running[key] = task
        task.add_done_callback(lambda done: self._finished(key, done))
        return task

    def _finished(self, key: K, task: asyncio.Task[V]) -> None:
        if self._running.get(key) is task:
            del self._running[key]
