"""The class list of each business: cached for minutes, one question at a time, the last good copy kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from shared import log
from shared.clock import Clock
from shared.integrations.jackrabbit.client import TIMEOUT, Answer, Jackrabbit, JackrabbitUnavailable, check_org
from shared.integrations.jackrabbit.opening import Opening
from shared.single_flight import SingleFlight

MOST_KEPT = 500  # (tenant, organisation) pairs per process
TTL = timedelta(minutes=3)
PAUSE = 20.0  # seconds without a question after a failure or an empty answer
DEADLINE = 8.0  # seconds that a caller waits


@dataclass(frozen=True, slots=True)
class Listing:
    """`openings` in the week's order as of `fetched_at` (UTC). `stale`: Jackrabbit could not be asked since then."""

    openings: tuple[Opening, ...]
    fetched_at: datetime
    stale: bool


@dataclass(eq=False, slots=True)
class _Kept:
    """What is known of one organisation, for one tenant. Moments are of the monotonic clock."""

    good: Listing | None = None
    fresh_until: float = 0.0
    empty: Listing | None = None  # the latest answer, where it was empty and nothing better is known
    quiet_until: float = 0.0
    reason: str = "not asked yet"
    asked_at: float | None = None  # when the question that is under way began

    def fallback(self) -> Listing:
        """The last good copy, marked stale; raises JackrabbitUnavailable where there never was one."""
        if self.good is not None:
            return Listing(self.good.openings, self.good.fetched_at, stale=True)
        if self.empty is not None:
            return self.empty
        raise JackrabbitUnavailable(self.reason)


class Openings:
    """One per process. Two tenants never share a copy, even of the same organisation."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        clock: Clock,
        ttl: timedelta = TTL,
        *,
        timeout: float = TIMEOUT,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._jackrabbit = Jackrabbit(client, base_url, timeout=timeout)
        self._clock = clock
        self._ttl = ttl.total_seconds()
        self._most_kept = most_kept
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._questions: SingleFlight[_Kept, Listing | None] = SingleFlight()

    async def of(self, tenant: str, org_id: str, *, deadline: float = DEADLINE) -> Listing:
        """The class list within `deadline` seconds, fresh where possible, else the last good copy marked stale.

        An empty answer counts as a failure while a good copy exists (Jackrabbit answers empty now and then); with none
        it is what it is: an empty list. Raises BadRequest for a malformed organisation id, JackrabbitUnavailable
        when there is nothing to show.
        """
        check_org(org_id)
        kept = self._recall(tenant, org_id)
        now = self._clock.monotonic()
        if kept.good is not None and now < kept.fresh_until:
            return kept.good
        if kept.asked_at is None and now < kept.quiet_until:
            return kept.fallback()
        return await self._wait(kept, org_id, deadline)

    def _recall(self, tenant: str, org_id: str) -> _Kept:
        key = (tenant, org_id)
        kept = self._kept.setdefault(key, _Kept())
        self._kept.move_to_end(key)
        if len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)
        return kept

    async def _wait(self, kept: _Kept, org_id: str, deadline: float) -> Listing:
        """The outcome of the question under way, asked now if none is; what we have, if it takes too long."""
        # With a copy in hand, nobody waits for a question that has already hung for as long as they would wait.
        hung = self._clock.monotonic() - kept.asked_at if kept.good is not None and kept.asked_at is not None else 0.0
        try:
            async with asyncio.timeout(max(0.0, deadline - hung)):
                listing = await self._questions.run(kept, lambda: self._ask(kept, org_id))
        except TimeoutError:
            kept.reason = "no answer in time"
            listing = None
        return listing or kept.fallback()

    async def _ask(self, kept: _Kept, org_id: str) -> Listing | None:
        """The fresh listing; None after a failure or an empty answer, which `kept` then knows about."""
        kept.asked_at = self._clock.monotonic()
        try:
            return self._learn(kept, await self._jackrabbit.fetch(org_id))
        except JackrabbitUnavailable as error:
            log.warning("jackrabbit unavailable", org_id=org_id, reason=error.reason)
            kept.reason = error.reason
            kept.empty = None
            self._pause(kept)
            return None
        finally:
            kept.asked_at = None

    def _learn(self, kept: _Kept, answer: Answer) -> Listing | None:
        listing = Listing(answer.openings, self._clock.now(), stale=False)
        if answer.empty:
            kept.empty = listing
            self._pause(kept)
            return None
        kept.good = listing
        kept.fresh_until = self._clock.monotonic() + self._ttl
        return listing

    def _pause(self, kept: _Kept) -> None:
        kept.quiet_until = self._clock.monotonic() + PAUSE
