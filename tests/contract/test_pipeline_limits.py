"""Limits fail closed: past one, code says so, nothing is lost, and a person looks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.conversations import limits
from shared.conversations.honest import NOBODY_TOLD
from shared.conversations.limits import MACHINE, QUICK_TURNS, SAME_WORDS, TOO_MANY, hour_of
from shared.store import settings_cache
from shared.store.errors import Unanswered
from shared.store.provisioning import Provisioning
from tests.contract.pipeline_support import PARKING, House

DESK = "+12815550171"


@pytest.fixture(autouse=True)
def nothing_spent() -> None:
    limits.forget()


async def limited(house: House, *, notify: tuple[str, ...] = (DESK,), **most: int) -> None:
    """Not in the last minute of an hour: its texts would be counted in two."""
    if hour_of(house.clock.now() + timedelta(minutes=1)) != hour_of(house.clock.now()):
        house.tick(seconds=60)
    fields = {"assistant": {"connected": True}, "limits": most, "handoff": {"notify": list(notify)}}
    await Provisioning(house.db).set_config("customer_service", fields)
    settings_cache.forget()


async def wishes(house: House) -> list[str]:
    """Of the leads that were kept."""
    found = await house.db.collection("tenants").document(house.tenant).collection("leads").get()
    return [(one.to_dict() or {})["wish"] for one in found]


async def exchange(house: House, words: str, answer: str = PARKING) -> None:
    house.say(answer)
    await house.answer(await house.text(words))


async def test_a_customer_past_the_hours_limit_is_told_once_and_then_parked_visibly(house: House) -> None:
    await limited(house, texts_per_hour=2)
    for words in ("one", "two", "three", "four"):
        await exchange(house, words)
    said = await house.outbound()
    assert [message.author for message in said] == ["assistant", "assistant", "system"]
    assert len(house.model.asked) == 2
    conversation = await house.conversation()
    assert (conversation.parked, conversation.open) == (TOO_MANY, ())
    assert f"a-{house.conversation_id}" not in await house.pending()


async def test_a_customer_who_is_told_that_a_person_will_look_is_kept_for_one(house: House) -> None:
    await limited(house, texts_per_hour=1)
    for words in ("one", "Can I bring my dog?"):
        await exchange(house, words)
    assert (await house.conversation()).parked == TOO_MANY
    assert await wishes(house) == ["Can I bring my dog?"]


async def test_where_nobody_is_named_to_be_told_the_assistant_does_not_fall_silent_for_nobody(house: House) -> None:
    await limited(house, notify=(), tokens_per_day=1)
    await exchange(house, "Where can I park?")
    await exchange(house, "And on Sunday?")
    conversation = await house.conversation()
    assert (conversation.owner, conversation.parked) == ("ai", NOBODY_TOLD)
    assert await wishes(house) == ["And on Sunday?"]


async def test_an_answer_that_nobody_is_told_was_paid_for_and_counts(house: House) -> None:
    """Who writes STOP while the model runs would have it for nothing, again and again."""

    async def stop() -> None:
        await house.text("STOP")

    await limited(house, answers_per_hour=1)
    house.meanwhile(stop)
    await exchange(house, "Where can I park?")
    assert [message.author for message in await house.outbound() if message.author == "assistant"] == []
    limits.forget()  # another instance
    await house.text("START")
    await exchange(house, "And on Sunday?")
    assert len(house.model.asked) == 1
    assert (await house.conversation()).owner == "waiting"


async def test_the_tokens_of_an_answer_that_nobody_is_told_count_too(house: House) -> None:
    async def stop() -> None:
        await house.text("STOP")

    await limited(house, tokens_per_day=1)
    house.meanwhile(stop)
    await exchange(house, "Where can I park?")
    limits.forget()
    await house.text("START")
    await exchange(house, "And on Sunday?")
    assert len(house.model.asked) == 1


async def test_help_is_not_said_without_end(house: House) -> None:
    await limited(house, texts_per_hour=3)
    for _ in range(6):
        await house.text("HELP")
    assert len(await house.outbound()) == 4


async def test_stop_is_confirmed_however_many_texts_came_before(house: House) -> None:
    await limited(house, texts_per_hour=1)
    for words in ("one", "two", "three", "STOP"):
        await house.text(words)
    assert [message.kind for message in await house.outbound()] == ["confirmation"]


async def test_the_next_hour_counts_anew(house: House) -> None:
    await limited(house, texts_per_hour=1)
    for words in ("one", "two"):
        await exchange(house, words)
    house.tick(seconds=3600)
    await exchange(house, "three")
    assert [message.author for message in await house.outbound()] == ["assistant", "system", "assistant"]


async def test_counters_of_hours_that_are_over_do_not_stay(house: House) -> None:
    for hour in range(4):
        await exchange(house, f"Where can I park in hour {hour}?")
        house.tick(seconds=3600)
    assert len((await house.conversation()).heard) <= limits.KEPT_HOURS


async def test_texts_delivered_again_are_counted_once(house: House) -> None:
    for _ in range(5):
        await house.text("Hello", id="same")
    conversation = await house.conversation()
    assert conversation.heard == {hour_of(house.clock.now()): 1}


async def test_when_the_days_budget_is_spent_a_person_is_asked_and_a_lead_kept(house: House) -> None:
    await limited(house, tokens_per_day=1)
    await exchange(house, "Where can I park?")
    await exchange(house, "And on Sunday?")
    conversation = await house.conversation()
    assert (conversation.owner, conversation.handoff_reason) == ("waiting", "budget_spent")
    assert len(house.model.asked) == 1
    assert await wishes(house) == ["And on Sunday?"]
    assert "person" in (await house.outbound())[-1].text


async def test_an_instance_that_has_just_started_knows_what_was_spent(house: House) -> None:
    await limited(house, answers_per_hour=1)
    await exchange(house, "Where can I park?")
    limits.forget()
    await exchange(house, "And on Sunday?")
    assert (await house.conversation()).handoff_reason == "budget_spent"


async def test_where_it_cannot_be_known_what_was_spent_nothing_is_spent(house: House) -> None:
    async def down(_hour: str) -> int:
        raise Unanswered("the database did not answer; try again")

    text = await house.text("Where can I park?")
    worker = house.answering
    worker._speaker._budget._reader.answers_in = down  # type: ignore[method-assign]
    house.tick(seconds=4)
    with pytest.raises(Unanswered):
        await worker.answer(house.conversation_id, text)
    assert house.model.asked == []
    assert (await house.conversation()).open == (text,)


async def test_who_says_the_same_again_and_again_is_taken_for_a_machine_and_parked(house: House) -> None:
    for _ in range(SAME_WORDS + 1):
        await exchange(house, "Thank you for contacting us!")
    conversation = await house.conversation()
    assert (conversation.parked, conversation.open) == (MACHINE, ())
    assert len(house.model.asked) == SAME_WORDS


async def test_who_says_yes_to_one_question_after_the_other_is_a_person(house: House) -> None:
    for number in range(SAME_WORDS + 2):
        await exchange(house, "Yes!", f"And question {number}?")
    assert (await house.conversation()).parked is None


async def test_who_calls_again_and_again_and_is_not_answered_is_a_person(house: House) -> None:
    for _ in range(SAME_WORDS + 2):
        await house.text("Is anybody there at all, please?")
    await exchange(house, "Is anybody there at all, please?")
    assert (await house.conversation()).parked is None
    assert len(house.model.asked) == 1


async def test_who_answers_the_same_short_words_to_the_same_words_is_taken_for_a_machine(house: House) -> None:
    for _ in range(SAME_WORDS + 2):
        await exchange(house, "I am away.", "Good to hear from you.")
    assert (await house.conversation()).parked == MACHINE


async def test_two_that_answer_each_other_within_seconds_are_stopped(house: House) -> None:
    for number in range(QUICK_TURNS + 3):
        await exchange(house, f"Sure, and number {number}?")
    assert (await house.conversation()).parked == MACHINE
    assert len(house.model.asked) <= QUICK_TURNS + 1


async def test_a_blocked_contact_is_stored_and_answered_by_nobody(house: House) -> None:
    await house.text("Hello")
    await house.change(blocked=True)
    await house.answer(await house.text("Hello again"))
    conversation = await house.conversation()
    assert (conversation.open, conversation.opted_out) == ((), False)
    assert house.model.asked == []
    assert await house.pending() == set()


async def test_nothing_is_claimed_for_a_contact_that_was_blocked_meanwhile(house: House) -> None:
    await exchange(house, "Where can I park?")
    (reply,) = await house.outbound()
    await house.change(blocked=True)
    await house.sending.send(reply.id, house.conversation_id)
    assert (await house.message(reply.id)).state == "cancelled"
    assert house.carrier.called == []
