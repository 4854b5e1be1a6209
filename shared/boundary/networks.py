"""How much one network, and one visit, may ask of the chat: token buckets per instance, and streams at once.

The last entry of x-forwarded-for is Google's own word on who called; what stands before it is the caller's. Of IPv6 a
household has a /64. A school behind one address is one network too, so there is room for a class of visitors; what all
networks together cost a tenant is bounded by its own limits (`shared.conversations.limits`).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv6Address, IPv6Network, ip_address

from shared import log
from shared.boundary.limits import TokenBucket
from shared.clock import Clock, SystemClock
from shared.errors import TooManyRequests

BURST = 60  # visits that begin
PER_SECOND = 1.0
CALLS_BURST = 600  # of visits that there are: an open page calls once a minute, and a hundred may be behind one address
CALLS_PER_SECOND = 20.0
CALLS_OF_ONE_BURST = 60  # of one visit, in all its tabs
CALLS_OF_ONE_PER_SECOND = 1.0
OPEN = 200  # streams at once, of an instance's 500
OPEN_OF_ONE = 10
REMEMBERED = 5_000  # of a kind; the longest unused one is forgotten, which fills its bucket
CROWDED = "Too much comes from your network at the moment. Try again in a minute."


class Buckets:
    def __init__(
        self, clock: Clock, burst: int = BURST, per_second: float = PER_SECOND, *, remembered: int = REMEMBERED
    ) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_second
        self._remembered = remembered
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def expect_room(self, headers: Mapping[str, str]) -> None:
        """Raises TooManyRequests where this caller's network has asked for too much."""
        self.expect_room_of(network_of(headers))

    def expect_room_of(self, one: str) -> None:
        """The same for a visit."""
        if not self._bucket(one).take():
            log.warning("a network or a visit asks too much", count="network_limited")
            raise TooManyRequests(CROWDED)

    def _bucket(self, one: str) -> TokenBucket:
        bucket = self._buckets.setdefault(one, TokenBucket(self._clock, self._burst, self._per_second))
        self._buckets.move_to_end(one)
        while len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return bucket


class Seats:
    """Streams that are open, of each visit and of each network."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def expect_room(self, headers: Mapping[str, str], visit: str) -> None:
        """Raises TooManyRequests where this network, or this visit, has too many open."""
        if self._taken[network_of(headers)] >= OPEN or self._taken[visit] >= OPEN_OF_ONE:
            log.warning("too many streams are open", count="streams_limited")
            raise TooManyRequests(CROWDED)

    @contextmanager
    def taken(self, headers: Mapping[str, str], visit: str) -> Iterator[None]:
        both = (network_of(headers), visit)
        self._taken.update(both)
        try:
            yield
        finally:
            self._taken.subtract(both)
            for one in both:
                if not self._taken[one]:
                    del self._taken[one]


@cache
def starts() -> Buckets:
    """Of visits that begin, by network."""
    return Buckets(SystemClock())


@cache
def calls() -> Buckets:
    """Of the frame, in visits that there are, by network."""
    return Buckets(SystemClock(), CALLS_BURST, CALLS_PER_SECOND)


@cache
def calls_of_one() -> Buckets:
    """Of the frame, by visit."""
    return Buckets(SystemClock(), CALLS_OF_ONE_BURST, CALLS_OF_ONE_PER_SECOND)


@cache
def seats() -> Seats:
    """Of chat-events."""
    return Seats()


def network_of(headers: Mapping[str, str]) -> str:
    """The caller's network, "" where nobody says it."""
    last = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        address = ip_address(last)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)
