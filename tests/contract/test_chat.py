"""A visitor of a site is answered while they wait, by the same steps as a text, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from shared.conversations.chatting import AnsweredBefore, Stored
from shared.conversations.on_site import Said
from shared.conversations.timers import SAFETY_NET
from shared.conversations.turns import Answered, Failed, Silent, Still, TakenBack, Turn, Typing, Unit
from shared.ids import digest
from shared.store.changes import Changes
from shared.store.documents import Owner, State
from tests.contract.live_support import soon
from tests.contract.pipeline_support import PARKING, House, Visitor
from tests.contract.test_pipeline_handoff import staff
from tests.unit.assistant_support import call, calls

QUESTION = "Where can I park?"
TWO = "Parking is free, behind the building. Is there anything else?"


def kinds(happened: Sequence[object]) -> list[type]:
    return [type(one) for one in happened if not isinstance(one, Still)]


def units(happened: list[object]) -> str:
    return "".join(one.text for one in happened if isinstance(one, Unit))


def answer(happened: list[object]) -> Answered:
    (found,) = [one for one in happened if isinstance(one, Answered)]
    return found


def before(happened: list[object]) -> AnsweredBefore:
    (found,) = [one for one in happened if isinstance(one, AnsweredBefore)]
    return found


def theirs(happened: list[object]) -> str:
    """The id of the visitor's message."""
    (said,) = [one for one in happened if isinstance(one, Stored)]
    return said.received.message.id


async def stored(visitor: Visitor, count: int) -> None:
    """Waits until the conversation has so many messages."""
    async with asyncio.timeout(20):
        while len(await visitor.messages()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def moment(happened: list[object]) -> datetime:
    """When the visitor's message came, as they are told."""
    (stored,) = [one for one in happened if isinstance(one, Stored)]
    assert stored.received.message.received_at
    return stored.received.message.received_at


async def test_a_visitor_hears_the_answer_in_units_and_it_is_stored_as_it_was_heard(house: House) -> None:
    await house.set_window(60)
    visitor = house.visitor()
    house.say(TWO)
    async with asyncio.timeout(10):  # nobody waits to see whether they type on
        happened = await visitor.say(QUESTION)
    assert kinds(happened) == [Stored, Typing, Unit, Unit, Answered]
    question, reply = await visitor.messages()
    assert units(happened) == reply.text == answer(happened).draft.text == TWO
    assert (reply.state, reply.provider, reply.covers) == (State.SENT, "webchat", (question.id,))
    found = await visitor.conversation()
    assert (found.open, found.channel, found.address, found.page) == ((), "webchat", "", "https://site.example/classes")
    assert await house.pending() == set()
    assert house.queue.of("send") == []


async def test_the_task_of_a_message_is_a_safety_net_that_finds_nothing_open(house: House) -> None:
    visitor = house.visitor()
    house.say(PARKING)
    await visitor.say(QUESTION)
    (task,) = house.queue.of("answer")
    assert task.at is not None
    assert task.at - house.clock.now() > SAFETY_NET * 0.9
    await house.answering.answer(visitor.visit.conversation, task.body["message"])
    assert len(await visitor.messages()) == 2
    assert len(house.model.asked) == 1


async def test_the_same_message_again_is_stored_once_and_gets_the_stored_answer(house: House) -> None:
    visitor = house.visitor()
    house.say(PARKING)
    first = await visitor.say(QUESTION, id="the-same")
    again = await visitor.say(QUESTION, id="the-same")
    assert kinds(again) == [Stored, AnsweredBefore]
    assert before(again).message.id == answer(first).draft.id
    question, reply = await visitor.messages()
    assert moment(again) == question.received_at, "it would stand below its answer"
    assert reply.received_at
    assert moment(first) < reply.received_at


async def test_what_a_person_has_answered_with_a_picture_is_told_again_with_it(house: House) -> None:
    visitor, picture = house.visitor(), digest("picture", house.tenant)
    changes = Changes(house.db)
    kept = {"state": "stored", "content_type": "image/png", "size": 5, "sha256": "ab" * 32}
    changes.create_media(picture, {"conversation_id": visitor.visit.conversation, "direction": "out", **kept})
    await changes.commit()
    await visitor.on_site.receive(Said("the-same", QUESTION))
    await house.hands.reply(visitor.visit.conversation, "Here.", "uid-ann", request_id="reply-1", media=[picture])
    again = before(await visitor.say(QUESTION, id="the-same"))
    assert (again.message.author, again.message.pictures) == ("person", (picture,))
    shown = again.files.media(picture)
    assert shown is not None
    assert shown.stored


async def test_two_who_say_the_same_id_in_two_visits_are_two(house: House) -> None:
    one, other = house.visitor(), house.visitor()
    house.say(PARKING, PARKING)
    await one.say(QUESTION, id="the-same")
    await other.say(QUESTION, id="the-same")
    assert len(await one.messages()) == len(await other.messages()) == 2


async def test_a_second_message_while_the_first_is_answered_is_answered_next(house: House) -> None:
    visitor = house.visitor()
    second: list[asyncio.Task[list[object]]] = []

    async def ask_more() -> None:
        second.append(asyncio.create_task(visitor.say("And when are you open?")))
        await stored(visitor, 2)

    house.say(TWO, "You're welcome to ask us anything else.")
    house.meanwhile(ask_more)
    first = await visitor.say(QUESTION)
    both = await second[0]
    answered = [happening.draft for happening in both if isinstance(happening, Answered)]
    assert answer(first).draft.covers == (theirs(first),)
    assert answered[-1].covers == (theirs(both),)
    assert (await visitor.conversation()).open == ()
    assert [message.direction for message in await visitor.messages()].count("out") == 2


async def test_what_another_instance_has_answered_meanwhile_is_the_answer(house: House) -> None:
    visitor = house.visitor()
    await visitor.on_site.receive(Said("the-first", QUESTION))
    second: list[asyncio.Task[list[object]]] = []

    async def ask_more() -> None:
        second.append(asyncio.create_task(visitor.say("And is it free?")))
        await asyncio.sleep(0.2)  # it is stored by now, and the lease is another one's

    house.say(PARKING, TWO)
    house.meanwhile(ask_more)
    await house.answering.answer(visitor.visit.conversation)
    happened = await second[0]
    assert kinds(happened) == [Stored, AnsweredBefore]
    assert before(happened).message.text == TWO


async def test_a_visitor_whose_conversation_is_gone_is_not_left_waiting(house: House) -> None:
    turn = Turn()
    await house.visitor()._answering(turn).answer("c" * 32)
    assert kinds(turn.seen) == [Silent]


async def test_twenty_messages_at_once_are_all_answered_and_none_twice(house: House) -> None:
    visitor = house.visitor()
    house.say(*[PARKING] * 20)
    happened = await asyncio.gather(*(visitor.say(f"{QUESTION} Number {number}") for number in range(20)))
    assert not any(isinstance(one, Failed) for all_of_it in happened for one in all_of_it)
    covered = [id for message in await visitor.messages() for id in message.covers]
    assert len(covered) == len(set(covered)) == 20


async def test_a_person_who_takes_over_while_it_is_written_stops_it_and_what_was_said_is_taken_back(
    house: House,
) -> None:
    visitor = house.visitor()

    async def take_over() -> None:
        await house.hands.take_over(visitor.visit.conversation, "maria")

    house.say("You're welcome! Is there anything else? I am happy to help.")
    house.meanwhile(take_over)
    happened = await visitor.say("Thanks!")
    assert kinds(happened)[-2:] == [TakenBack, Silent]
    assert [message.direction for message in await visitor.messages()] == ["in"]
    assert (await visitor.conversation()).owner is Owner.HUMAN


async def test_a_visitor_who_goes_away_takes_nothing_with_them(house: House) -> None:
    visitor = house.visitor()
    gate = asyncio.Event()
    house.say(TWO)
    house.meanwhile(gate.wait)
    leaving = asyncio.create_task(visitor.say(QUESTION))
    await soon(lambda: bool(house.model.streamed))
    leaving.cancel()
    gate.set()
    await stored(visitor, 2)
    assert (await visitor.messages())[1].text == TWO
    assert await house.pending() == set()


async def test_where_another_instance_is_at_it_this_one_waits_and_then_tells_its_answer(house: House) -> None:
    visitor = house.visitor()
    house.say("You're welcome.")
    await visitor.say("Thanks!")

    async def elsewhere() -> None:
        changes = {"lease": {"by": "another", "until": house.clock.now() + SAFETY_NET}}
        await _change(house, visitor, changes)

    await elsewhere()
    house.say(PARKING)
    asked = asyncio.create_task(visitor.say(QUESTION))
    await stored(visitor, 3)
    assert len(house.model.asked) == 1, "whoever has no lease asks no model"
    await _change(house, visitor, {"lease": None})
    assert answer(await asked).draft.text == PARKING


async def test_stop_silences_the_chat_and_start_goes_on(house: House) -> None:
    visitor = house.visitor()
    house.say("You're welcome.")
    await visitor.say("Thanks!")
    stopped = await visitor.say("STOP")
    assert kinds(stopped) == [Stored, AnsweredBefore]
    assert before(stopped).message.text.startswith("This chat is silent now:"), "they never had a text"
    told = next(one for one in await visitor.messages() if one.kind == "confirmation")
    assert told.received_at
    assert moment(stopped) <= told.received_at
    assert (await visitor.conversation()).opted_out
    assert kinds(await visitor.say(QUESTION)) == [Stored, Silent]
    started = await visitor.say("start")
    assert kinds(started) == [Stored, AnsweredBefore]
    assert before(started).message.text.startswith("The chat with")
    house.say(PARKING)
    assert answer(await visitor.say(QUESTION)).draft.text == PARKING


async def test_words_that_mean_something_else_on_a_site_ask_the_assistant(house: House) -> None:
    visitor = house.visitor()
    for words in ("cancel", "help", "end"):
        house.say("You're welcome.")
        assert Answered in kinds(await visitor.say(words))
    assert not (await visitor.conversation()).opted_out


async def test_who_asks_for_a_person_waits_for_one_and_the_staff_know_who_it_is(house: House) -> None:
    await staff(house)
    visitor = house.visitor()
    house.say(lambda _request: calls(call("request_handoff")), "I have told them!")
    happened = await visitor.say("Can I talk to a person?")
    assert answer(happened).draft.kind == "notice"
    assert (await visitor.conversation()).owner is Owner.WAITING
    (notice,) = [task.body["message"] for task in house.queue.of("send")]
    assert "A visitor on your website" in (await house.message(notice)).text
    assert kinds(await visitor.say("Hello?")) == [Stored, Silent]


async def test_a_persons_words_are_in_the_conversation_at_once_with_their_name(house: House) -> None:
    visitor = house.visitor()
    house.say("You're welcome.")
    await visitor.say("Thanks!")
    house.hands._name = "Maria"
    await house.hands.reply(visitor.visit.conversation, "Maria here.", "uid-1", request_id="request-1")
    said = (await visitor.messages())[-1]
    assert (said.author, said.by_name, said.state) == ("person", "Maria", State.SENT)
    assert (await visitor.conversation()).owner_name == "Maria"
    assert house.queue.of("send") == []
    assert "s-" + said.id not in await house.pending()


async def test_nobody_becomes_a_contact_by_chatting(house: House) -> None:
    visitor = house.visitor()
    house.say(PARKING)
    assert Answered in kinds(await visitor.say(QUESTION))
    assert (await visitor.conversation()).contact_id is None


async def test_a_person_who_writes_that_fast_is_no_machine(house: House) -> None:
    visitor = house.visitor()
    for number in range(12):
        house.say("You're welcome.")
        assert Answered in kinds(await visitor.say(f"Thanks! {number}"))


async def _change(house: House, visitor: Visitor, fields: dict[str, object]) -> None:
    changes = Changes(house.db)
    changes.update_conversation(await visitor.conversation(), fields)
    await changes.commit()
