"""Quiet hours: what nobody has just asked for waits for the morning, and everything is asked again then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.conversations.gates import QUIET
from shared.errors import Unavailable
from shared.store.documents import Message
from tests.contract.pipeline_support import FIRST, PARKING, House

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


async def test_a_customer_who_writes_at_night_is_answered_at_night_and_in_order(house: House, late: Message) -> None:
    await send(house, late)
    house.clock.ahead = 0
    house.say("The pool is warm.")
    await house.answer(await house.text("And the pool?"))
    newer = (await house.outbound())[-1]
    with pytest.raises(Unavailable):
        await send(house, newer)
    brought_forward = house.queue.of("send")[-1]
    assert brought_forward.body["message"] == late.id
    await send(house, late)
    await send(house, newer)
    assert len(house.carrier.called) == 2
    assert house.carrier.called[0].text == FIRST
