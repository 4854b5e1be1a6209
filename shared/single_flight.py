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
        return await asyncio.shield(self.begin(key, work))

    def begin(self, key: K, work: Callable[[], Coroutine[object, object, V]]) -> asyncio.Task[V]:
        """The running work for `key`, or `work()` as a task: who awaits it shields it, for it is everybody's."""
        task = self._running.get(key)
        # A task of a loop that is gone can never finish.
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._start(key, work)
        return task

    def put_aside(self, key: K) -> None:
        """What runs for `key` goes on for those who wait, and the next caller begins anew."""
        self._running.pop(key, None)

    def is_current(self, key: K) -> bool:
        """Asked from inside the work: whether `key` still waits for it, or it was put aside."""
        return self._running.get(key) is asyncio.current_task()

    def _start(self, key: K, work: Callable[[], Coroutine[object, object, V]]) -> asyncio.Task[V]:
        task = asyncio.get_running_loop().create_task(work())
        self._running[key] = task
        task.add_done_callback(lambda done: self._finished(key, done))
        return task

    def _finished(self, key: K, task: asyncio.Task[V]) -> None:
        if not task.cancelled():
            task.exception()  # one that nobody waits for any more is not news
        if self._running.get(key) is task:
            del self._running[key]
