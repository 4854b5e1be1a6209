"""How many channels a stranger may try: looking one up asks mint, and the channel in a URL is nobody's proof.

A token bucket per instance, spent by lookups of channels that this instance has not found before. What it has found
costs nothing, so whoever empties the bucket locks out no channel that is in use here.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared import log
from shared.clock import Clock
from shared.errors import Unavailable

T = TypeVar("T")

BURST = 50
PER_SECOND = 5.0
REMEMBERED = 1_000  # channels; the longest unused one is forgotten, which costs it one token


class Crowded(Unavailable):
    """Nobody has looked whether this channel is there: too many that are not have been tried here."""


class TokenBucket:
    """`burst` at once, `per_second` in the long run."""

    def __init__(self, clock: Clock, burst: int = BURST, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self._burst = float(burst)
        self._per_second = per_second
        self._tokens = self._burst
        self._filled_at = clock.monotonic()

    def take(self) -> bool:
        """Whether there was a token left."""
        now = self._clock.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._per_second)
        self._filled_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class Lookups:
    """Looks channels up, within the bucket."""

    def __init__(self, clock: Clock, *, remembered: int = REMEMBERED) -> None:
        self._bucket = TokenBucket(clock)
        self._remembered = remembered
        self._known: OrderedDict[str, None] = OrderedDict()
        self._under_way: Counter[str] = Counter()

    async def find(self, channel: str, look_up: Callable[[str], Awaitable[T | None]]) -> T | None:
        """What `look_up` finds. Raises Crowded, without calling it, when the bucket is empty."""
        if not self._admits(channel):
            log.warning("too many unknown channels are being tried", count="lookup_limited")
            raise Crowded("this cannot be looked up at the moment; try again")
        found = await self._looked_up(channel, look_up)
        if found is None:
            self._known.pop(channel, None)
        else:
            self._remember(channel)
        return found

    def _admits(self, channel: str) -> bool:
        """A lookup that is under way is shared by all who wait for it, so a new channel's first burst costs one."""
        return channel in self._known or channel in self._under_way or self._bucket.take()

    async def _looked_up(self, channel: str, look_up: Callable[[str], Awaitable[T | None]]) -> T | None:
        self._under_way[channel] += 1
        try:
            return await look_up(channel)
        finally:
            self._under_way[channel] -= 1
            if not self._under_way[channel]:
                del self._under_way[channel]

    def _remember(self, channel: str) -> None:
        self._known[channel] = None
        self._known.move_to_end(channel)
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)
