"""Sending: at most one acceptance, in order, and never after the conversation has changed hands."""

from __future__ import annotations

import asyncio

import pytest

from shared.channels.types import Accepted, Refused, Unknown
from shared.conversations.states import conclude
from shared.conversations.timers import CLAIM_TO_CALL, PARK_AFTER, REPORT_WAIT
from shared.errors import Unavailable
from shared.store.changes import Changes
from shared.store.documents import Message
from tests.contract.pipeline_support import FIRST, PARKING, House

QUESTION = "Where can I park?"
WHY = "it could not be sent for half an hour"
AGAIN = Refused("10011", "Too many requests.", again=True)


async def queued(house: House, words: str = QUESTION) -> Message:
    """A reply that waits to be sent."""
    text = await house.text(words)
    house.say(PARKING)
    await house.answer(text)
    return (await house.outbound())[-1]


async def send(house: House, sent: Message) -> None:
    await house.sending.send(sent.id, house.conversation_id)


async def test_a_queued_reply_is_claimed_sent_and_settled(house: House) -> None:
    reply = await queued(house)
    await send(house, reply)
    now = await house.message(reply.id)
    assert (now.state, now.provider_id, now.attempt) == ("sent", "p-1", 0)
    assert (await house.conversation()).last_claim == reply.id
    assert await house.pending() == set()
    (called,) = house.carrier.called
    assert (called.idempotency_key, called.reference) == (f"{reply.id}.0", f"{reply.id}.0.0")
    assert (called.sender, called.recipient, called.text) == (reply.sender, reply.recipient, FIRST)


async def test_a_send_task_delivered_again_calls_nobody(house: House) -> None:
    reply = await queued(house)
    await send(house, reply)
    await send(house, reply)
    assert len(house.carrier.called) == 1


async def test_many_workers_at_once_call_the_provider_once(house: House) -> None:
    reply = await queued(house)
    results = await asyncio.gather(*(send(house, reply) for _ in range(5)), return_exceptions=True)
    assert all(result is None or isinstance(result, Unavailable) for result in results)
    assert len(house.carrier.called) == 1


async def test_a_refusal_for_now_is_the_next_attempt_under_a_new_key(house: House) -> None:
    reply = await queued(house)
    house.carrier.outcomes = [AGAIN]
    with pytest.raises(Unavailable):
        await send(house, reply)
    now = await house.message(reply.id)
    assert (now.state, now.attempt, now.claim) == ("queued", 1, None)
    await send(house, reply)
    assert [called.idempotency_key for called in house.carrier.called] == [f"{reply.id}.0", f"{reply.id}.1"]


async def test_a_refusal_for_good_is_failed_with_its_sentence(house: House) -> None:
    reply = await queued(house)
    house.carrier.outcomes = [Refused("40310", "The number cannot get texts.")]
    await send(house, reply)
    now = await house.message(reply.id)
    assert (now.state, now.error_code, now.error) == ("failed", "40310", "The number cannot get texts.")
    assert await house.pending() == set()


async def test_silence_is_uncertain_then_unconfirmed_and_never_called_again(house: House) -> None:
    reply = await queued(house)
    house.carrier.outcomes = [Unknown("timeout")]
    await send(house, reply)
    assert (await house.message(reply.id)).state == "uncertain"
    with pytest.raises(Unavailable):
        await send(house, reply)
    house.tick(seconds=REPORT_WAIT.total_seconds() + 61)
    await send(house, reply)
    assert (await house.message(reply.id)).state == "unconfirmed"
    assert len(house.carrier.called) == 1
    assert await house.pending() == set()


async def test_a_late_report_lifts_an_unconfirmed_message(house: House) -> None:
    reply = await queued(house)
    house.carrier.outcomes = [Unknown("timeout")]
    await send(house, reply)
    house.tick(seconds=REPORT_WAIT.total_seconds() + 61)
    await send(house, reply)
    await house.report(reply, "delivered")
    assert (await house.message(reply.id)).state == "delivered"


async def test_a_worker_that_died_in_the_call_leaves_uncertain_behind_not_a_second_call(house: House) -> None:
    reply = await queued(house)

    async def die() -> Accepted:
        raise KeyboardInterrupt

    house.carrier.outcomes = [die]
    with pytest.raises(KeyboardInterrupt):
        await send(house, reply)
    with pytest.raises(Unavailable):
        await send(house, reply)
    house.tick(seconds=61)
    await send(house, reply)
    assert (await house.message(reply.id)).state == "uncertain"
    assert len(house.carrier.called) == 1


async def test_a_worker_that_was_paused_after_its_claim_does_not_call(house: House) -> None:
    reply = await queued(house)
    claim = house.sending._claim

    async def slow(*given: object) -> Message:
        claimed = await claim(*given)
        house.tick(seconds=CLAIM_TO_CALL + 1)
        return claimed

    house.sending._claim = slow
    with pytest.raises(Unavailable):
        await send(house, reply)
    assert house.carrier.called == []
    assert (await house.message(reply.id)).state == "queued"


async def test_the_next_message_waits_for_the_one_before(house: House) -> None:
    first = await queued(house)
    second = await queued(house, "And the pool?")
    assert second.prev == first.id
    with pytest.raises(Unavailable):
        await send(house, second)
    assert house.carrier.called == []
    await send(house, first)
    await send(house, second)
    assert [called.text for called in house.carrier.called] == [FIRST, PARKING]
    assert [called.idempotency_key for called in house.carrier.called] == [f"{first.id}.0", f"{second.id}.0"]


async def test_an_uncertain_message_does_not_hold_up_the_next(house: House) -> None:
    first = await queued(house)
    house.carrier.outcomes = [Unknown("timeout")]
    await send(house, first)
    second = await queued(house, "And the pool?")
    await send(house, second)
    assert (await house.message(second.id)).state == "sent"


async def test_nothing_is_claimed_after_an_opt_out_and_nothing_opens_again(house: House) -> None:
    reply = await queued(house)
    await house.change(opted_out=True, epoch=1)
    await send(house, reply)
    assert (await house.message(reply.id)).state == "cancelled"
    assert house.carrier.called == []
    assert (await house.conversation()).open == ()
    assert await house.pending() == set()


async def test_nothing_of_the_assistants_is_claimed_after_a_take_over_and_its_texts_are_open_again(
    house: House,
) -> None:
    reply = await queued(house)
    await house.change(owner="human", epoch=1)
    await send(house, reply)
    assert (await house.message(reply.id)).state == "cancelled"
    assert (await house.conversation()).open == reply.covers
    assert await house.pending() == set()


async def test_an_answer_from_before_a_take_over_is_not_sent_after_the_hand_back(house: House) -> None:
    reply = await queued(house)
    await house.change(owner="human", epoch=1)
    await house.change(owner="ai", epoch=2)
    await send(house, reply)
    assert (await house.message(reply.id)).state == "cancelled"
    assert house.carrier.called == []
    assert await house.pending() == {f"a-{house.conversation_id}"}
    assert house.queue.of("answer")[-1].name.endswith(f"a-{reply.id}-c")


@pytest.mark.parametrize("states", [("sent", "delivered"), ("delivered", "sent"), ("delivered", "delivered")])
async def test_reports_in_any_order_end_the_same(house: House, states: tuple[str, str]) -> None:
    reply = await queued(house)
    await send(house, reply)
    for state in states:
        await house.report(reply, state)
    assert (await house.message(reply.id)).state == "delivered"


async def test_a_report_before_our_own_write_is_not_overwritten(house: House) -> None:
    reply = await queued(house)

    async def reported_first() -> Accepted:
        await house.report(reply, "delivered")
        return Accepted("p-1")

    house.carrier.outcomes = [reported_first]
    await send(house, reply)
    assert (await house.message(reply.id)).state == "delivered"


async def test_a_report_that_names_another_provider_id_is_dropped(house: House) -> None:
    reply = await queued(house)
    await send(house, reply)
    await house.report(reply, "failed", provider_id="p-forged")
    assert (await house.message(reply.id)).state == "sent"


async def test_a_failure_of_an_earlier_attempt_is_ignored(house: House) -> None:
    reply = await queued(house)
    house.carrier.outcomes = [AGAIN]
    with pytest.raises(Unavailable):
        await send(house, reply)
    await house.report(reply, "failed")
    assert (await house.message(reply.id)).state == "queued"


async def test_parking_a_queued_message_fails_it_visibly(house: House) -> None:
    reply = await refused_for_now(house)
    await house.sending.park(reply.id, WHY)
    now = await house.message(reply.id)
    assert (now.state, now.error_code) == ("failed", "parked")
    assert await house.pending() == set()


async def test_parking_an_uncertain_message_says_that_we_do_not_know(house: House) -> None:
    reply = await queued(house)
    house.carrier.outcomes = [Unknown("timeout")]
    await send(house, reply)
    house.tick(seconds=REPORT_WAIT.total_seconds() + PARK_AFTER.total_seconds() + 61)
    await house.sending.park(reply.id, WHY)
    assert (await house.message(reply.id)).state == "unconfirmed"


async def test_what_is_not_overdue_for_long_is_not_parked(house: House) -> None:
    reply = await queued(house)
    await house.sending.park(reply.id, WHY)
    assert (await house.message(reply.id)).state == "queued"


async def test_what_nobody_has_tried_yet_is_tried_before_it_is_parked(house: House) -> None:
    reply = await queued(house)
    house.tick(seconds=PARK_AFTER.total_seconds() + 61)
    await house.sending.park(reply.id, WHY)
    assert (await house.message(reply.id)).state == "sent"


async def test_a_message_that_is_claimed_meanwhile_is_not_parked_from_what_was_read_before(house: House) -> None:
    reply = await refused_for_now(house)
    stale = await house.message(reply.id)
    await send(house, reply)
    with pytest.raises(Unavailable):
        await conclude(house.db, stale, {"state": "failed", "reason": WHY})
    assert (await house.message(reply.id)).state == "sent"


async def test_an_opt_out_between_the_reading_and_the_claim_stops_the_claim(house: House) -> None:
    reply = await queued(house)
    house.before_claim.append(lambda: house.change(opted_out=True, epoch=1))
    with pytest.raises(Unavailable):
        await send(house, reply)
    assert house.carrier.called == []
    await send(house, reply)
    assert (await house.message(reply.id)).state == "cancelled"


async def test_a_take_over_between_the_reading_and_the_claim_stops_the_claim(house: House) -> None:
    reply = await queued(house)
    house.before_claim.append(lambda: house.change(owner="human", epoch=1))
    with pytest.raises(Unavailable):
        await send(house, reply)
    assert house.carrier.called == []


async def test_a_claim_whose_answer_was_lost_is_recognised_by_its_id(house: House) -> None:
    reply = await queued(house)

    async def lose_the_claim() -> None:
        house.db.lose = 1

    house.before_claim.append(lose_the_claim)
    await send(house, reply)
    assert (await house.message(reply.id)).state == "sent"
    assert len(house.carrier.called) == 1


async def test_a_record_whose_answer_was_lost_is_written_once(house: House) -> None:
    reply = await queued(house)

    async def accepted() -> Accepted:
        house.db.lose = 1
        return Accepted("p-1")

    house.carrier.outcomes = [accepted]
    await send(house, reply)
    assert (await house.message(reply.id)).state == "sent"
    assert await house.pending() == set()


async def test_what_went_wrong_before_is_not_shown_on_a_text_that_went_well(house: House) -> None:
    reply = await refused_for_now(house)
    assert (await house.message(reply.id)).error_code == "10011"
    await send(house, reply)
    assert (await house.message(reply.id)).error_code is None


async def test_the_pending_of_a_message_that_never_was_goes_away(house: House) -> None:
    changes = Changes(house.db)
    changes.put_pending("send", "0" * 32, house.clock.now())
    await changes.commit()
    await house.sending.send("0" * 32)
    assert await house.pending() == set()


async def refused_for_now(house: House) -> Message:
    """A reply that was tried once, more than half an hour ago."""
    reply = await queued(house)
    house.carrier.outcomes = [AGAIN]
    with pytest.raises(Unavailable):
        await send(house, reply)
    house.tick(seconds=PARK_AFTER.total_seconds() + 61)
    return reply


async def test_a_message_that_never_was_is_nothing_to_do(house: House) -> None:
    await house.sending.send("0" * 32)
