"""send, when the provider misbehaves: accepted at most once, and never called again when nobody knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.stack import RunningStack, eventually

AGENCY = "testing-agency"


@pytest.fixture
async def telnyx(stack: RunningStack) -> AsyncIterator[RunningStack]:
    await stack.idle()
    yield stack
    await stack.clear_faults("telnyx")


async def the_reply(stack: RunningStack, customer: str, *states: str) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        stored = [m for m in await stack.messages_of(AGENCY, customer) if m["direction"] == "out"]
        return stored[0] if stored and stored[0]["state"] in states else None

    reply: dict[str, Any] = await eventually(found, f"a reply that is {' or '.join(states)}")
    return reply


async def sends_to(stack: RunningStack, customer: str) -> list[dict[str, Any]]:
    return [c for c in await stack.calls("telnyx", "/v2/messages") if c["body"]["to"] == customer]


async def test_a_refusal_for_now_is_sent_again_as_the_next_attempt(telnyx: RunningStack, customer: str) -> None:
    await telnyx.fault("telnyx", path="/v2/messages", times=2, status=429)
    await telnyx.text(customer, AGENCY, "Where can I park?")
    await telnyx.answers(customer)
    reply = await the_reply(telnyx, customer, "delivered")
    assert reply["attempt"] == 2
    keys = [call["headers"]["idempotency-key"] for call in await sends_to(telnyx, customer)]
    assert keys == [f"{reply['id']}.{n}" for n in range(3)]
    assert len(await telnyx.phone(customer)) == 1


async def test_a_refusal_for_good_fails_visibly_and_is_not_repeated(telnyx: RunningStack, customer: str) -> None:
    body = {"errors": [{"code": "40310", "title": "Invalid 'to'", "detail": "Invalid 'to' address"}]}
    await telnyx.fault("telnyx", path="/v2/messages", times=1, status=422, body=body)
    await telnyx.text(customer, AGENCY, "Where can I park?")
    reply = await the_reply(telnyx, customer, "failed")
    assert reply["error"]["code"] == "40310"
    assert reply["error"]["sentence"]
    assert len(await sends_to(telnyx, customer)) == 1


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"status": 200, "body": {"what": "?"}}])
async def test_a_silent_provider_is_called_once_and_its_report_still_counts(
    telnyx: RunningStack, customer: str, fault: dict[str, Any]
) -> None:
    """It acted and the answer was lost: the report says so later, and the customer has one text."""
    await telnyx.fault("telnyx", path="/v2/messages", times=1, phase="after", **fault)
    await telnyx.text(customer, AGENCY, "Where can I park?")
    reply = await the_reply(telnyx, customer, "delivered")
    assert reply["attempt"] == 0
    assert len(await sends_to(telnyx, customer)) == 1
    assert len(await telnyx.phone(customer)) == 1


async def test_a_call_that_died_before_acting_stays_uncertain_and_is_not_repeated(
    telnyx: RunningStack, customer: str
) -> None:
    await telnyx.fault("telnyx", path="/v2/messages", times=1, phase="before", drop=True)
    await telnyx.text(customer, AGENCY, "Where can I park?")
    reply = await the_reply(telnyx, customer, "uncertain")
    assert len(await sends_to(telnyx, customer)) == 1
    pending = await telnyx.documents(f"tenants/{AGENCY}/pending")
    assert [p["id"] for p in pending if p["subject"] == reply["id"]] == [f"s-{reply['id']}"]


async def test_each_tenant_sends_with_its_own_key(telnyx: RunningStack) -> None:
    keys = {}
    for tenant in ("testing-agency", "bss-cypress-spring", "cp-marketing"):
        customer = telnyx.new_customer()
        await telnyx.text(customer, tenant, "Where can I park?")
        await telnyx.answers(customer)
        (call,) = await sends_to(telnyx, customer)
        keys[tenant] = call["headers"]["authorization"]
    assert keys == {
        "testing-agency": "Bearer KEY-local-testing-agency",
        "bss-cypress-spring": "Bearer KEY-local-platform",
        "cp-marketing": "Bearer KEY-local-cp-marketing",
    }
