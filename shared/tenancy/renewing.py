"""A cache of things that expire, renewed on use.

A function has no CPU after its response, so nothing renews in the background: above `fresh` of its life a value is used
as it is; below, it still serves while one renewal runs inside a request that uses it; below `least` callers wait. The
renewal is single-flight per key. The shares are 10 and 1 minutes of a token's hour, and hold for shorter lives too.

What a value says can end before the value does (a route moves to another tenant): one with `checked_at` is asked for
again in the same way once it was confirmed RECHECK seconds ago, and serves nobody UNCHECKED seconds after it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from enum import Enum
from typing import Generic, Protocol, TypeVar

from shared.clock import Clock
from shared.single_flight import SingleFlight

FRESH = 10 / 60
LEAST = 1 / 60
RECHECK = 60.0  # seconds
UNCHECKED = 300.0  # seconds

# What this request has begun beside it: the boundary awaits it before the request ends, see `settle`.
_begun: ContextVar[list[asyncio.Task[object]] | None] = ContextVar("begun", default=None)


class Expiring(Protocol):
    """Times in seconds since the epoch. `checked_at`: when it was last confirmed, None if only its expiry ends it."""

    @property
    def issued_at(self) -> float: ...

    @property
    def expires_at(self) -> float: ...

    @property
    def checked_at(self) -> float | None: ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Expiring)


def stream_end(value: Expiring) -> float:
    """Until when a stream may use `value`: a caller who asks after that waits for a newer one."""
    return value.expires_at - 0.9 * LEAST * (value.expires_at - value.issued_at)


class _Need(Enum):
    NOTHING = 0
    RENEWAL = 1  # while the value still serves
    WAIT = 2  # the value serves no more


class Renewing(Generic[K, V]):
    """Values of `fetch(key)`, at most `size` of them, the least recently used one dropped first.

    A renewal that fails leaves the old value to serve its time, unless it fails with one of `ends`: those say that
    the value is not to be had any more.
    """

    def __init__(
        self,
        fetch: Callable[[K], Awaitable[V]],
        clock: Clock,
        size: int = 500,
        ends: tuple[type[Exception], ...] = (),
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._size = size
        self._ends = ends
        self._values: OrderedDict[K, V] = OrderedDict()
        self._flights: SingleFlight[K, V] = SingleFlight()

    async def get(self, key: K) -> V:
        value = self._values.get(key)
        need = _Need.WAIT if value is None else self._need(value)
        if value is None or need is _Need.WAIT:
            return await asyncio.shield(self._renewal(key))
        self._values.move_to_end(key)
        if need is _Need.RENEWAL:
            remember(self._renewal(key))
        return value

    def drop(self, key: K, value: V) -> bool:
        """Forget `value`, and say whether it was still there: another caller may have renewed it already.

        A renewal that runs was begun without knowing that: the next caller begins another one.
        """
        if self._values.get(key) is not value:
            return False
        del self._values[key]
        self._flights.put_aside(key)
        return True

    def _need(self, value: V) -> _Need:
        now = self._clock.now().timestamp()
        left = (value.expires_at - now) / max(value.expires_at - value.issued_at, 0.001)
        unchecked = 0.0 if value.checked_at is None else now - value.checked_at
        if left < LEAST or unchecked > UNCHECKED:
            return _Need.WAIT
        return _Need.RENEWAL if left < FRESH or unchecked > RECHECK else _Need.NOTHING

    def _renewal(self, key: K) -> asyncio.Task[V]:
        return self._flights.begin(key, lambda: self._renew(key))

    async def _renew(self, key: K) -> V:
        try:
            value = await self._fetch(key)
        except self._ends:
            if self._flights.is_current(key):
                self._values.pop(key, None)
            raise
        if self._flights.is_current(key):
            self._store(key, value)
        return value

    def _store(self, key: K, value: V) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)


def begin_request() -> None:
    """Start to remember what this request begins."""
    _begun.set([])


async def settle() -> None:
    """Wait for what this request began: after the response there is no CPU to finish it."""
    tasks = _begun.get() or []
    if tasks:
        await asyncio.wait(tasks, timeout=5.0)


def remember(task: asyncio.Task[object]) -> None:
    """This request does not wait for `task`, but does not end before it either."""
    tasks = _begun.get()
    if tasks is not None:
        tasks.append(task)
