"""Consent, as a state machine that anybody drives in any order (the table: shared/conversations/consent).

Texts, wishes, answers, sends and their outcomes are interleaved at random, also between the reading and the claim of a
send, and while the provider is being called; any commit's answer may be lost. After every step, on the emulator under
the real rules:

- the gate is what the last wish says, the epoch has risen with each, and the ledger has an entry for each
- no claim commits after an opt-out but a confirmation's, at most one message that was claimed before is accepted after
  it, and nothing follows the confirmation until START (PIPELINE §6)
- an opt-out is confirmed at most once, and by one party
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from shared.channels.types import Accepted, Outcome, Refused, Unknown
from shared.errors import Unavailable
from shared.store import settings_cache
from shared.store.documents import Message, State
from tests.contract.machines import Driven, drive, or_later
from tests.contract.pipeline_support import PARKING, House
from tests.unit.assistant_support import says

EXAMPLES, STEPS = 20, 14
# What a customer texts: the words, what the provider did about it, and whether they want texts then (None: as before).
WISHES: dict[str, tuple[str, str | None, bool | None]] = {
    "stop": ("STOP", None, False),
    "stop, answered by the provider": ("STOP", "STOP", False),
    "words that mean it": ("please stop texting me", None, False),
    "start": ("START", None, True),
    "start, answered by the provider": ("START", "START", True),
    "help": ("HELP", None, None),
}
OUTCOMES: dict[str, Outcome] = {
    "accepted": Accepted("p-1"),
    "not now": Refused("10011", "Too many requests.", again=True),
    "silence": Unknown("timeout"),
    "blocked": Refused("40300", "The customer has opted out of texts from you.", opted_out=True),
}

wishes = st.sampled_from(sorted(WISHES))
events = st.one_of(st.just("nothing"), st.just("nothing"), st.just("text"), wishes)
during = st.one_of(events, st.just("stop, and all the rest is sent"))  # what happens while the provider is called
places = st.sampled_from([0, 0, 1, 2])


class Consents(Driven):
    """`wants` is what the customer's last wish says; `changes` how often that was said."""

    @initialize()
    def open(self) -> None:
        settings_cache.forget()
        self.house: House = self.wait(House(self.project).open())
        self.wants, self.changes, self.texts = True, 0, 0
        self.said_after_stop: list[str] = []  # kinds that were accepted since the customer opted out
        self.confirmed_by_provider = False
        self.wait(self._text())

    @rule()
    def a_text(self) -> None:
        self.wait(self._text())

    @rule(wish=wishes, lost=st.booleans())
    def a_wish(self, wish: str, lost: bool) -> None:
        self.wait(self._wish(wish, lost))

    @rule(meanwhile=events, lost=st.booleans())
    def an_answer(self, meanwhile: str, lost: bool) -> None:
        self.wait(self._answer(meanwhile, lost))

    @rule(place=places, outcome=st.sampled_from(sorted(OUTCOMES)), before_claim=events, during=during)
    def a_send(self, place: int, outcome: str, before_claim: str, during: str) -> None:
        self.wait(self._send_one(place, outcome, before_claim, during))

    # -- how it happens

    async def _text(self) -> None:
        self.texts += 1
        await self.house.text(f"Where can I park car {self.texts}?")

    async def _event(self, event: str) -> None:
        if event == "text":
            await self._text()
        elif event == "stop, and all the rest is sent":
            await self._wish("stop")
            for sent in await self.house.outbound():
                if sent.state is State.QUEUED:
                    await self._send(sent)
        elif event != "nothing":
            await self._wish(event)

    async def _wish(self, wish: str, lost: bool = False) -> None:
        words, provider, wants = WISHES[wish]
        self.texts += 1
        id = f"wish-{self.texts}"
        self.house.db.lose = int(lost)
        for _ in range(3):  # as a provider delivers: again, where we could not say that it is stored
            with suppress(Unavailable):
                await self.house.text(words, id=id, opt_out=provider)
                break
        self.house.db.lose = 0
        if wants is not None:
            self._now_wants(wants, by_provider=provider is not None)

    def _now_wants(self, wants: bool, *, by_provider: bool = False) -> None:
        self.changes += 1
        if wants or self.wants:
            self.said_after_stop = []
            self.confirmed_by_provider = False
        self.wants = wants
        self.confirmed_by_provider |= not wants and by_provider

    async def _answer(self, meanwhile: str, lost: bool) -> None:
        self.house.model.script[:] = [says(PARKING)] * 3
        self.house.events[:] = [lambda: self._event(meanwhile)]
        self.house.db.lose = int(lost)
        await or_later(self.house.answer())
        self.house.db.lose = 0
        self.house.events.clear()

    async def _send_one(self, place: int, outcome: str, before_claim: str, during: str) -> None:
        waiting = [sent for sent in await self.house.outbound() if sent.state is State.QUEUED]
        if waiting:
            self.house.before_claim[:] = [lambda: self._event(before_claim)]
            await self._send(waiting[place % len(waiting)], OUTCOMES[outcome], during)

    async def _send(self, sent: Message, outcome: Outcome = OUTCOMES["accepted"], during: str = "nothing") -> None:
        before = self.house.carrier.outcomes[:]
        self.house.carrier.outcomes[:] = [lambda: self._called(sent, outcome, during)]
        await or_later(self.house.sending.send(sent.id, self.house.conversation_id))
        self.house.before_claim.clear()
        self.house.carrier.outcomes[:] = before

    async def _called(self, sent: Message, outcome: Outcome, during: str) -> Outcome:
        """The provider is called right after the claim, and something may happen before it answers."""
        assert self.wants or sent.kind == "confirmation", "claimed after an opt-out"
        assert not self.wants or sent.kind != "confirmation", "confirmed what is not so any more"
        assert not (sent.kind == "confirmation" and self.confirmed_by_provider), "confirmed by two parties"
        await self._event(during)
        if isinstance(outcome, Accepted | Unknown) and not self.wants:
            self._follows_nothing(sent)
            self.said_after_stop.append(sent.kind)
        if isinstance(outcome, Refused) and outcome.opted_out and self.wants:
            self._now_wants(False, by_provider=True)
        return outcome

    def _follows_nothing(self, sent: Message) -> None:
        assert "confirmation" not in self.said_after_stop, "something follows the confirmation"
        assert len(self.said_after_stop) < (2 if sent.kind == "confirmation" else 1), "more than one after an opt-out"

    # -- what must be true

    @invariant()
    def the_gate_is_what_the_ledger_says(self) -> None:
        self.wait(self._look())

    async def _look(self) -> None:
        house = self.house
        found, entries = await asyncio.gather(house.conversation(), _ledger(house))
        assert (found.opted_out, found.epoch) == (not self.wants, self.changes)
        assert len(entries) == self.changes
        if entries:
            assert entries[-1]["state"] == ("opted_in" if self.wants else "opted_out")

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.wait(self._everything_runs())

    async def _everything_runs(self) -> None:
        for _ in range(10):
            await self._answer("nothing", lost=False)
            for sent in await self.house.outbound():
                if sent.state is not None and not sent.state.settled:
                    await self._send(sent)
            self.house.tick(seconds=3 * 3600)
            if await self.house.pending() == set():
                break
        assert await self.house.pending() == set()
        confirmations = [sent for sent in await self.house.outbound() if sent.kind == "confirmation"]
        assert all(sent.state is not State.QUEUED for sent in confirmations)


async def _ledger(house: House) -> list[dict[str, Any]]:
    found = await house.db.collection("tenants").document(house.tenant).collection("consents").get()
    return sorted((snapshot.to_dict() or {} for snapshot in found), key=lambda entry: entry["at"])


def test_consent_holds_under_any_interleaving(emulated: str) -> None:
    drive(Consents, emulated, examples=EXAMPLES, steps=STEPS)
