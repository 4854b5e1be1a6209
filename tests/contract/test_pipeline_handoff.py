"""Hand-off: the customer hears it from code, staff are told, and somebody is asked again when nobody comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.assistant.model import ModelReply, ModelRequest
from shared.channels.types import Media
from shared.conversations.handoff import MOST_ABOUT, NOBODY_CAME, Escalating
from shared.conversations.limits import MACHINE, SAME_WORDS
from shared.conversations.staff_phone import BLOCKED, LATELY, NO_PICTURES, NOBODY, OPTED_OUT, TOO_LONG
from shared.conversations.timers import HISTORY
from shared.conversations.wishes import wants_out
from shared.errors import Unavailable
from shared.ids import digest
from shared.segments import MOST_CARRIED
from shared.store import settings_cache
from shared.store.changes import Changes
from shared.store.documents import Conversation, Message
from shared.store.provisioning import Provisioning
from shared.store.reading import conversation
from tests.contract.pipeline_support import CUSTOMER, OURS, PARKING, House
from tests.unit.assistant_support import call, calls, says

DESK, OWNER = "+12815550171", "+12815550172"
ASKS = "I want to talk to a person, please"


@pytest.fixture
async def staffed(house: House) -> House:
    await staff(house)
    return house


async def staff(house: House, **line: object) -> None:
    """One phone at the desk, the owner's next in line."""
    assistant = {"connected": True, "tools": ["request-handoff", "capture-lead"]}
    lines = {"notify": [DESK], "escalate_to": [OWNER], "acknowledge_minutes": 10, "return_minutes": 120, **line}
    await Provisioning(house.db).set_config("customer_service", {"assistant": assistant, "handoff": lines})
    settings_cache.forget()


async def ask(house: House) -> None:
    """A customer asks for a person, and the model calls the tool."""
    house.say(_calls_for_a_person, "I have told them!")
    await house.answer(await house.text(ASKS))


def _calls_for_a_person(_request: ModelRequest) -> ModelReply:
    return calls(call("request_handoff"))


def escalating(house: House) -> Escalating:
    return Escalating(house.db, house.tenant, house.queue, house.hashes, house.clock)


async def look(house: House, *, minutes: float) -> None:
    """The watch's task, later."""
    house.tick(seconds=minutes * 60)
    await escalating(house).escalate(house.conversation_id)


async def phone(house: House, number: str) -> Conversation:
    id = house.hashes.conversation(house.tenant, number)
    found = (await house.reader.read([conversation(id)])).conversation(id)
    assert found is not None
    return found


async def texts_to(house: House, number: str) -> list[Message]:
    return [one for one in await house.reader.history((await phone(house, number)).id, 50) if one.direction == "out"]


async def test_a_customer_who_asks_waits_for_a_person_and_is_told_by_code(staffed: House) -> None:
    await ask(staffed)
    conversation = await staffed.conversation()
    assert (conversation.owner, conversation.epoch, conversation.open) == ("waiting", 1, ())
    (told,) = await staffed.outbound()
    assert (told.author, told.kind) == ("system", "notice")
    assert "I have told them" not in told.text
    await staffed.sending.send(told.id, staffed.conversation_id)
    assert [called.recipient for called in staffed.carrier.called] == [CUSTOMER]
    assert await staffed.pending() == {f"e-{staffed.conversation_id}"} | {
        f"s-{notice.id}" for notice in await texts_to(staffed, DESK)
    }


async def test_the_staff_are_told_who_waits_in_a_text_of_their_own(staffed: House) -> None:
    await ask(staffed)
    (notice,) = await texts_to(staffed, DESK)
    assert "281 555 0101" in notice.text
    await staffed.sending.send(notice.id)
    assert staffed.carrier.called[-1].recipient == DESK
    assert list((await phone(staffed, DESK)).about) == [staffed.conversation_id]


async def test_the_assistant_is_silent_while_somebody_waits(staffed: House) -> None:
    await ask(staffed)
    asked = len(staffed.model.asked)
    await staffed.answer(await staffed.text("Hello?"))
    assert len(staffed.model.asked) == asked
    assert len((await staffed.conversation()).open) == 1


async def test_nobody_is_promised_a_person_where_there_is_nobody_to_tell(house: House) -> None:
    await staff(house, notify=[], escalate_to=[])
    await ask(house)
    (told,) = await house.outbound()
    assert "told" not in told.text
    assert (await house.conversation()).owner == "waiting"


async def test_a_failure_of_the_model_asks_for_a_person_and_keeps_a_lead(staffed: House) -> None:
    staffed.say(*[_says_nothing] * 6)
    await staffed.answer(await staffed.text("Where can I park?"))
    conversation = await staffed.conversation()
    assert (conversation.owner, conversation.handoff_reason) == ("waiting", "assistant_failed")
    assert len(await texts_to(staffed, DESK)) == 1
    (lead,) = await leads(staffed)
    assert (lead["wish"], lead["phone"]) == ("Where can I park?", CUSTOMER)


def _says_nothing(_request: ModelRequest) -> ModelReply:

    return says("")


async def leads(house: House) -> list[dict[str, object]]:
    found = await house.db.collection("tenants").document(house.tenant).collection("leads").get()
    return [snapshot.to_dict() or {} for snapshot in found]


async def test_the_same_lead_told_twice_is_one_and_keeps_its_stage(staffed: House) -> None:
    def tells(_request: ModelRequest) -> ModelReply:
        return calls(call("capture_lead", wish="a trial lesson", name="Ann"))

    for _ in range(2):
        staffed.say(tells, PARKING)
        await staffed.answer(await staffed.text("I'd like a trial lesson, I'm Ann"))
    (lead,) = await leads(staffed)
    assert (lead["name"], lead["wish"]) == ("Ann", "a trial lesson")


async def test_when_nobody_acknowledges_the_next_in_line_is_told_once(staffed: House) -> None:
    await ask(staffed)
    await look(staffed, minutes=9)
    await look(staffed, minutes=1.1)
    assert len(await texts_to(staffed, OWNER)) == 1
    await look(staffed, minutes=1)
    await look(staffed, minutes=10)
    assert len(await texts_to(staffed, OWNER)) == 1
    assert len(await texts_to(staffed, DESK)) == 1
    assert (await staffed.conversation()).handoff_level == 2


async def test_when_nobody_comes_until_the_timer_the_assistant_answers_what_is_open(staffed: House) -> None:
    await ask(staffed)
    await staffed.text("Where can I park?")
    for minutes in (11, 11, 100):
        await look(staffed, minutes=minutes)
    conversation = await staffed.conversation()
    assert (conversation.owner, conversation.epoch) == ("ai", 2)
    staffed.say(PARKING)
    await staffed.answer()
    assert (await staffed.conversation()).open == ()
    assert f"e-{staffed.conversation_id}" not in await staffed.pending()


async def test_without_a_return_timer_it_stays_a_persons_and_says_that_nobody_came(house: House) -> None:
    await staff(house, return_minutes=0, escalate_to=[])
    await ask(house)
    await look(house, minutes=11)
    conversation = await house.conversation()
    assert (conversation.owner, conversation.parked) == ("waiting", NOBODY_CAME)
    assert f"e-{house.conversation_id}" not in await house.pending()


async def test_a_watch_that_is_looked_at_too_early_is_looked_at_again_when_due(staffed: House) -> None:
    await ask(staffed)
    await look(staffed, minutes=1)
    assert (await staffed.conversation()).handoff_level == 0
    assert [task.at is not None for task in staffed.queue.of("escalate")] == [True, True]


async def test_a_conversation_that_nobody_waits_in_any_more_is_not_watched(staffed: House) -> None:
    await ask(staffed)
    await staffed.change(owner="ai", epoch=2)
    await look(staffed, minutes=11)
    assert f"e-{staffed.conversation_id}" not in await staffed.pending()
    assert len(await texts_to(staffed, DESK)) == 1


async def test_a_new_episode_has_nothing_of_the_old_request(staffed: House) -> None:
    await ask(staffed)
    await staffed.change(owner="resolved", epoch=2)
    staffed.say(PARKING)
    await staffed.answer(await staffed.text("Where can I park?"))
    conversation = await staffed.conversation()
    assert (conversation.owner, conversation.handoff_reason) == ("ai", "")
    await look(staffed, minutes=11)
    assert len(await texts_to(staffed, DESK)) == 1


# -- a member of the staff answers from their own phone


async def from_phone(house: House, number: str, words: str, *pictures: Media) -> None:
    """A text from a phone of the staff, and the task that it causes."""
    id = await house.receiving.receive(replace(house.inbound(words), sender=number, media=pictures))
    house.tick(seconds=4)
    await house.answering.answer((await phone(house, number)).id, id)


async def test_a_reply_from_a_staff_members_phone_is_a_persons_reply(staffed: House) -> None:
    await ask(staffed)
    await staffed.text("Hello?")
    asked = len(staffed.model.asked)
    await from_phone(staffed, DESK, "Hi, this is Ann. How can I help?")
    customer = await staffed.conversation()
    assert (customer.owner, customer.epoch, customer.open) == ("human", 2, ())
    reply = (await staffed.outbound())[-1]
    assert (reply.author, reply.text, reply.recipient) == ("person", "Hi, this is Ann. How can I help?", CUSTOMER)
    assert (await phone(staffed, DESK)).open == ()
    assert len(staffed.model.asked) == asked
    for message in await staffed.outbound():
        await staffed.sending.send(message.id, staffed.conversation_id)
    assert [called.recipient for called in staffed.carrier.called] == [CUSTOMER, CUSTOMER]


async def test_who_answers_from_a_phone_hears_what_the_customer_writes_next_and_once(staffed: House) -> None:
    await ask(staffed)
    await from_phone(staffed, DESK, "Hi, this is Ann.")
    text = await staffed.text("Is my son in Ann's class?")
    for cause in (text, text, None):
        await staffed.answer(cause)
    heard = [message.text for message in await texts_to(staffed, DESK) if "Ann's class" in message.text]
    assert heard == ["+1 281 555 0101: Is my son in Ann's class?"]
    assert (await staffed.conversation()).open == (text,)
    await from_phone(staffed, DESK, "Yes, he is.")
    assert [message.covers for message in await staffed.outbound()][-1] == (text,)
    assert f"a-{staffed.conversation_id}" not in await staffed.pending()


async def test_who_answers_in_the_inbox_is_not_told_by_text(staffed: House) -> None:
    await ask(staffed)
    await staffed.hands.take_over(staffed.conversation_id, "uid-ann")
    before = len(await texts_to(staffed, DESK))
    await staffed.answer(await staffed.text("Are you there?"))
    assert len(await texts_to(staffed, DESK)) == before


async def test_a_second_reply_by_phone_keeps_the_owner_and_moves_the_timer(staffed: House) -> None:
    await ask(staffed)
    await from_phone(staffed, DESK, "One moment.")
    await look(staffed, minutes=100)
    await from_phone(staffed, DESK, "Here I am.")
    assert (await staffed.conversation()).epoch == 2
    await look(staffed, minutes=100)
    assert (await staffed.conversation()).owner == "human"
    await look(staffed, minutes=21)
    assert (await staffed.conversation()).owner == "ai"


async def test_a_staff_phone_that_nobody_waits_for_is_told_so(staffed: House) -> None:
    await ask(staffed)
    await staffed.change(owner="resolved", epoch=2)
    await from_phone(staffed, DESK, "Hello?")
    assert (await texts_to(staffed, DESK))[-1].text == NOBODY
    assert (await staffed.outbound())[-1].author == "system"


async def test_a_reply_by_phone_to_a_customer_who_opted_out_is_not_sent(staffed: House) -> None:
    await ask(staffed)
    await staffed.text("STOP")
    await from_phone(staffed, DESK, "Hello?")
    assert (await texts_to(staffed, DESK))[-1].text == OPTED_OUT
    assert all(message.author != "person" for message in await staffed.outbound())


async def test_a_reply_by_phone_to_a_customer_who_is_blocked_is_not_sent(staffed: House) -> None:
    await ask(staffed)
    await staffed.change(blocked=True)
    await from_phone(staffed, DESK, "Hello?")
    assert (await texts_to(staffed, DESK))[-1].text == BLOCKED
    assert all(message.author != "person" for message in await staffed.outbound())


async def test_what_is_no_phone_number_is_nobody_and_no_request_fails_for_it(staffed: House) -> None:
    await staff(staffed, notify=["281 555 0171", DESK], escalate_to=["the owner"])
    await ask(staffed)
    assert (await staffed.conversation()).owner == "waiting"
    assert len(await texts_to(staffed, DESK)) == 1


async def test_a_phone_that_is_not_the_staffs_any_more_is_a_customers(staffed: House) -> None:
    await ask(staffed)
    await staff(staffed, notify=[OWNER])
    staffed.say(PARKING)
    await from_phone(staffed, DESK, "Where can I park?")
    assert (await staffed.conversation()).owner == "waiting"
    assert (await texts_to(staffed, DESK))[-1].author == "assistant"


async def test_a_take_over_while_the_staff_reply_is_relayed_refuses_it_and_it_is_relayed_then(staffed: House) -> None:
    await ask(staffed)
    read = staffed.reader.read
    first = True

    async def then_taken(keys: object) -> object:
        nonlocal first
        found = await read(keys)  # type: ignore[arg-type]
        if first:
            first = False
            await staffed.change(owner="human", epoch=2)
        return found

    id = await staffed.receiving.receive(replace(staffed.inbound("It is me."), sender=DESK))
    staffed.tick(seconds=4)
    worker = staffed.answering
    worker._staff._reader.read = then_taken  # type: ignore[method-assign,assignment]
    await worker.answer((await phone(staffed, DESK)).id, id)
    assert (await staffed.outbound())[-1].text == "It is me."
    assert (await staffed.conversation()).epoch == 2


async def test_a_text_at_the_instant_of_the_request_refuses_it_and_is_covered_or_left_open(staffed: House) -> None:
    staffed.say(_calls_for_a_person, "told", _calls_for_a_person, "told")
    staffed.meanwhile(lambda: staffed.text("Are you there?"))
    await staffed.answer(await staffed.text(ASKS))
    conversation = await staffed.conversation()
    assert (conversation.owner, conversation.epoch) == ("waiting", 1)
    assert len(await texts_to(staffed, DESK)) == 1
    covered = {id for message in await staffed.outbound() for id in message.covers}
    assert len(covered | set(conversation.open)) == 2


async def test_our_own_number_is_the_one_that_the_customer_wrote_to(staffed: House) -> None:
    await ask(staffed)
    (notice,) = await texts_to(staffed, DESK)
    assert notice.sender == OURS


async def test_a_stale_watch_comes_again(staffed: House) -> None:
    await ask(staffed)
    watch = escalating(staffed)
    read = watch._reader.read

    async def then_changed(keys: object) -> object:
        found = await read(keys)  # type: ignore[arg-type]
        await staffed.text("still there?")
        return found

    watch._reader.read = then_changed  # type: ignore[method-assign,assignment]
    staffed.tick(seconds=660)
    with pytest.raises(Unavailable):
        await watch.escalate(staffed.conversation_id)


# -- several customers wait for one phone

OTHER = "+12815550199"


async def another_waits(house: House) -> Conversation:
    """A second customer of whom the same phone was told."""
    id = await house.receiving.receive(replace(house.inbound(ASKS), sender=OTHER))
    house.say(_calls_for_a_person, "told")
    house.tick(seconds=4)
    await house.answering.answer((await phone(house, OTHER)).id, id)
    return await phone(house, OTHER)


async def test_words_that_do_not_say_whom_they_are_for_reach_no_customer(staffed: House) -> None:
    await ask(staffed)
    await another_waits(staffed)
    await from_phone(staffed, DESK, "Your son's lesson is on Monday.")
    asked = (await texts_to(staffed, DESK))[-1].text
    assert "0101" in asked
    assert "0199" in asked
    for number in (CUSTOMER, OTHER):
        assert all(message.author != "person" for message in await texts_to(staffed, number))


async def test_words_that_name_the_customer_reach_that_one_without_the_name(staffed: House) -> None:
    await ask(staffed)
    await another_waits(staffed)
    await from_phone(staffed, DESK, "0199: Hello, here I am.")
    reply = (await texts_to(staffed, OTHER))[-1]
    assert (reply.author, reply.text) == ("person", "Hello, here I am.")
    assert all(message.author != "person" for message in await texts_to(staffed, CUSTOMER))


async def test_texts_that_name_two_customers_in_one_breath_reach_each_their_own(staffed: House) -> None:
    await ask(staffed)
    await another_waits(staffed)
    for words in ("0199: Hello Ben.", "How are you?", "0101: Hello Joe."):
        await staffed.receiving.receive(replace(staffed.inbound(words), sender=DESK))
    staffed.tick(seconds=20)
    await staffed.answering.answer((await phone(staffed, DESK)).id)
    assert (await texts_to(staffed, OTHER))[-1].text == "Hello Ben.\nHow are you?"
    assert (await texts_to(staffed, CUSTOMER))[-1].text == "Hello Joe."
    assert (await phone(staffed, DESK)).open == ()


async def test_where_four_digits_are_not_enough_more_of_them_are(staffed: House) -> None:
    await ask(staffed)
    twin = "+13465550101"  # ends as the first customer's number does
    id = await staffed.receiving.receive(replace(staffed.inbound(ASKS), sender=twin))
    staffed.say(_calls_for_a_person, "told")
    staffed.tick(seconds=4)
    await staffed.answering.answer((await phone(staffed, twin)).id, id)
    await from_phone(staffed, DESK, "0101 Hello")
    assert twin in (await texts_to(staffed, DESK))[-1].text
    await from_phone(staffed, DESK, "3465550101 Hello")
    assert (await texts_to(staffed, twin))[-1].text == "Hello"
    assert all(message.author != "person" for message in await texts_to(staffed, CUSTOMER))


async def test_a_late_answer_to_one_who_does_not_wait_any_more_does_not_reach_the_next(staffed: House) -> None:
    await ask(staffed)
    await another_waits(staffed)
    await staffed.change(owner="resolved", epoch=2)
    await from_phone(staffed, DESK, "Your son's lesson is on Monday.")
    assert all(message.author != "person" for message in await texts_to(staffed, OTHER))
    assert "0199" in (await texts_to(staffed, DESK))[-1].text


async def test_digits_that_name_nobody_who_waits_reach_nobody(staffed: House) -> None:
    await ask(staffed)
    await from_phone(staffed, DESK, "0199: your son's lesson is on Monday.")
    assert all(message.author != "person" for message in await texts_to(staffed, CUSTOMER))
    assert "0101" in (await texts_to(staffed, DESK))[-1].text


async def test_a_day_after_the_others_the_only_one_who_waits_is_meant(staffed: House) -> None:
    await another_waits(staffed)
    change = Changes(staffed.db)
    change.update_conversation(await phone(staffed, OTHER), {"owner": "resolved", "epoch": 2})
    await change.commit()
    staffed.tick(seconds=LATELY.total_seconds())
    await ask(staffed)
    await from_phone(staffed, DESK, "Hello, here I am.")
    assert (await staffed.outbound())[-1].text == "Hello, here I am."
    assert list((await phone(staffed, DESK)).about) == [staffed.conversation_id]


async def test_a_phone_that_was_asked_about_very_many_remembers_the_newest(staffed: House) -> None:
    await ask(staffed)
    long_ago = staffed.clock.now() - timedelta(days=9)
    asked = {digest("customer", str(number)): long_ago + timedelta(minutes=number) for number in range(99)}
    changes = Changes(staffed.db)
    changes.update_conversation(await phone(staffed, DESK), {"about": asked})
    await changes.commit()
    waits = await another_waits(staffed)
    newest = sorted(asked, key=lambda id: asked[id])[-(MOST_ABOUT - 1) :]
    assert set((await phone(staffed, DESK)).about) == {*newest, waits.id}
    assert waits.owner == "waiting"


async def test_a_colleagues_own_conversation_is_a_staff_phone_whoever_has_taken_it_over(staffed: House) -> None:
    await ask(staffed)
    await staffed.hands.take_over((await phone(staffed, DESK)).id, "u-ann")
    await from_phone(staffed, DESK, "Hello, here I am.")
    assert (await staffed.outbound())[-1].text == "Hello, here I am."


async def test_a_picture_of_a_staff_member_is_not_taken_for_an_answer(staffed: House) -> None:
    await ask(staffed)
    await from_phone(staffed, DESK, "Here is the plan", Media("https://media.example/1", "image/png"))
    assert (await texts_to(staffed, DESK))[-1].text == NO_PICTURES
    assert (await staffed.conversation()).owner == "waiting"
    assert (await staffed.outbound())[-1].author == "system"


async def test_words_that_no_text_can_carry_are_given_back(staffed: House) -> None:
    await ask(staffed)
    await from_phone(staffed, DESK, "x" * (MOST_CARRIED + 1))
    assert (await texts_to(staffed, DESK))[-1].text == TOO_LONG
    assert (await staffed.conversation()).owner == "waiting"


async def test_a_staff_member_who_speaks_of_opting_out_is_not_opted_out(staffed: House) -> None:
    await ask(staffed)
    words = "We will stop texting you. Please stop texting us."
    assert wants_out(words)
    await from_phone(staffed, DESK, words)
    assert not (await phone(staffed, DESK)).opted_out
    assert (await staffed.outbound())[-1].text == words


async def test_a_staff_phone_that_answers_by_itself_is_stopped(staffed: House) -> None:
    await ask(staffed)
    await staffed.change(owner="resolved", epoch=2)
    for _ in range(SAME_WORDS + 1):
        await from_phone(staffed, DESK, "I am driving.")
    assert (await phone(staffed, DESK)).parked == MACHINE
    told = [message for message in await texts_to(staffed, DESK) if message.text == NOBODY]
    assert len(told) <= SAME_WORDS


async def test_of_very_many_texts_of_the_staff_none_is_lost(staffed: House) -> None:
    await ask(staffed)
    for number in range(HISTORY + 2):
        await staffed.receiving.receive(replace(staffed.inbound(f"line {number}"), sender=DESK))
    staffed.tick(seconds=20)
    for _ in range(2):
        await staffed.answering.answer((await phone(staffed, DESK)).id)
    said = "\n".join(message.text for message in await staffed.outbound() if message.author == "person")
    assert all(f"line {number}" in said for number in range(HISTORY + 2))
