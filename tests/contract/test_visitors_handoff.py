"""A visitor asks for a person: once, told by code, and answered by who has only a phone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.assistant.model import ModelReply, ModelRequest
from shared.conversations.asking import SILENT, Asking
from shared.conversations.guests import Guest
from shared.conversations.handoff import MOST_TOLD
from shared.conversations.honest import NOBODY_TOLD
from shared.conversations.naming import digits_of
from shared.errors import BadRequest, Unavailable
from shared.store import settings_cache
from shared.store.changes import Changes
from shared.store.documents import Conversation, Message
from shared.store.provisioning import Provisioning
from shared.tasks import Task
from shared.vault.visits import Visit
from tests.contract.pipeline_support import FACTS, OURS, PARKING, House
from tests.contract.test_pipeline_handoff import DESK, OWNER, escalating, from_phone, staff, texts_to
from tests.contract.test_pipeline_handoff import ask as ask_by_text
from tests.contract.visitor_support import Visitor
from tests.unit.assistant_support import call, calls

WAITING = "Thank you. The people at Blue Swim have been told, and somebody will reply to you here."
SAVED = "Sorry, I can’t answer that right now. Your message is saved for the people at Blue Swim."
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture
async def visitor(house: House) -> Visitor:
    await staff(house)
    return Visitor(house)


def asking(visitor: Visitor) -> Asking:
    house = visitor.house
    return Asking(house.db, visitor.visit, house.queue, house.hashes, house.clock)


async def ask(visitor: Visitor) -> Conversation:
    return await asking(visitor).person()


async def ask_the_assistant(visitor: Visitor) -> None:
    def for_a_person(_request: ModelRequest) -> ModelReply:
        return calls(call("request_handoff"))

    await visitor.write("I want to talk to a person, please")
    visitor.house.say(for_a_person)
    await visitor.is_answered("I have told them!")


async def opens(house: House, hours: dict[str, list[str]]) -> None:
    profile = {"name": "Blue Swim", "facts": FACTS, "hours": hours}
    await Provisioning(house.db).set_config("business_profile", profile)
    settings_cache.forget()


def closed_until_tomorrow(house: House) -> dict[str, list[str]]:
    """Nothing today, and all of the next two days."""
    days, now = list(ALWAYS), house.clock.now()
    return {days[(now + timedelta(days=ahead)).weekday()]: ["00:00-24:00"] for ahead in (1, 2)}


async def leads(house: House) -> list[dict[str, object]]:
    found = await house.db.collection("tenants").document(house.tenant).collection("leads").get()
    return [snapshot.to_dict() or {} for snapshot in found]


# -- asked


async def test_a_phone_is_told_of_twenty_customers_within_an_hour_and_of_more_visitors_the_inbox_tells(
    visitor: Visitor,
) -> None:
    house = visitor.house
    for _ in range(MOST_TOLD):
        await ask(Visitor(house))
    assert len(await texts_to(house, DESK)) == MOST_TOLD
    after = await ask(visitor)
    assert (after.owner, after.handoff_reason) == ("waiting", "customer_asked")
    assert len(await texts_to(house, DESK)) == MOST_TOLD
    house.tick(seconds=3_600)
    await ask(Visitor(house))
    assert len(await texts_to(house, DESK)) == MOST_TOLD + 1


async def test_those_who_ask_in_the_same_moment_do_not_pass_together(visitor: Visitor) -> None:
    await asyncio.gather(*(ask(Visitor(visitor.house)) for _ in range(MOST_TOLD + 5)))
    assert len(await texts_to(visitor.house, DESK)) == MOST_TOLD


async def test_a_customer_who_texts_is_told_of_however_many_visitors_there_were(visitor: Visitor) -> None:
    house = visitor.house
    for _ in range(MOST_TOLD):
        await ask(Visitor(house))
    await ask_by_text(house)
    assert len(await texts_to(house, DESK)) == MOST_TOLD + 1


async def test_a_visitor_who_asks_waits_and_is_told_in_the_commit_that_asks(visitor: Visitor) -> None:
    await visitor.write("Where can I park?")
    await visitor.is_answered(PARKING)
    after = await ask(visitor)
    assert (after.owner, after.epoch, after.handoff_reason) == ("waiting", 1, "customer_asked")
    told = (await visitor.heard())[-1]
    assert (told.author, told.kind, told.state, told.text) == ("system", "notice", "sent", WAITING)
    assert told.version == after.version
    assert (after.last_out, told.prev) == (told.id, (await visitor.heard())[0].id)
    notices = await texts_to(visitor.house, DESK)
    assert await visitor.house.pending() == {f"e-{visitor.id}", *(f"s-{notice.id}" for notice in notices)}
    assert [task.body["message"] for task in visitor.house.queue.of("send")] == [notices[0].id]


async def test_asked_again_and_again_and_at_the_same_moment_is_asked_once(visitor: Visitor) -> None:
    await visitor.write("Hello?")
    answered = await asyncio.gather(*(ask(visitor) for _ in range(5)))
    again = await ask(visitor)
    assert {after.owner for after in answered} == {"waiting"}
    assert (again.epoch, len(await visitor.heard())) == (1, 1)
    assert len(await texts_to(visitor.house, DESK)) == 1


async def test_a_request_whose_answer_was_lost_is_one_request(visitor: Visitor) -> None:
    await visitor.write("Hello?")
    visitor.house.db.lose = 1
    assert (await ask(visitor)).owner == "waiting"
    assert len(await visitor.heard()) == 1


async def test_who_has_a_person_or_is_blocked_stays_as_they_are(visitor: Visitor) -> None:
    await visitor.write("Hello?")
    await visitor.house.hands.take_over(visitor.id, "uid-ann")
    assert (await ask(visitor)).owner == "human"
    await visitor.house.hands.block(visitor.id, blocked=True)
    assert (await ask(visitor)).owner == "resolved"
    assert await visitor.heard() == []


async def test_who_has_not_written_yet_gets_a_conversation_in_which_they_wait(visitor: Visitor) -> None:
    after = await ask(visitor)
    assert (after.owner, after.epoch, after.open, after.channel_id) == ("waiting", 1, (), "key-1")
    assert [message.text for message in await visitor.heard()] == [WAITING]
    received = await visitor.write("I forgot: where can I park?")
    assert (await visitor.conversation()).open == (received.message.id,)


async def test_what_nobody_has_answered_stays_open_for_the_person(visitor: Visitor) -> None:
    received = await visitor.write("Where can I park?")
    await ask(visitor)
    await visitor.is_answered()
    assert (await visitor.conversation()).open == (received.message.id,)
    assert visitor.house.model.asked == []


async def test_who_asks_while_the_assistant_writes_gets_the_person_and_no_answer_after_it(visitor: Visitor) -> None:
    await visitor.write("Where can I park?")
    visitor.house.meanwhile(lambda: ask(visitor))
    await visitor.is_answered(PARKING)
    assert [message.text for message in await visitor.heard()] == [WAITING]
    assert (await visitor.conversation()).owner == "waiting"


async def test_a_silenced_chat_asks_nobody_and_says_why(visitor: Visitor) -> None:
    await visitor.write("STOP")
    with pytest.raises(BadRequest, match=SILENT):
        await ask(visitor)
    assert (await visitor.conversation()).owner == "ai"


async def test_a_request_is_no_failure_for_the_visitor_where_its_tasks_cannot_be_had(visitor: Visitor) -> None:
    await visitor.write("Hello?")

    async def away(_task: Task) -> bool:
        raise Unavailable("the queue is away")

    visitor.house.queue.enqueue = away  # type: ignore[method-assign]
    assert (await ask(visitor)).owner == "waiting"


# -- what they are told


async def test_it_is_told_in_the_language_of_the_visitors_last_words(visitor: Visitor) -> None:
    await visitor.write("Hola, ¿tienen clases para niños los sábados?")
    await ask(visitor)
    (told,) = await visitor.heard()
    assert (told.language, told.text[:8]) == ("es", "Gracias.")


@pytest.mark.parametrize("by", [ask, ask_the_assistant])
async def test_out_of_hours_the_visitor_hears_when_the_business_opens_whoever_asks(
    visitor: Visitor, by: object
) -> None:
    await opens(visitor.house, closed_until_tomorrow(visitor.house))
    await by(visitor)  # type: ignore[operator]
    (told,) = await visitor.heard()
    assert told.text == (
        "Thank you. The people at Blue Swim have been told. They are closed now and open tomorrow at 12:00 AM. "
        "Leave an email address or a phone number so that they can reach you."
    )
    assert (await visitor.conversation()).owner == "waiting"
    assert len(await texts_to(visitor.house, DESK)) == 1


@pytest.mark.parametrize("by", [ask, ask_the_assistant])
async def test_within_hours_the_visitor_hears_that_somebody_will_reply_whoever_asks(
    visitor: Visitor, by: object
) -> None:
    await opens(visitor.house, ALWAYS)
    await by(visitor)  # type: ignore[operator]
    assert [message.text for message in await visitor.heard()] == [WAITING]


@pytest.mark.parametrize("by", [ask, ask_the_assistant])
@pytest.mark.parametrize("without", ["phones", "a line"])
async def test_where_nobody_can_be_told_nobody_is_promised_and_what_they_want_is_kept(
    visitor: Visitor, without: str, by: object
) -> None:
    house = visitor.house
    if without == "phones":
        await staff(house, notify=[], escalate_to=[])
    else:
        await Provisioning(house.db).set_config("sms", {})
        settings_cache.forget()
    await Guest(house.db, visitor.visit).claim({"name": "Ana", "email": "ana@home.example"})
    await by(visitor)  # type: ignore[operator]
    conversation = await visitor.conversation()
    assert (conversation.owner, conversation.parked) == ("waiting", NOBODY_TOLD)
    assert [message.text for message in await visitor.heard()] == [SAVED]
    (lead,) = await leads(house)
    wish = "asks for a person" if by is ask else "I want to talk to a person, please"
    assert (lead["name"], lead["email"], lead["wish"]) == ("Ana", "ana@home.example", wish)
    assert house.queue.of("send") == []


# -- the staff


async def person_says(visitor: Visitor) -> list[Message]:
    return [message for message in await visitor.heard() if message.author == "person"]


def digits(visitor: Visitor) -> str:
    return digits_of(Conversation(visitor.id, None, channel="webchat"))[-4:]


async def test_the_staff_read_who_waits_on_their_site_from_the_business_own_number(visitor: Visitor) -> None:
    await Guest(visitor.house.db, visitor.visit).claim({"name": "Ana"})
    await ask(visitor)
    (notice,) = await texts_to(visitor.house, DESK)
    assert notice.text.startswith(f"Ana on your website ({digits(visitor)}) asks for a person.")
    assert (notice.sender, notice.recipient) == (OURS, DESK)
    await visitor.house.sending.send(notice.id)
    assert [one.recipient for one in visitor.house.carrier.called] == [DESK]


async def test_who_answers_from_a_phone_is_read_on_the_site_and_hears_what_is_written_next(visitor: Visitor) -> None:
    house = visitor.house
    first = await visitor.write("Is my son in Ann's class?")
    await ask(visitor)
    await from_phone(house, DESK, "Yes, he is.")
    (said,) = await person_says(visitor)
    assert (said.text, said.state, said.recipient, said.covers) == ("Yes, he is.", "sent", "", (first.message.id,))
    conversation = await visitor.conversation()
    assert (conversation.owner, conversation.epoch, conversation.open) == ("human", 2, ())
    second = await visitor.write("And his sister?")
    await visitor.is_answered()
    assert (await texts_to(house, DESK))[-1].text == f"A visitor on your website ({digits(visitor)}): And his sister?"
    await from_phone(house, DESK, "She too.")
    assert [one.text for one in await person_says(visitor)] == ["Yes, he is.", "She too."]
    assert (await person_says(visitor))[-1].covers == (second.message.id,)
    assert house.carrier.called == []
    sent = {task.body["message"] for task in house.queue.of("send")}
    assert sent.isdisjoint([message.id for message in await visitor.heard()])


async def test_who_answers_from_a_phone_hears_that_a_file_came(visitor: Visitor) -> None:
    house = visitor.house
    await ask(visitor)
    await from_phone(house, DESK, "Send me the form.")
    changes = Changes(house.db)
    kept = {"state": "stored", "content_type": "application/pdf", "size": 9, "sha256": "ab" * 32, "name": "form.pdf"}
    changes.create_media("cd" * 16, {"conversation_id": visitor.id, "direction": "in", **kept})
    await changes.commit()
    await visitor.write("Here it is", "cd" * 16)
    await visitor.is_answered()
    assert (await texts_to(house, DESK))[-1].text.endswith(": Here it is (with a file: open the inbox)")


async def test_of_two_visitors_who_wait_the_digits_say_which_one_is_meant(visitor: Visitor) -> None:
    house, other = visitor.house, Visitor(visitor.house)
    await ask(visitor)
    await ask(other)
    await from_phone(house, DESK, "Hello, here I am.")
    assert [await person_says(one) for one in (visitor, other)] == [[], []]
    asked = (await texts_to(house, DESK))[-1].text
    assert {digits(visitor), digits(other)} <= set(asked.replace(",", "").replace(".", "").split())
    await from_phone(house, DESK, f"{digits(other)}: Hello, here I am.")
    assert await person_says(visitor) == []
    assert [one.text for one in await person_says(other)] == ["Hello, here I am."]


async def test_two_visitors_with_the_same_four_digits_are_told_apart_by_more(visitor: Visitor) -> None:
    house, other = visitor.house, Visitor(visitor.house)
    while digits(other) != digits(visitor):
        other.visit = Visit.begun(house.tenant, "key-1", "https://site.example", "en")
        other.id = other.visit.conversation
    await ask(visitor)
    await ask(other)
    await from_phone(house, DESK, f"{digits(other)}: Hello")
    whole = digits_of(await other.conversation())
    assert whole in (await texts_to(house, DESK))[-1].text
    await from_phone(house, DESK, f"{whole}: Hello")
    assert (await person_says(visitor), len(await person_says(other))) == ([], 1)


async def test_nobody_came_so_the_next_in_line_is_told_and_then_the_assistant_answers(visitor: Visitor) -> None:
    house = visitor.house
    await visitor.write("Where can I park?")
    await ask(visitor)
    for minutes in (11, 11, 100):
        house.tick(seconds=60 * minutes)
        await escalating(house).escalate(visitor.id)
    (notice,) = await texts_to(house, OWNER)
    assert notice.text.startswith(f"Still waiting: A visitor on your website ({digits(visitor)})")
    assert (await visitor.conversation()).owner == "ai"
    await visitor.is_answered(PARKING)
    assert (await visitor.heard())[-1].text == PARKING
