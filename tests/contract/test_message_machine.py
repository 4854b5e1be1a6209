"""A message's state, as a machine that tasks, the provider and time drive in any order (the table: sending, states).

A queued message is sent, refused, answered by silence, reported on early, late, twice and of earlier attempts, given up
and found again by the sweeper, while any commit's answer may be lost. After every step, on the emulator under the real
rules:

- within an attempt the state only rises; the only way down is a definite refusal for now, as the next attempt
- the provider is called at most once per attempt, and again only after it has definitely refused (I5, I6)
- a settled message has no work left, and one that is not has its pending (I7)
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from shared.channels.types import Accepted, DeliveryState, Outcome, Refused, StateReport, Unknown
from shared.store import settings_cache
from shared.store.documents import Message, State
from tests.contract.machines import Driven, drive, or_later
from tests.contract.pipeline_support import CUSTOMER, OURS, PARKING, House

EXAMPLES, STEPS = 25, 14
OUTCOMES: dict[str, Outcome] = {
    "accepted": Accepted("p-1"),
    "refused": Refused("40310", "The number cannot get texts."),
    "not now": Refused("10011", "Too many requests.", again=True),
    "silence": Unknown("timeout"),
}
reports = st.sampled_from([state.value for state in DeliveryState])
outcomes = st.sampled_from(sorted(OUTCOMES))
during = st.one_of(st.just("nothing"), reports, st.just("another worker"), st.just("death"))


class Dies(BaseException):
    """The worker is gone in the middle of the call."""


class Messages(Driven):
    """`called` and `refused_for_now`: attempts in which the provider was called, and in which it said "not now"."""

    @initialize()
    def open(self) -> None:
        settings_cache.forget()
        self.house: House = self.wait(House(self.project).open())
        self.called: list[int] = []
        self.refused_for_now: set[int] = set()
        self.seen: tuple[int, int] = (0, 0)  # attempt, rank
        self.id = self.wait(self._written())

    async def _written(self) -> str:
        self.house.say(PARKING)
        await self.house.answer(await self.house.text("Where can I park?"))
        return (await self.house.outbound())[0].id

    # -- what happens

    @rule(outcome=outcomes, meanwhile=during, lost=st.booleans())
    def a_send(self, outcome: str, meanwhile: str, lost: bool) -> None:
        self.wait(self._send(outcome, meanwhile, lost))

    @rule(state=reports, earlier=st.booleans(), times=st.integers(1, 3))
    def a_report(self, state: str, earlier: bool, times: int) -> None:
        for _ in range(times):
            self.wait(self._report(state, earlier))

    @rule(seconds=st.sampled_from([5, 61, 605, 661]))
    def time(self, seconds: int) -> None:
        self.house.tick(seconds=seconds)

    @rule(hours=st.sampled_from([0, 1]))
    def the_sweeper_gives_up(self, hours: int) -> None:
        self.house.tick(seconds=hours * 3600)
        self.wait(or_later(self.house.sending.park(self.id, "it could not be sent for half an hour")))

    # -- how it happens

    async def _message(self) -> Message:
        return await self.house.message(self.id)

    async def _send(self, outcome: str, meanwhile: str, lost: bool) -> None:
        self.house.carrier.outcomes[:] = [lambda: self._called(OUTCOMES[outcome], meanwhile)]
        self.house.before_claim[:] = [lambda: self._lose(lost)]
        with suppress(Dies):
            await or_later(self.house.sending.send(self.id, self.house.conversation_id))
        self.house.before_claim.clear()
        self.house.db.lose = 0

    async def _lose(self, lost: bool) -> None:
        self.house.db.lose = int(lost)

    async def _called(self, outcome: Outcome, meanwhile: str) -> Outcome:
        now = await self._message()
        assert now.state is State.SENDING
        assert now.attempt not in self.called, "called twice in one attempt"
        assert set(self.called) <= self.refused_for_now, "called again without a definite refusal"
        self.called.append(now.attempt)
        if meanwhile == "another worker":
            await or_later(self.house.sending.send(self.id, self.house.conversation_id))
        elif meanwhile in list(DeliveryState) and isinstance(outcome, Accepted):
            await self._report(meanwhile, earlier=False)
        elif meanwhile == "death":
            raise Dies
        if isinstance(outcome, Refused) and outcome.again:
            self.refused_for_now.add(now.attempt)
        return outcome

    async def _report(self, state: str, earlier: bool) -> None:
        now = await self._message()
        if not self.called:
            return  # the provider has never heard of it
        attempt = max(0, now.attempt - int(earlier))
        report = StateReport("telnyx", "p-1", f"{self.id}.{attempt}.0", OURS, CUSTOMER, DeliveryState(state))
        await or_later(self.house.reporting.record(report))

    # -- what must be true

    @invariant()
    def it_only_rises(self) -> None:
        self.wait(self._look())

    async def _look(self) -> None:
        now, pending = await asyncio.gather(self._message(), self.house.pending())
        assert now.state is not None
        attempt, rank = self.seen
        assert now.attempt >= attempt
        assert now.attempt > attempt or now.state.rank >= rank, "fell within an attempt"
        assert now.attempt <= len(self.called) or now.attempt == attempt + 1
        self.seen = (now.attempt, now.state.rank)
        assert (f"s-{self.id}" in pending) != now.state.settled

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.wait(self._everything_runs())

    async def _everything_runs(self) -> None:
        """Nobody reports any more: it is settled all the same, and nothing is left to do."""
        for _ in range(12):
            await self._send("accepted", "nothing", lost=False)
            self.house.tick(seconds=3 * 3600)
        now = await self._message()
        assert now.state is not None
        assert now.state.settled
        assert await self.house.pending() == set()


def test_a_messages_state_under_any_interleaving(emulated: str) -> None:
    drive(Messages, emulated, examples=EXAMPLES, steps=STEPS)
