"""What a status callback may change: the message that its signed form speaks of, upwards only."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.stack import RunningStack, eventually
from tests.twilio_forms import BSS, NUMBER, answers, post, reported, text, token_of, url_of

STATUS = "twilio-sms-status"
CP = "cp-marketing"


async def hear(stack: RunningStack, fields: dict[str, str], reference: str | None = None) -> int:
    """A status callback, signed; the status it was answered with."""
    url = url_of(stack, STATUS) + (f"?ref={reference}" if reference else "")
    return (await post(stack, url, fields, token_of(stack))).status_code


async def sent_in_silence(stack: RunningStack, customer: str) -> dict[str, Any]:
    """A reply that Twilio has taken and never reports by itself."""
    outcome = {"to": customer, "status": "silent"}
    await stack.client.post(stack.standin("twilio", "/__outcomes"), json=outcome)
    await text(stack, customer, "How warm is the water?")
    return await stack.reply_that_is("sent", BSS, customer)


async def state_of(stack: RunningStack, customer: str) -> tuple[str, str | None]:
    reply = [m for m in await stack.messages_of(BSS, customer) if m["direction"] == "out"][-1]
    return reply["state"], (reply.get("error") or {}).get("code")


async def test_a_report_is_believed_by_the_providers_id_alone(stack: RunningStack, customer: str) -> None:
    reply = await sent_in_silence(stack, customer)
    assert await hear(stack, reported(customer, reply["provider_id"], "delivered")) == 200
    assert await state_of(stack, customer) == ("delivered", None)


@pytest.mark.parametrize("order", [("sent", "delivered"), ("delivered", "sent", "queued"), ("delivered", "failed")])
async def test_a_state_never_goes_backwards(stack: RunningStack, customer: str, order: tuple[str, ...]) -> None:
    reply = await sent_in_silence(stack, customer)
    for status in order:
        await hear(stack, reported(customer, reply["provider_id"], status), f"{reply['id']}.0.0")
    assert await state_of(stack, customer) == ("delivered", None)


async def test_a_failure_says_why_in_words_for_the_owner(stack: RunningStack, customer: str) -> None:
    reply = await sent_in_silence(stack, customer)
    await hear(stack, reported(customer, reply["provider_id"], "undelivered", ErrorCode="30034"))
    assert await state_of(stack, customer) == ("failed", "30034")
    failed = await stack.reply_that_is("failed", BSS, customer)
    assert "10DLC" in failed["error"]["sentence"]


async def test_a_report_of_a_message_that_is_not_ours_changes_nothing(stack: RunningStack, customer: str) -> None:
    assert await hear(stack, reported(customer, "SM" + "0" * 32, "delivered")) == 200
    assert await hear(stack, reported(customer, "SM" + "0" * 32, "delivered"), f"{'0' * 32}.0.0") == 200
    assert await stack.messages_of(BSS, customer) == []


async def test_a_forged_reference_changes_nothing(stack: RunningStack, customer: str) -> None:
    """A report of another customer's text, and one with another id, both with the reference of this message."""
    reply = await sent_in_silence(stack, customer)
    reference, stranger = f"{reply['id']}.0.0", stack.new_customer()
    assert await hear(stack, reported(stranger, reply["provider_id"], "failed"), reference) == 200
    assert await hear(stack, reported(customer, "SM" + "1" * 32, "failed"), reference) == 200
    assert (await state_of(stack, customer))[0] == "sent"


async def test_a_reference_that_was_not_signed_is_refused(stack: RunningStack, customer: str) -> None:
    reply = await sent_in_silence(stack, customer)
    fields = reported(customer, reply["provider_id"], "delivered")
    signed = await post(stack, url_of(stack, STATUS), fields, token_of(stack))
    headers = {k: v for k, v in signed.request.headers.items() if k.startswith(("x-twilio", "content-type"))}
    url = f"{url_of(stack, STATUS)}?ref={reply['id']}.0.0"
    assert (await stack.client.post(url, content=signed.request.content, headers=headers)).status_code == 401


async def test_another_tenants_token_reports_nothing(stack: RunningStack, customer: str) -> None:
    reply = await sent_in_silence(stack, customer)
    fields = reported(customer, reply["provider_id"], "failed")
    reference = f"?ref={reply['id']}.0.0"
    assert (await post(stack, url_of(stack, STATUS) + reference, fields, token_of(stack, CP))).status_code == 401
    theirs = url_of(stack, STATUS, CP) + reference
    assert (await post(stack, theirs, fields, token_of(stack, CP))).status_code == 403
    assert (await state_of(stack, customer))[0] == "sent"


async def test_a_report_before_our_own_write_is_not_overwritten(stack: RunningStack, customer: str) -> None:
    """Twilio has acted, and its answer to the send is held back until its reports are written."""
    number = customer.removeprefix("+")  # of a form
    late = {"phase": "after", "latency_ms": 8_000, "hold": customer}
    await stack.fault("twilio", path="/2010-04-01/", times=1, contains=[number], **late)
    await text(stack, customer, "How warm is the water?")
    await stack.held("twilio", customer)
    await answers(stack, customer)
    before = await stack.reply_that_is("delivered", BSS, customer)
    assert await held(stack) == [customer]  # the send has not been answered yet
    await stack.release("twilio", customer)
    await stack.idle()
    assert await stack.reply_that_is("delivered", BSS, customer) == before
    assert before["attempt"] == 0
    assert before["provider_id"]


async def held(stack: RunningStack) -> list[str]:
    names: list[str] = (await stack.client.get(stack.standin("twilio", "/__held"))).json()
    return names


async def test_reports_in_any_order_and_number_end_the_same(stack: RunningStack, customer: str) -> None:
    fault = {"path": "/twilio-sms-status", "times": 1, "duplicate": 3, "reorder": True}
    await stack.fault("twilio", **fault, contains=[customer])
    await text(stack, customer, "How warm is the water?")
    await answers(stack, customer)
    await stack.reply_that_is("delivered", BSS, customer)
    assert await stack.faults_to_come("twilio") == []
    assert [m.get("state") for m in await stack.messages_of(BSS, customer)] == [None, "delivered"]


async def test_the_same_report_twenty_times_at_once_is_one_change(stack: RunningStack, customer: str) -> None:
    reply = await sent_in_silence(stack, customer)
    fields = reported(customer, reply["provider_id"], "delivered")
    assert set(await asyncio.gather(*(hear(stack, fields) for _ in range(20)))) == {200}
    assert (await state_of(stack, customer))[0] == "delivered"


async def test_a_report_at_the_platform_wide_url_finds_its_message(stack: RunningStack, customer: str) -> None:
    reply = await sent_in_silence(stack, customer)
    fields = reported(customer, reply["provider_id"], "delivered", NUMBER)
    assert (await post(stack, stack.function(STATUS), fields, token_of(stack))).status_code == 200

    async def delivered() -> bool | None:
        return (await state_of(stack, customer))[0] == "delivered" or None

    await eventually(delivered, "the report to be written")


async def test_a_status_nobody_knows_is_taken_and_does_nothing(stack: RunningStack, customer: str) -> None:
    reply = await sent_in_silence(stack, customer)
    assert await hear(stack, reported(customer, reply["provider_id"], "partially_delivered")) == 200
    assert (await state_of(stack, customer))[0] == "sent"
