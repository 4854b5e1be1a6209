"""send-link, as the voice assistant calls it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from tests.stack import RunningStack

AGENCY, OURS = "testing-agency", "+12817679141"
BSS, THEIRS = "bss-cypress-spring", "+12815550180"  # on the platform's account
URL = "https://app.jackrabbitclass.com/reg.asp?id=545911"


async def call(
    stack: RunningStack, body: dict[str, Any] | bytes, key_of: str = AGENCY, channel_of: str = AGENCY, **options: Any
) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps({"called": OURS, **body}).encode()
    url = stack.function("send-link", stack.tenant(channel_of)["channels"]["telnyx-sms"])
    return await stack.post_signed(url, raw, seed=stack.seed_of(key_of), **options)


async def acquaintance(stack: RunningStack) -> str:
    """A customer who has written before: a conversation exists."""
    customer = stack.new_customer()
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.answers(customer)
    await stack.idle()
    return customer


async def test_the_caller_gets_the_businesss_link_by_text(stack: RunningStack) -> None:
    customer = await acquaintance(stack)
    body = {"link": "register", "call_control_id": f"v3:{uuid.uuid4()}", "caller": customer}
    answer = await call(stack, body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["link"] == "register"
    assert "texted" in answer.json()["say"]
    texts = await stack.answers(customer, 2)
    assert URL in texts[-1]["text"]


async def test_a_model_that_calls_twice_sends_once(stack: RunningStack) -> None:
    customer = await acquaintance(stack)
    body = {"link": "register", "call_control_id": f"v3:{uuid.uuid4()}", "caller": customer}
    replies = [await call(stack, body) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 200]
    assert replies[0].json() == replies[2].json()
    await stack.answers(customer, 2)
    await stack.idle()
    assert len(await stack.phone(customer)) == 2


async def test_an_unsigned_header_does_not_make_it_another_call(stack: RunningStack) -> None:
    customer = await acquaintance(stack)
    body = {"link": "register", "call_control_id": f"v3:{uuid.uuid4()}", "caller": customer}
    for forged in ("v3:one", "v3:two"):
        answer = await call(stack, body, headers={"x-telnyx-call-control-id": forged})
        assert answer.status_code == 200, answer.text
    await stack.answers(customer, 2)
    await stack.idle()
    assert len(await stack.phone(customer)) == 2


async def test_a_call_that_only_a_header_names_is_a_400(stack: RunningStack) -> None:
    body = {"link": "register", "caller": "+12815550101"}
    answer = await call(stack, body, headers={"x-telnyx-call-control-id": "v3:1"})
    assert answer.status_code == 400
    assert "{{call_control_id}}" in answer.json()["detail"]


@pytest.mark.parametrize("called", [OURS, "+12815550123", "sip:bss@example.com"])
async def test_the_platforms_key_does_not_call_for_another_number(stack: RunningStack, called: str) -> None:
    """Tenants on the platform's account share its key, and the URL is not signed."""
    body = {"link": "register", "call_control_id": "v3:1", "caller": stack.new_customer(), "called": called}
    answer = await call(stack, body, key_of=BSS, channel_of=BSS)
    assert (answer.status_code, answer.json()["error"]) == (403, "another_channel")


async def test_the_platforms_key_calls_for_the_channels_own_number(stack: RunningStack) -> None:
    body = {"link": "register", "call_control_id": "v3:1", "caller": stack.new_customer(), "called": THEIRS}
    answer = await call(stack, body, key_of=BSS, channel_of=BSS)
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_conversation")


@pytest.mark.parametrize("called", [None, "", 7, "{{telnyx_agent_target}}"])
async def test_a_call_that_does_not_say_who_was_called_is_a_400(stack: RunningStack, called: object) -> None:
    body = {"link": "register", "call_control_id": "v3:1", "caller": "+12815550101", "called": called}
    answer = await call(stack, body)
    assert answer.status_code == 400
    assert "{{telnyx_agent_target}}" in answer.json()["detail"]


async def test_a_link_that_is_not_on_the_list_is_refused_with_what_to_do(stack: RunningStack) -> None:
    answer = await call(stack, {"link": "https://evil.example", "call_control_id": "v3:1", "caller": "+12815550101"})
    assert (answer.status_code, answer.json()["error"]) == (422, "link_not_allowed")
    assert "Settings" in answer.json()["detail"]


async def test_a_number_without_a_conversation_is_unknown(stack: RunningStack) -> None:
    body = {"link": "register", "call_control_id": "v3:1", "caller": stack.new_customer()}
    answer = await call(stack, body)
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_conversation")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        {"call_control_id": "v3:1", "caller": "+12815550101"},
        {"link": "", "call_control_id": "v3:1", "caller": "+12815550101"},
        {"link": 7, "call_control_id": "v3:1", "caller": "+12815550101"},
        {"link": "register", "caller": "+12815550101"},
        {"link": "register", "call_control_id": "{{call_control_id}}", "caller": "+12815550101"},
        {"link": "register", "call_control_id": "v3:1", "caller": "{{telnyx_end_user_target}}"},
        {"link": "register", "call_control_id": "v3:1", "caller": "sip:someone@example.com"},
    ],
)
async def test_a_bad_call_is_a_400_that_says_what_is_wrong(stack: RunningStack, body: dict[str, Any] | bytes) -> None:
    answer = await call(stack, body)
    assert answer.status_code == 400
    assert answer.json()["detail"]


async def test_another_tenants_key_calls_nothing(stack: RunningStack) -> None:
    body = {"link": "register", "call_control_id": "v3:1", "caller": "+12815550101"}
    assert (await call(stack, body, key_of="cp-marketing")).status_code == 401


async def test_a_tenant_in_the_body_is_ignored(stack: RunningStack) -> None:
    body = {
        "link": "register",
        "call_control_id": "v3:1",
        "caller": stack.new_customer(),
        "tenant_id": "bss-cypress-spring",
    }
    assert (await call(stack, body)).json()["error"] == "unknown_conversation"


async def test_a_tool_without_a_channel_is_nowhere(stack: RunningStack) -> None:
    assert (await stack.client.post(stack.function("send-link"), json={})).status_code == 404


async def test_the_first_text_of_a_thread_names_the_business_and_the_way_out(stack: RunningStack) -> None:
    customer = stack.new_customer()
    body = {"called": OURS, "call_control_id": f"v3:{uuid.uuid4()}", "caller": customer}
    url = stack.function("request-handoff", stack.tenant(AGENCY)["channels"]["telnyx-sms"])
    await stack.post_signed(url, json.dumps(body).encode(), seed=stack.seed_of(AGENCY))  # a caller, never texted before
    assert (await call(stack, {**body, "link": "register"})).status_code == 200
    (text,) = await stack.messages_of(AGENCY, customer)  # at night it waits for the morning
    assert text["text"].startswith("Testing Agency: ")
    assert URL in text["text"]
    assert text["text"].endswith("Reply STOP to opt out.")
