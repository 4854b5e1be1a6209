"""Answering under every interleaving that the model checker worried about (docs/pipeline.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.assistant.model import ModelReply, ModelRequest, UserText
from shared.conversations.timers import MOST_ATTEMPTS, MOST_OPEN
from shared.errors import Unavailable
from shared.store.changes import Changes
from shared.store.reading import SETTINGS
from tests.contract.pipeline_support import FIRST, PARKING, House

QUESTION = "Where can I park?"


async def test_one_text_one_answer_and_no_work_left_but_the_send(house: House) -> None:
    text = await house.text(QUESTION)
    house.say(PARKING)
    await house.answer(text)
    (reply,) = await house.outbound()
    assert (reply.text, reply.covers, reply.state, reply.epoch, reply.prev) == (FIRST, (text,), "queued", 0, None)
    assert await house.pending() == {f"s-{reply.id}"}
    conversation = await house.conversation()
    assert (conversation.open, conversation.last_out, conversation.lease_until) == ((), reply.id, None)
    assert conversation.attempts == 0
    assert [task.body["message"] for task in house.queue.of("send")] == [reply.id]


async def test_a_second_delivery_stores_nothing_and_enqueues_under_the_same_name(house: House) -> None:
    first = await house.text(QUESTION, id="same")
    again = await house.text(QUESTION, id="same")
    assert first == again
    assert (await house.conversation()).open == (first,)
    assert len(house.queue.of("answer")) == 1


async def test_of_very_many_open_texts_the_newest_are_shown_and_all_are_covered(house: House) -> None:
    texts = []
    for number in range(MOST_OPEN + 2):
        house.tick(seconds=300)  # within the hour's limit
        texts.append(await house.text(f"Line {number} of what I have to say"))
    house.say(PARKING)
    await house.answer()
    asked = house.model.asked[0].contents[-1]
    assert isinstance(asked, UserText)
    assert asked.parts[0] == "Line 2 of what I have to say"
    assert (await house.outbound())[0].covers == tuple(texts)


async def test_an_answer_task_delivered_again_does_nothing(house: House) -> None:
    text = await house.text(QUESTION)
    house.say(PARKING)
    await house.answer(text)
    await house.answer(text)
    await house.answer()
    assert len(await house.outbound()) == 1


async def test_two_workers_at_once_write_one_answer(house: House) -> None:
    text = await house.text(QUESTION)
    house.say(PARKING, PARKING)
    house.tick(seconds=4)
    results = await asyncio.gather(
        *(house.answering.answer(house.conversation_id, text) for _ in range(2)), return_exceptions=True
    )
    assert all(result is None or isinstance(result, Unavailable) for result in results)
    assert len(await house.outbound()) == 1


async def test_while_somebody_has_the_lease_the_task_comes_again(house: House) -> None:
    text = await house.text(QUESTION)
    await house.change(lease={"by": "other", "until": house.clock.now().replace(year=2099)})
    with pytest.raises(Unavailable):
        await house.answer(text)
    assert house.model.asked == []


async def test_the_task_of_an_older_text_leaves_the_work_to_the_newest_ones(house: House) -> None:
    first = await house.text("Hi")
    second = await house.text(QUESTION)
    await house.answering.answer(house.conversation_id, first)
    assert await house.outbound() == []
    with pytest.raises(Unavailable):
        await house.answering.answer(house.conversation_id, second)
    house.say(PARKING)
    await house.answer(second)
    (reply,) = await house.outbound()
    assert reply.covers == (first, second)


async def test_a_customer_who_never_stops_typing_is_answered_within_the_bound(house: House) -> None:
    """The first open text is old enough: the window no longer counts."""
    await house.set_window(60)
    first = await house.text("Hi")
    await house.text("still typing")
    house.tick(seconds=14)
    await house.answering.answer(house.conversation_id, first)
    assert await house.outbound() == []
    house.tick(seconds=2)
    house.say(PARKING)
    await house.answering.answer(house.conversation_id, first)
    assert len(await house.outbound()) == 1


async def test_a_text_during_the_models_call_gets_into_one_more_round(house: House) -> None:
    first = await house.text(QUESTION)
    house.meanwhile(during(house, "And when do you open?"))
    house.say(PARKING, PARKING)
    await house.answer(first)
    (reply,) = await house.outbound()
    assert len(reply.covers) == 2
    assert len(house.model.asked) == 2


async def test_after_two_rounds_the_answer_to_what_was_read_goes_out_and_the_rest_keeps_its_work(
    house: House,
) -> None:
    first = await house.text(QUESTION)
    house.meanwhile(during(house, "one more"), during(house, "and another"))
    house.say(PARKING, PARKING)
    await house.answer(first)
    (reply,) = await house.outbound()
    assert len(reply.covers) == 2
    assert len((await house.conversation()).open) == 1
    assert await house.pending() == {f"s-{reply.id}", f"a-{house.conversation_id}"}


async def test_a_person_who_takes_over_during_the_models_call_silences_it(house: House) -> None:
    text = await house.text(QUESTION)
    house.meanwhile(during_change(house, owner="human", epoch=1))
    house.say(PARKING)
    await house.answer(text)
    assert await house.outbound() == []
    assert await house.pending() == set()
    assert (await house.conversation()).open == (text,)


async def test_an_opt_out_during_the_models_call_silences_it_and_closes_what_was_open(house: House) -> None:
    text = await house.text(QUESTION)
    house.meanwhile(during_change(house, opted_out=True, epoch=1))
    house.say(PARKING)
    await house.answer(text)
    assert await house.outbound() == []
    assert (await house.conversation()).open == ()
    assert await house.pending() == set()


async def test_a_chatty_write_during_the_models_call_costs_no_second_call(house: House) -> None:
    """Another writer of the document refuses the commit; the same draft goes out on the new version."""
    text = await house.text(QUESTION)
    house.meanwhile(during_change(house, preview="somebody looked"))
    house.say(PARKING)
    await house.answer(text)
    assert len(await house.outbound()) == 1
    assert len(house.model.asked) == 1


async def test_a_resolved_conversation_is_the_assistants_again_when_a_text_arrives(house: House) -> None:
    first = await house.text(QUESTION)
    await house.change(owner="resolved", epoch=1)
    house.say(PARKING)
    await house.answer(first)
    (reply,) = await house.outbound()
    assert (reply.epoch, (await house.conversation()).owner) == (2, "ai")


async def test_a_person_who_owns_the_conversation_is_not_talked_over(house: House) -> None:
    text = await house.text(QUESTION)
    await house.change(owner="human", epoch=1)
    await house.answer(text)
    assert house.model.asked == []
    assert await house.pending() == set()


async def test_a_text_that_kills_every_worker_is_parked_visibly(house: House) -> None:
    text = await house.text(QUESTION)

    def die(_request: ModelRequest) -> ModelReply:
        raise KeyboardInterrupt

    for _ in range(MOST_ATTEMPTS):
        house.say(die)
        with pytest.raises(KeyboardInterrupt):
            await house.answer(text)
        house.tick(seconds=130)  # the lease of the dead worker ends
    await house.answer(text)
    conversation = await house.conversation()
    assert conversation.parked is not None
    assert (conversation.open, await house.pending()) == ((), set())
    assert await house.outbound() == []


async def test_an_answer_whose_commit_was_lost_on_the_way_back_is_recognised_as_its_own(house: House) -> None:
    text = await house.text(QUESTION)

    async def lose_the_commit() -> None:
        house.db.lose = 1

    house.meanwhile(lose_the_commit)
    house.say(PARKING)
    await house.answer(text)
    (reply,) = await house.outbound()
    assert reply.covers == (text,)
    assert [task.body["message"] for task in house.queue.of("send")] == [reply.id]


async def test_a_text_whose_commit_was_lost_is_asked_for_again_and_stored_once(house: House) -> None:
    house.db.lose = 1
    with pytest.raises(Unavailable):
        await house.text(QUESTION, id="same")
    text = await house.text(QUESTION, id="same")
    assert (await house.conversation()).open == (text,)
    assert len(house.queue.of("answer")) == 1


async def test_a_worker_that_must_start_again_is_not_kept_out_by_its_own_lease(house: House) -> None:
    """A take-over and a hand-back while the model writes: the draft is of another epoch, the next one is not."""
    text = await house.text(QUESTION)

    async def there_and_back() -> None:
        await house.change(owner="human", epoch=1)
        await house.change(owner="ai", epoch=2)

    house.meanwhile(there_and_back)
    house.say(PARKING, PARKING)
    await house.answer(text)
    (reply,) = await house.outbound()
    assert reply.epoch == 2


async def test_a_text_that_arrives_while_a_task_finds_nothing_to_do_keeps_its_work(house: House) -> None:
    first = await house.text(QUESTION)
    await house.change(owner="human", epoch=1)
    stale = await house.conversation()
    await house.text("one more")
    settings = (await house.reader.read(SETTINGS)).settings()
    assert await house.answering._nothing_to_do(stale, None, settings) is False
    assert await house.pending() == {f"a-{house.conversation_id}"}
    assert first in (await house.conversation()).open


async def test_parking_leaves_what_is_not_long_overdue_alone(house: House) -> None:
    text = await house.text(QUESTION)
    await house.answering.park(house.conversation_id, "why")
    assert (await house.conversation()).open == (text,)


async def test_what_nobody_has_tried_yet_is_answered_before_it_is_parked(house: House) -> None:
    await house.text(QUESTION)
    house.tick(seconds=3600)
    house.say(PARKING)
    await house.answering.park(house.conversation_id, "why")
    assert len(await house.outbound()) == 1
    assert (await house.conversation()).parked is None


async def test_a_picture_without_a_word_is_said_to_the_model_as_one(house: House) -> None:
    text = await house.text("")
    house.say("Thanks!")
    await house.answer(text)
    assert "(a picture)" in str(house.model.asked[0].contents)


async def test_what_was_never_sent_was_never_said(house: House) -> None:
    text = await house.text(QUESTION)
    house.say(PARKING)
    await house.answer(text)
    (unsent,) = await house.outbound()
    await house.change(owner="human", epoch=1)
    await house.change(owner="ai", epoch=2)
    await house.sending.send(unsent.id)
    house.say(PARKING)
    await house.answer()
    assert "ModelText" not in str(house.model.asked[-1].contents)


async def test_a_stop_that_the_provider_answered_is_answered_by_nobody_else(house: House) -> None:
    first = await house.text(QUESTION)
    await house.text("STOP", opt_out="STOP")
    await house.answer(first)
    conversation = await house.conversation()
    assert (conversation.opted_out, conversation.epoch, conversation.open) == (True, 1, ())
    assert await house.outbound() == []
    assert house.model.asked == []
    await house.text("START", opt_out="START")
    assert (await house.conversation()).opted_out is False


async def test_a_task_for_a_conversation_that_never_was_is_done_and_leaves_no_work(house: House) -> None:
    changes = Changes(house.db)
    changes.put_pending("answer", "0" * 32, house.clock.now())
    await changes.commit()
    await house.answering.answer("0" * 32)
    assert await house.pending() == set()


def during(house: House, words: str) -> Callable[[], Awaitable[object]]:
    """What happens while the model writes: another text arrives."""
    return lambda: house.text(words)


def during_change(house: House, **fields: object) -> Callable[[], Awaitable[object]]:
    return lambda: house.change(**fields)
