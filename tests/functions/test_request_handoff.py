"""request-handoff, as the voice assistant calls it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from shared.phones import E164, display
from tests import members
from tests.members import acquaintance, sign_in
from tests.stack import RunningStack

AGENCY, OURS = "testing-agency", "+12817679141"
DESK = "+12815550171"


async def call(stack: RunningStack, function: str, **body: Any) -> httpx.Response:
    whole = {"called": OURS, "call_control_id": f"v3:{uuid.uuid4()}", **body}
    url = stack.function(function, stack.tenant(AGENCY)["channels"]["telnyx-sms"])
    return await stack.post_signed(url, json.dumps(whole).encode(), seed=stack.seed_of(AGENCY))


async def test_a_caller_who_was_never_heard_of_is_handed_over_and_the_desk_is_told(stack: RunningStack) -> None:
    customer = stack.new_customer()
    answer = await call(stack, "request-handoff", caller=customer)
    assert (answer.status_code, answer.json()["asked"]) == (200, True)
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    assert conversation["owner"] == "waiting"
    told = await stack.notice(DESK, conversation["id"])
    assert told["text"].startswith(display(E164(customer)))


async def test_a_contact_who_is_blocked_asks_for_nobody(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    await (await sign_in(stack, members.DESK)).done("block", conversation=conversation)
    answer = await call(stack, "request-handoff", caller=customer)
    assert (answer.status_code, answer.json()["asked"]) == (200, False)
    stored = await stack.conversation_of(AGENCY, customer)
    assert stored is not None
    assert stored["owner"] == "resolved"


async def test_a_model_that_asks_twice_asks_once(stack: RunningStack) -> None:
    customer = stack.new_customer()
    answers = [await call(stack, "request-handoff", caller=customer) for _ in range(3)]
    assert [answer.json()["asked"] for answer in answers] == [True, False, False]
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    await stack.notice(DESK, conversation["id"])
    await stack.idle()
    assert len(await stack.notices(DESK, conversation["id"])) == 1


@pytest.mark.parametrize("function", ["request-handoff", "capture-lead"])
async def test_a_caller_that_is_no_number_is_a_400(stack: RunningStack, function: str) -> None:
    answer = await call(stack, function, caller="{{telnyx_end_user_target}}", wish="a lesson")
    assert answer.status_code == 400
    assert "caller" in answer.json()["detail"]


@pytest.mark.parametrize("function", ["request-handoff", "capture-lead"])
async def test_it_answers_post_alone_and_signed_alone(stack: RunningStack, function: str) -> None:
    url = stack.function(function, stack.tenant(AGENCY)["channels"]["telnyx-sms"])
    assert (await stack.client.get(url)).status_code == 405
    assert (await stack.client.post(url, json={"called": OURS})).status_code == 401
