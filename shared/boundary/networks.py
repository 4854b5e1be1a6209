"""How much one network may ask of the chat: a token bucket per network and instance.

The last entry of x-forwarded-for is Google's own word on who called; what stands before it is the caller's. Of IPv6 a
household has a /64. A school behind one address is one network too, so there is room for a class of visitors; what all
networks together cost a tenant is bounded by its own limits (`shared.conversations.limits`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
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
REMEMBERED = 5_000  # networks; the longest unused one is forgotten, which fills its bucket


class Networks:
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
        if not self._bucket(network_of(headers)).take():
            log.warning("a network asks too much", count="network_limited")
            raise TooManyRequests("Too much comes from your network at the moment. Try again in a minute.")

    def _bucket(self, network: str) -> TokenBucket:
        bucket = self._buckets.setdefault(network, TokenBucket(self._clock, self._burst, self._per_second))
        self._buckets.move_to_end(network)
        while len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return bucket


@cache
def starts() -> Networks:
    """Of visits that begin."""
    return Networks(SystemClock())


@cache
def calls() -> Networks:
    """Of the frame, in visits that there are: what one of them may ask is bounded by its conversation."""
    return Networks(SystemClock(), CALLS_BURST, CALLS_PER_SECOND)


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
