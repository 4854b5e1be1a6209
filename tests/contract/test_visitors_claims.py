"""What a visitor says of themselves, and of a conversation: kept there, in any order, and touching nothing else."""

from __future__ import annotations

import asyncio

import pytest

from shared.assistant.model import ModelReply, ModelRequest
from shared.conversations.guests import BUSY, NOTHING_TO_RATE, Guest
from shared.errors import NotFound, Unavailable
from shared.store import settings_cache
from shared.store.changes import Changes
from shared.store.documents import Rating
from shared.store.errors import Refused
from shared.store.provisioning import Provisioning
from tests.contract.pipeline_support import CUSTOMER, PARKING, House
from tests.contract.visitor_support import Visitor
from tests.unit.assistant_support import call, calls

ANA = {"name": "Ana", "email": "ana@home.example"}


@pytest.fixture
def visitor(house: House) -> Visitor:
    return Visitor(house)


def guest(visitor: Visitor) -> Guest:
    return Guest(visitor.house.db, visitor.visit)


# -- rating


async def test_a_rating_is_kept_with_the_conversation_and_the_next_one_takes_its_place(visitor: Visitor) -> None:
    await visitor.write("Where can I park?")
    answered = await guest(visitor).rate(Rating(2, "slow"))
    assert answered.rating == Rating(2, "slow")
    assert (await visitor.conversation()).rating == Rating(2, "slow")
    await guest(visitor).rate(Rating(5, ""))
    assert (await visitor.conversation()).rating == Rating(5, "")


async def test_there_is_nothing_to_rate_before_the_visitor_has_written(visitor: Visitor) -> None:
    for _ in range(2):
        with pytest.raises(NotFound) as refused:
            await guest(visitor).rate(Rating(5, ""))
        assert (refused.value.code, refused.value.detail) == ("unknown_conversation", NOTHING_TO_RATE)
        await guest(visitor).claim(ANA)
    assert (await visitor.conversation()).rating is None


async def test_a_rating_while_the_assistant_writes_loses_neither_itself_nor_the_answer(visitor: Visitor) -> None:
    await visitor.write("Where can I park?")
    visitor.house.meanwhile(lambda: guest(visitor).rate(Rating(4, "")))
    await visitor.is_answered(PARKING)
    conversation = await visitor.conversation()
    assert (conversation.rating, conversation.open) == (Rating(4, ""), ())
    assert [message.text for message in await visitor.heard()] == [PARKING]


async def test_a_rating_whose_answer_was_lost_is_stored_once(visitor: Visitor) -> None:
    await visitor.write("Where can I park?")
    visitor.house.db.lose = 1
    assert (await guest(visitor).rate(Rating(3, "ok"))).rating == Rating(3, "ok")


async def test_a_conversation_that_never_stands_still_is_not_rated_for_ever(visitor: Visitor) -> None:
    await visitor.write("one")
    rates = guest(visitor)
    found, read = 0, rates._reader.read

    async def then_changed(keys: object) -> object:
        nonlocal found
        found, known = found + 1, await read(keys)  # type: ignore[arg-type]
        await visitor.write(f"more {found}")
        return known

    rates._reader.read = then_changed  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable, match=BUSY):
        await rates.rate(Rating(5, ""))
    assert found < 20


# -- claims


async def test_a_form_before_the_first_message_makes_the_conversation_that_the_message_goes_on_with(
    visitor: Visitor,
) -> None:
    claimed = await guest(visitor).claim(ANA)
    assert (claimed.claims, claimed.open, claimed.owner, claimed.epoch) == (ANA, (), "ai", 0)
    assert await visitor.house.pending() == set()
    await visitor.write("Where can I park?")
    await visitor.is_answered(PARKING)
    conversation = await visitor.conversation()
    assert (conversation.claims, conversation.open) == (ANA, ())
    assert (conversation.channel, conversation.channel_id, conversation.language) == ("webchat", "key-1", "en")


async def test_what_is_claimed_later_stands_beside_what_was_claimed_before(visitor: Visitor) -> None:
    received = await visitor.write("Where can I park?")
    await guest(visitor).claim(ANA)
    after = await guest(visitor).claim({"phone": CUSTOMER, "name": "Ana María"})
    assert after.claims == {**ANA, "name": "Ana María", "phone": CUSTOMER}
    assert after.open == (received.message.id,)


async def test_a_form_a_message_and_a_rating_at_the_same_moment_are_all_kept(visitor: Visitor) -> None:
    await visitor.write("one")
    rates = guest(visitor).rate(Rating(5, ""))
    await asyncio.gather(visitor.write("two"), guest(visitor).claim(ANA), rates, guest(visitor).claim({"name": "A"}))
    conversation = await visitor.conversation()
    assert (conversation.rating, len(conversation.open)) == (Rating(5, ""), 2)
    assert conversation.claims["email"] == ANA["email"]


async def documents(house: House, name: str) -> dict[str, object]:
    found = await house.db.collection("tenants").document(house.tenant).collection(name).get()
    return {snapshot.id: snapshot.to_dict() for snapshot in found}


async def is_known_by_email(house: House) -> None:
    """The customer's contact is Ana's, under her e-mail address too."""
    address = {"contact_id": (await house.conversation()).contact_id, "kind": "email", "address": ANA["email"]}
    addresses = house.db.collection("tenants").document(house.tenant).collection("addresses")
    await addresses.document(house.hashes.address(house.tenant, ANA["email"])).set(address)


async def test_a_claim_with_the_address_of_a_contact_touches_no_contact_and_sends_nobody_anything(
    visitor: Visitor,
) -> None:
    house = visitor.house
    house.say(PARKING)
    await house.answer(await house.text("Where can I park?"))
    await is_known_by_email(house)
    kept = ("contacts", "addresses", "consents")
    before = [await documents(house, name) for name in kept]
    assert [len(found) for found in before] == [1, 2, 0]
    tasks, pending = len(house.queue.tasks), await house.pending()
    await guest(visitor).claim({**ANA, "phone": CUSTOMER})
    assert (len(house.queue.tasks), await house.pending()) == (tasks, pending)
    await visitor.write("Where can I park?")
    await visitor.is_answered(PARKING)
    assert [await documents(house, name) for name in kept] == before
    assert (await visitor.conversation()).contact_id is None
    assert [one.recipient for one in await visitor.heard()] == [""]
    assert [task for task in house.queue.tasks[tasks:] if task.function == "send"] == []


async def test_the_rules_give_no_contact_to_who_has_only_claimed_to_be_one(visitor: Visitor) -> None:
    house = visitor.house
    house.say(PARKING)
    await house.answer(await house.text("Where can I park?"))
    contact = (await house.conversation()).contact_id
    await guest(visitor).claim({**ANA, "phone": CUSTOMER})
    changes = Changes(house.db)
    changes.update_conversation(await visitor.conversation(), {"contact_id": contact})
    with pytest.raises(Refused):
        await changes.commit()


async def test_the_largest_claims_fit_and_others_are_refused(visitor: Visitor) -> None:
    largest = {
        "name": "🏊" * 100,
        "email": f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'w' * 60}.com",
        "phone": "+123456789012345",
    }
    assert (await guest(visitor).claim(largest)).claims == largest
    with pytest.raises(Refused):
        await guest(visitor).claim({"address": "a street"})


async def test_a_lead_of_a_visitor_says_how_they_can_be_reached(visitor: Visitor) -> None:
    assistant = {"connected": True, "tools": ["capture-lead"]}
    await Provisioning(visitor.house.db).set_config("customer_service", {"assistant": assistant})
    settings_cache.forget()
    await guest(visitor).claim({**ANA, "phone": CUSTOMER})
    await visitor.write("I'd like a trial lesson")

    def tells(_request: ModelRequest) -> ModelReply:
        return calls(call("capture_lead", wish="a trial lesson", name="Ana"))

    visitor.house.say(tells)
    await visitor.is_answered(PARKING)
    (lead,) = (await documents(visitor.house, "leads")).values()
    assert isinstance(lead, dict)
    assert (lead["email"], lead["phone"], lead["source"]) == (ANA["email"], CUSTOMER, "webchat")
