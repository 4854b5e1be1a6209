"""send, when the provider misbehaves: accepted at most once, and never called again when nobody knows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.stack import RunningStack, eventually

AGENCY = "testing-agency"


async def fail(stack: RunningStack, customer: str, *, times: int = 1, **fault: Any) -> None:
    """What becomes of the next sends to this customer."""
    await stack.fault("telnyx", path="/v2/messages", times=times, contains=[customer], **fault)


async def the_reply(stack: RunningStack, customer: str, *states: str) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        stored = [m for m in await stack.messages_of(AGENCY, customer) if m["direction"] == "out"]
        return stored[0] if stored and stored[0]["state"] in states else None

    reply: dict[str, Any] = await eventually(found, f"a reply that is {' or '.join(states)}")
    return reply


async def sends_to(stack: RunningStack, customer: str) -> list[dict[str, Any]]:
    return [c for c in await stack.calls("telnyx", "/v2/messages") if c["body"]["to"] == customer]


async def test_a_refusal_for_now_is_sent_again_as_the_next_attempt(stack: RunningStack, customer: str) -> None:
    await fail(stack, customer, times=2, status=429)
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.answers(customer)
    reply = await the_reply(stack, customer, "delivered")
    assert reply["attempt"] == 2
    keys = [call["headers"]["idempotency-key"] for call in await sends_to(stack, customer)]
    assert keys == [f"{reply['id']}.{n}" for n in range(3)]
    assert len(await stack.phone(customer)) == 1


async def test_a_refusal_for_good_fails_visibly_and_is_not_repeated(stack: RunningStack, customer: str) -> None:
    body = {"errors": [{"code": "40310", "title": "Invalid 'to'", "detail": "Invalid 'to' address"}]}
    await fail(stack, customer, status=422, body=body)
    await stack.text(customer, AGENCY, "Where can I park?")
    reply = await the_reply(stack, customer, "failed")
    assert reply["error"]["code"] == "40310"
    assert reply["error"]["sentence"]
    assert len(await sends_to(stack, customer)) == 1


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"status": 200, "body": {"what": "?"}}])
async def test_a_silent_provider_is_called_once_and_its_report_still_counts(
    stack: RunningStack, customer: str, fault: dict[str, Any]
) -> None:
    """It acted and the answer was lost: the report says so later, and the customer has one text."""
    await fail(stack, customer, phase="after", **fault)
    await stack.text(customer, AGENCY, "Where can I park?")
    reply = await the_reply(stack, customer, "delivered")
    assert reply["attempt"] == 0
    assert len(await sends_to(stack, customer)) == 1
    assert len(await stack.phone(customer)) == 1


async def test_a_call_that_died_before_acting_stays_uncertain_and_is_not_repeated(
    stack: RunningStack, customer: str
) -> None:
    await fail(stack, customer, phase="before", drop=True)
    await stack.text(customer, AGENCY, "Where can I park?")
    reply = await the_reply(stack, customer, "uncertain")
    assert len(await sends_to(stack, customer)) == 1
    pending = await stack.documents(f"tenants/{AGENCY}/pending")
    assert [p["id"] for p in pending if p["subject"] == reply["id"]] == [f"s-{reply['id']}"]


async def test_each_tenant_sends_with_its_own_key(stack: RunningStack) -> None:
    async def key_of(tenant: str) -> str:
        customer = stack.new_customer()
        await stack.text(customer, tenant, "Where can I park?")
        await stack.answers(customer)
        (call,) = await sends_to(stack, customer)
        return str(call["headers"]["authorization"])

    tenants = ("testing-agency", "bss-cypress-spring", "cp-marketing")
    keys = await asyncio.gather(*map(key_of, tenants))
    assert dict(zip(tenants, keys, strict=True)) == {
        "testing-agency": "Bearer KEY-local-testing-agency",
        "bss-cypress-spring": "Bearer KEY-local-platform",
        "cp-marketing": "Bearer KEY-local-cp-marketing",
    }
