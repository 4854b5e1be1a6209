"""Whose a conversation is, as a state machine that anybody drives in any order (the table: shared/conversations/hands).

Texts, answers, take-overs, replies, hand-backs, ends, sends and their outcomes are interleaved at random, also while an
answer is written and between the reading and the claim of a send, and any commit's answer may be lost. After every
step, against the emulator under the real rules:

- the epoch has risen by one with every change of the owner, and only then
- the assistant's message reached the provider only while the assistant had the conversation, in the epoch in which it
  was written (I4), and no message was accepted twice (I5)
- every text is open, covered by a message that was not cancelled, or was closed by a person (I1); what is open for the
  assistant, and what is not settled, has its pending; once everything has run, nothing is left (I7)
"""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)

from shared.channels.types import Accepted, Outcome, Refused, Unknown
from shared.conversations.hands import RESENDABLE
from shared.errors import Conflict
from shared.store import settings_cache
from shared.store.documents import Conversation, Message, State
from tests.contract.machines import Driven, drive, or_later
from tests.contract.pipeline_support import PARKING, House
from tests.unit.assistant_support import says

EXAMPLES, STEPS = 20, 14
PEOPLE = ("uid-ann", "uid-bob")
OUTCOMES: dict[str, Outcome] = {
    "accepted": Accepted("p-1"),
    "refused": Refused("40310", "The number cannot get texts."),
    "not now": Refused("10011", "Too many requests.", again=True),
    "silence": Unknown("timeout"),
}

steps = st.sampled_from(["take over", "reply", "hand back", "nothing left", "resolve", "there and back"])
events = st.one_of(st.just("nothing"), st.just("text"), steps)  # what happens in the middle of something else
people = st.sampled_from(PEOPLE)
places = st.sampled_from([0, 0, 0, 1, 2])  # in a row: mostly the one whose turn it is


class Owners(Driven):
    """`owner` and `epoch` are what they must be; `closed` are the texts that a person has closed unanswered."""

    @initialize(answered=st.booleans())
    def open(self, answered: bool) -> None:
        settings_cache.forget()
        self.house: House = self.wait(House(self.project).open())
        self.owner, self.epoch, self.episode = "ai", 0, 0
        self.texts: set[str] = set()
        self.closed: set[str] = set()
        self.accepted: Counter[str] = Counter()
        self.wait(self._text())
        if answered:
            self.wait(self._answer())

    # -- what happens

    @rule()
    def a_text(self) -> None:
        self.wait(self._text())

    @rule(meanwhile=events, by=people, lost=st.booleans())
    def an_answer(self, meanwhile: str, by: str, lost: bool) -> None:
        self.wait(self._answer(meanwhile, by, lost))

    @rule(event=steps, by=people, lost=st.booleans())
    def a_person(self, event: str, by: str, lost: bool) -> None:
        self.wait(self._event(event, by, lost))

    @precondition(lambda self: self.owner == "ai")
    @rule()
    def a_person_is_asked_for(self) -> None:
        self.wait(self._asked_for())

    @rule(place=places, outcome=st.sampled_from(sorted(OUTCOMES)), before_claim=events, by=people, lost=st.booleans())
    def a_send(self, place: int, outcome: str, before_claim: str, by: str, lost: bool) -> None:
        self.wait(self._send_one(place, outcome, before_claim, by, lost))

    @rule(place=places, by=people)
    def a_message_is_sent_again(self, place: int, by: str) -> None:
        self.wait(self._resend_one(place, by))

    # -- how it happens, and what it must lead to

    async def _text(self) -> None:
        self.texts.add(await self.house.text(f"Where can I park car {len(self.texts)}?"))

    async def _event(self, event: str, by: str, lost: bool = False) -> None:
        """A person's step, as a rule or in the middle of somebody else's."""
        house, id = self.house, self.house.conversation_id
        was_open = (await house.conversation()).open
        house.db.lose = int(lost)
        match event:
            case "text":
                await self._text()
            case "take over":
                await house.hands.take_over(id, by)
                self._now_owned_by("human")
            case "reply":
                await house.hands.reply(id, f"From {by}", by, request_id=f"r-{len(house.queue.tasks)}")
                self._now_owned_by("human")
            case "hand back" | "nothing left":
                changed = self.owner != "ai"
                await house.hands.hand_back(id, nothing_left=event == "nothing left")
                self.closed |= set(was_open) if changed and event == "nothing left" else set()
                self._now_owned_by("ai")
            case "there and back":
                await self._event("take over", by)
                await or_later(self.house.answer())  # finds a person there, and drops the work
                await self._event("hand back", by)
            case "resolve":
                self.closed |= set(was_open) | await self._unsent() if self.owner != "resolved" else set()
                await house.hands.resolve(id)
                self._now_owned_by("resolved")
        house.db.lose = 0

    async def _unsent(self) -> set[str]:
        """Texts whose answer is still with us: who ends a conversation ends it with them."""
        unsettled = _unsettled(await self.house.outbound())
        return {id for sent in unsettled if sent.author == "assistant" for id in sent.covers}

    def _now_owned_by(self, owner: str) -> None:
        self.epoch += owner != self.owner
        self.owner = owner

    async def _asked_for(self) -> None:
        """What the hand-off does with the conversation."""
        await self.house.change(owner="waiting", epoch=self.epoch + 1)
        self._now_owned_by("waiting")

    async def _answer(self, meanwhile: str = "nothing", by: str = PEOPLE[0], lost: bool = False) -> None:
        found = await self.house.conversation()
        if found.owner == "resolved" and found.open:
            self._now_owned_by("ai")
            self.episode += 1
        self.house.model.script[:] = [says(PARKING)] * 3
        self.house.events[:] = [lambda: self._event(meanwhile, by)]
        self.house.db.lose = int(lost)
        await or_later(self.house.answer())
        self.house.db.lose = 0
        self.house.events.clear()

    async def _send_one(self, place: int, outcome: str, before_claim: str, by: str, lost: bool) -> None:
        waiting = [sent for sent in await self.house.outbound() if sent.state is State.QUEUED]
        if waiting:
            self.house.before_claim[:] = [lambda: self._event(before_claim, by, lost)]
            await self._send(waiting[place % len(waiting)], OUTCOMES[outcome])

    async def _send(self, sent: Message, outcome: Outcome = OUTCOMES["accepted"]) -> None:
        self.house.carrier.outcomes[:] = [lambda: self._called(sent.id, outcome)]
        await or_later(self.house.sending.send(sent.id, self.house.conversation_id))
        self.house.before_claim.clear()

    async def _called(self, id: str, outcome: Outcome) -> Outcome:
        """The provider is called: right after the claim, so the conversation is as the claim found it."""
        of, sent = await self.house.conversation(), await self.house.message(id)
        if sent.author == "assistant":
            assert (of.owner, of.epoch) == ("ai", sent.epoch), "the assistant spoke out of turn"
        self.accepted[id] += isinstance(outcome, Accepted | Unknown)
        assert self.accepted[id] <= 1, "accepted twice"
        return outcome

    async def _resend_one(self, place: int, by: str) -> None:
        wrong = [sent for sent in await self.house.outbound() if sent.state in RESENDABLE]
        if wrong:
            known = {sent.resend_of for sent in await self.house.outbound()}
            sent = wrong[place % len(wrong)]
            try:
                await self.house.hands.resend(sent.id, by)
                assert sent.id not in known, "sent again twice"
            except Conflict:
                assert sent.id in known

    # -- what must be true

    @invariant()
    def hands_and_texts_are_as_they_must_be(self) -> None:
        self.wait(self._look())

    async def _look(self) -> None:
        house = self.house
        found, written, pending = await asyncio.gather(house.conversation(), house.outbound(), house.pending())
        self._epoch_rises_with_the_owner_alone(found)
        self._nothing_is_forgotten(found, written, pending)

    def _epoch_rises_with_the_owner_alone(self, found: Conversation) -> None:
        assert (found.owner, found.epoch, found.episode) == (self.owner, self.epoch, self.episode)
        assert (found.owned_by in PEOPLE) == (found.owner == "human")

    def _nothing_is_forgotten(self, found: Conversation, written: list[Message], pending: set[str]) -> None:
        covered = {id for sent in written if sent.state is not State.CANCELLED for id in sent.covers}
        assert found.parked is None
        assert self.texts <= {*found.open, *covered, *self.closed}
        due = {f"s-{sent.id}" for sent in _unsettled(written)}
        if found.open and found.owner in ("ai", "resolved"):
            due.add(f"a-{found.id}")
        assert due <= pending

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.wait(self._everything_runs())

    async def _everything_runs(self) -> None:
        """People are gone, tasks come and go until there are none: nothing may be left to do."""
        if self.owner in ("waiting", "human"):
            await self._event("hand back", PEOPLE[0])
        for _ in range(10):
            await self._answer()
            for sent in _unsettled(await self.house.outbound()):
                await self._send(sent)
            self.house.tick(seconds=3 * 3600)  # past every report's wait, and past the night
            if await self.house.pending() == set():
                break
        assert _unsettled(await self.house.outbound()) == []
        assert (await self.house.conversation()).open == ()
        assert await self.house.pending() == set()


def _unsettled(written: list[Message]) -> list[Message]:
    return [sent for sent in written if sent.state is not None and not sent.state.settled]


def test_whose_a_conversation_is_under_any_interleaving(emulated: str) -> None:
    drive(Owners, emulated, examples=EXAMPLES, steps=STEPS)
