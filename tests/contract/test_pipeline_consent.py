"""Consent: whoever says STOP hears one confirmation, and then nothing; the ledger says who said what, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.channels.types import DeliveryState, Refused, StateReport
from shared.conversations.consent import wish_of
from shared.conversations.receiving import Receiving
from shared.errors import Unavailable
from tests.contract.pipeline_support import CUSTOMER, OURS, PARKING, House

QUESTION = "Where can I park?"
BLOCKED = Refused("40300", "The customer has opted out of texts from you.", opted_out=True)


async def ledger(house: House) -> list[tuple[str, str, str]]:
    """(state, source, the words that caused it), oldest first."""
    found = await house.db.collection("tenants").document(house.tenant).collection("consents").get()
    entries = sorted((snapshot.to_dict() or {} for snapshot in found), key=lambda entry: entry["at"])
    return [(entry["state"], entry["source"], entry["text"]) for entry in entries]


async def run_sends(house: House) -> None:
    """Every send task, until none has anything to wait for."""
    for _ in range(4):
        for task in house.queue.of("send"):
            try:
                await house.sending.send(task.body["message"], task.body.get("conversation"))
            except Unavailable:
                continue


async def blocked_after_acceptance(house: House) -> StateReport:
    """What the provider reports of an answer that it took, and could not deliver because of an opt-out."""
    house.say(PARKING)
    await house.answer(await house.text(QUESTION))
    (reply,) = await house.outbound()
    await house.sending.send(reply.id, house.conversation_id)
    return StateReport(
        "telnyx", "p-1", reply.reference, OURS, CUSTOMER, DeliveryState.FAILED, "40300", "Blocked.", opted_out=True
    )


async def test_stop_is_gate_ledger_and_one_confirmation(house: House) -> None:
    await house.text(QUESTION)
    await house.text("Stop!")
    conversation = await house.conversation()
    assert (conversation.opted_out, conversation.epoch) == (True, 1)
    assert await ledger(house) == [("opted_out", "keyword", "Stop!")]
    await run_sends(house)
    (said,) = house.carrier.called
    assert "START" in said.text
    await house.answer()
    assert house.model.asked == []
    assert await house.pending() == set()


async def test_stop_from_a_number_never_seen_is_obeyed(house: House) -> None:
    await house.text("STOP")
    assert (await house.conversation()).opted_out
    await run_sends(house)
    assert len(house.carrier.called) == 1


async def test_stop_from_a_number_never_seen_that_the_provider_answered_is_obeyed_in_silence(house: House) -> None:
    await house.text("STOP", opt_out="STOP")
    assert (await house.conversation()).opted_out
    await run_sends(house)
    assert house.carrier.called == []
    assert await ledger(house) == [("opted_out", "provider", "STOP")]


async def test_stop_delivered_twenty_times_at_once_is_confirmed_once(house: House) -> None:
    async def deliver() -> None:
        """As a provider does: again, when we could not say that it is stored."""
        for _ in range(5):
            try:
                await house.text("STOP", id="same")
            except Unavailable:
                continue
            return
        raise AssertionError("never stored")

    await asyncio.gather(*(deliver() for _ in range(20)))
    await run_sends(house)
    assert len(house.carrier.called) == 1
    assert len(await ledger(house)) == 1


async def test_stop_said_again_is_not_confirmed_again(house: House) -> None:
    for _ in range(3):
        await house.text("STOP")
    await run_sends(house)
    assert len(house.carrier.called) == 1
    assert sorted(item.state for item in await house.outbound()) == ["cancelled", "cancelled", "sent"]


async def test_what_the_provider_has_confirmed_is_not_confirmed_by_us(house: House) -> None:
    await house.text("STOP", opt_out="STOP")
    await house.text("REVOKE")
    await run_sends(house)
    assert house.carrier.called == []


async def test_nothing_is_claimed_between_stop_and_its_confirmation(house: House) -> None:
    text = await house.text(QUESTION)
    house.say(PARKING)
    await house.answer(text)
    await house.text("STOP")
    await run_sends(house)
    assert ["START" in called.text for called in house.carrier.called] == [True]


async def test_the_confirmation_waits_for_a_message_that_is_being_sent(house: House) -> None:
    """Nothing may follow it, so what was claimed before goes first."""
    text = await house.text(QUESTION)
    house.say(PARKING)
    await house.answer(text)
    (reply,) = await house.outbound()
    refused: list[BaseException] = []

    async def stop_meanwhile() -> None:
        await house.text("STOP")
        (confirmation,) = [item for item in await house.outbound() if item.kind == "confirmation"]
        with pytest.raises(Unavailable) as waiting:
            await house.sending.send(confirmation.id, house.conversation_id)
        refused.append(waiting.value)

    house.carrier.outcomes = [_after(stop_meanwhile)]
    await house.sending.send(reply.id, house.conversation_id)
    assert len(refused) == 1
    await run_sends(house)
    assert [PARKING in called.text for called in house.carrier.called] == [True, False]


async def test_a_confirmation_that_comes_too_late_is_not_sent(house: House) -> None:
    await house.text("STOP")
    await house.text("START")
    await run_sends(house)
    assert ["unsubscribed" in called.text for called in house.carrier.called] == [False]


async def test_start_after_stop_is_answered_and_the_assistant_speaks_again(house: House) -> None:
    await house.text("STOP")
    await run_sends(house)
    await house.text("Unstop")
    assert (await house.conversation()).opted_out is False
    assert [entry[0] for entry in await ledger(house)] == ["opted_out", "opted_in"]
    house.say(PARKING)
    await house.answer(await house.text(QUESTION))
    await run_sends(house)
    assert [PARKING in called.text for called in house.carrier.called] == [False, False, True]


async def test_a_second_opt_out_after_start_is_confirmed_again(house: House) -> None:
    for word in ("STOP", "START", "STOP"):
        await house.text(word)
        await run_sends(house)
    assert len(house.carrier.called) == 3
    assert [entry[0] for entry in await ledger(house)] == ["opted_out", "opted_in", "opted_out"]


async def test_wording_that_means_stop_is_obeyed_as_read(house: House) -> None:
    await house.text(QUESTION)
    await house.text("please stop texting me")
    assert (await house.conversation()).opted_out
    assert (await ledger(house))[0][1] == "free_text"
    await run_sends(house)
    assert len(house.carrier.called) == 1


async def test_wording_that_means_stop_as_the_first_text_of_all(house: House) -> None:
    await house.text("Please take me off your list")
    conversation = await house.conversation()
    assert (conversation.opted_out, conversation.epoch) == (True, 1)


async def test_wording_that_means_stop_meets_a_text_of_the_same_moment(house: House) -> None:
    """Both are kept: the wish is obeyed on the newer version."""
    await house.text("Hello")
    read = house.receiving._arriving._reader.read
    events: list[Callable[[], Awaitable[object]]] = [lambda: house.text("and another")]

    async def read_then_another(keys: object) -> object:
        found = await read(keys)  # type: ignore[arg-type]
        if events:
            await events.pop()()
        return found

    slow = Receiving(house.db, house.channel, house.queue, house.hashes, house.clock)
    slow._arriving._reader.read = read_then_another  # type: ignore[method-assign,assignment]
    house.receiving, before = slow, house.receiving
    events[0] = _with(house, before, "and another")
    await house.text("please stop texting me", id="wish")
    conversation = await house.conversation()
    assert (conversation.opted_out, len(conversation.open)) == (True, 2)


async def test_stop_and_a_question_in_one_message_is_stop(house: House) -> None:
    await house.text("STOP. What are your hours?")
    assert (await house.conversation()).opted_out
    await house.answer()
    assert house.model.asked == []


@pytest.mark.parametrize("words", ["cancel my class", "can you stop by?", "🏊", ""])
async def test_what_is_no_wish_is_a_question(house: House, words: str) -> None:
    id = await house.text(words)
    conversation = await house.conversation()
    assert (conversation.opted_out, conversation.open) == (False, (id,))


async def test_help_is_answered_by_code_and_changes_nothing(house: House) -> None:
    await house.text("HELP")
    conversation = await house.conversation()
    assert (conversation.opted_out, conversation.epoch, conversation.open) == (False, 0, ())
    await run_sends(house)
    (said,) = house.carrier.called
    assert "Blue Swim" in said.text
    assert "STOP" in said.text
    assert await ledger(house) == []


async def test_help_that_the_provider_answered_is_answered_by_nobody_else(house: House) -> None:
    await house.text("HELP", opt_out="HELP")
    await run_sends(house)
    assert house.carrier.called == []
    assert house.queue.tasks == []


async def test_an_opt_out_that_only_the_provider_knew_of_is_taken_over_from_its_refusal(house: House) -> None:
    house.say(PARKING)
    await house.answer(await house.text(QUESTION))
    (reply,) = await house.outbound()
    house.carrier.outcomes = [BLOCKED]
    await house.sending.send(reply.id, house.conversation_id)
    assert (await house.message(reply.id)).state == "failed"
    conversation = await house.conversation()
    assert (conversation.opted_out, conversation.epoch) == (True, 1)
    assert [(state, source) for state, source, _ in await ledger(house)] == [("opted_out", "provider_refusal")]


async def test_an_opt_out_that_only_a_later_report_tells_of_is_taken_over_once(house: House) -> None:
    report = await blocked_after_acceptance(house)
    for _ in range(3):
        await house.reporting.record(report)
    assert (await house.conversation()).opted_out
    assert (await house.conversation()).epoch == 1
    assert len(await ledger(house)) == 1
    await house.text("REVOKE")
    await run_sends(house)
    assert len(house.carrier.called) == 1


async def test_a_report_that_comes_again_after_start_opts_nobody_out(house: House) -> None:
    report = await blocked_after_acceptance(house)
    await house.reporting.record(report)
    await house.text("START")
    await house.reporting.record(report)
    assert not (await house.conversation()).opted_out


async def test_what_is_answered_after_start_goes_out_after_the_notice_that_answers_it(house: House) -> None:
    for words in ("STOP", "START"):
        await house.text(words)
    house.say(PARKING)
    await house.answer(await house.text(QUESTION))
    confirmation, notice, reply = await house.outbound()
    assert (notice.prev, reply.prev) == (confirmation.id, notice.id)
    with pytest.raises(Unavailable, match="earlier"):
        await house.sending.send(reply.id, house.conversation_id)
    await run_sends(house)
    assert [called.text for called in house.carrier.called] == [notice.text, reply.text]


async def test_help_goes_out_after_what_was_written_before_it(house: House) -> None:
    house.say(PARKING)
    await house.answer(await house.text(QUESTION))
    await house.text("HELP")
    reply, notice = await house.outbound()
    with pytest.raises(Unavailable, match="earlier"):
        await house.sending.send(notice.id, house.conversation_id)
    await run_sends(house)
    assert [called.text for called in house.carrier.called] == [reply.text, notice.text]


async def test_help_after_stop_is_answered_by_nobody(house: House) -> None:
    await house.text("STOP")
    await house.text("HELP")
    await run_sends(house)
    assert len(house.carrier.called) == 1


def test_the_providers_word_goes_before_our_own_reading(house: House) -> None:
    text = house.inbound("please stop texting me", opt_out="HELP")
    wish = wish_of(text)
    assert wish is not None
    assert (wish.word.value, wish.source) == ("HELP", "provider")


def _after(event: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
    async def happens() -> object:
        from shared.channels.types import Accepted

        await event()
        return Accepted("p-later")

    return happens


def _with(house: House, receiving: Receiving, words: str) -> Callable[[], Awaitable[object]]:
    """A text through another worker."""
    return lambda: receiving.receive(house.inbound(words))
