"""Quiet hours: what nobody has just asked for waits for the morning, and everything is asked again then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.conversations.gates import QUIET, allowed_at
from shared.conversations.linking import Linking
from shared.errors import Unavailable
from shared.store import settings_cache
from shared.store.documents import Message
from shared.store.settings import Link
from tests.contract.pipeline_support import CUSTOMER, FIRST, PARKING, House

QUESTION = "Where can I park?"


def until(house: House, hour: int) -> float:
    """Seconds until the next `hour` UTC that is more than two hours away. The tenant is in UTC, its customer in Texas:
    both have their day from 14:00 to 21:00 UTC (in summer from 13:00)."""
    now = house.clock.now()
    at = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    while at - now < timedelta(hours=2):
        at += timedelta(days=1)
    return (at - now).total_seconds()


@pytest.fixture
async def late(house: House) -> Message:
    """A reply that was written by day and could not be sent until eleven at night."""
    house.say(PARKING)
    await house.answer(await house.text(QUESTION))
    house.tick(seconds=until(house, 23))
    (reply,) = await house.outbound()
    return reply


async def send(house: House, message: Message) -> None:
    await house.sending.send(message.id, house.conversation_id)


def deferred_to(house: House) -> datetime:
    at = house.queue.of("send")[-1].at
    assert at is not None
    return at


async def test_at_night_it_waits_for_the_morning_of_both(house: House, late: Message) -> None:
    await send(house, late)
    now = await house.message(late.id)
    assert (now.state, now.reason) == ("queued", QUIET)
    assert house.carrier.called == []
    assert deferred_to(house).hour in (13, 14)
    assert f"s-{late.id}" in await house.pending()


async def test_in_the_morning_it_is_sent(house: House, late: Message) -> None:
    await send(house, late)
    house.tick(seconds=(deferred_to(house) - house.clock.now()).total_seconds() + 1)
    await send(house, late)
    assert [called.text for called in house.carrier.called] == [FIRST]
    assert (await house.message(late.id)).reason is None


async def test_a_task_that_comes_before_the_morning_changes_nothing(house: House, late: Message) -> None:
    for _ in range(3):
        await send(house, late)
        house.tick(seconds=600)
    assert house.carrier.called == []
    assert len({task.name for task in house.queue.of("send")}) == 2


async def test_who_opts_out_before_the_morning_gets_nothing_but_the_confirmation(house: House, late: Message) -> None:
    await send(house, late)
    house.clock.ahead = 0  # the database's clock is the real one: the text comes "now"
    await house.text("STOP")
    confirmation = next(item for item in await house.outbound() if item.kind == "confirmation")
    house.tick(seconds=until(house, 23))
    await send(house, confirmation)
    house.tick(seconds=12 * 3600)
    await send(house, late)
    assert (await house.message(late.id)).state == "cancelled"
    assert ["unsubscribed" in called.text for called in house.carrier.called] == [True]


# -- it is night where the tenant is, now: the database's clock is the real one, and says when a customer wrote


@pytest.fixture
async def nightly(emulated: str) -> House:
    settings_cache.forget()
    west = (datetime.now(UTC).hour - 23) % 24  # hours behind UTC, where it is past eleven at night
    return await House(emulated).open(f"Etc/GMT{west:+d}" if west <= 12 else f"Etc/GMT{west - 24:+d}")


@pytest.fixture
async def asked_long_ago(nightly: House) -> Message:
    """A reply that is to be sent two hours after the customer wrote."""
    nightly.say(PARKING)
    await nightly.answer(await nightly.text(QUESTION))
    nightly.tick(seconds=2 * 3600)
    (reply,) = await nightly.outbound()
    await send(nightly, reply)
    assert (await nightly.message(reply.id)).reason == QUIET
    return reply


async def test_a_customer_who_writes_at_night_is_answered_at_night_and_in_order(
    nightly: House, asked_long_ago: Message
) -> None:
    nightly.clock.ahead = 0
    nightly.say("The pool is warm.")
    await nightly.answer(await nightly.text("And the pool?"))
    newer = (await nightly.outbound())[-1]
    with pytest.raises(Unavailable):
        await send(nightly, newer)
    brought_forward = nightly.queue.of("send")[-1]
    assert brought_forward.body["message"] == asked_long_ago.id
    await send(nightly, asked_long_ago)
    await send(nightly, newer)
    assert len(nightly.carrier.called) == 2
    assert nightly.carrier.called[0].text == FIRST


async def test_what_waits_for_the_morning_behind_another_waits_in_peace(
    nightly: House, asked_long_ago: Message
) -> None:
    id = await nightly.hands.reply(nightly.conversation_id, "By the way!", "uid-ann", request_id="12345678")
    for _ in range(3):
        await send(nightly, await nightly.message(id))
    assert (await nightly.message(id)).reason == QUIET
    assert nightly.carrier.called == []


async def test_a_person_answers_what_is_open_at_any_hour(nightly: House) -> None:
    await nightly.text(QUESTION)
    nightly.tick(seconds=2 * 3600)
    id = await nightly.hands.reply(nightly.conversation_id, "Behind the building.", "uid-ann", request_id="12345678")
    await send(nightly, await nightly.message(id))
    assert [called.text for called in nightly.carrier.called] == ["Behind the building."]


async def test_a_link_that_a_caller_asks_for_is_sent_at_any_hour_and_soon(
    nightly: House, asked_long_ago: Message
) -> None:
    nightly.clock.ahead = 0
    linking = Linking(nightly.db, nightly.channel, nightly.queue, nightly.hashes, nightly.clock)
    await linking.send(Link("trial", "Trial", "https://blue.example/trial"), call_id="call-1", customer=CUSTOMER)
    link = (await nightly.outbound())[-1]
    of, settings = await nightly.conversation(), await linking.settings()
    earlier = replace(of, last_inbound_at=nightly.clock.now() - timedelta(days=1))
    assert allowed_at(link, earlier, settings, nightly.clock.now()) is None
    assert allowed_at(link, earlier, settings, nightly.clock.now() + timedelta(hours=2)) is not None
