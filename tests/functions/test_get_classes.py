"""get-classes, as the voice assistant calls it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.stack import RunningStack

AGENCY, OURS = "testing-agency", "+12817679141"
BSS = "bss-cypress-spring"  # on the platform's account
FIELDS = {"id", "name", "location", "days", "start_time", "end_time", "openings", "fee"}


async def call(stack: RunningStack, body: dict[str, Any] | bytes, tenant: str = AGENCY) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps({"called": OURS, **body}).encode()
    url = stack.function("get-classes", stack.tenant(tenant)["channels"]["telnyx-sms"])
    return await stack.post_signed(url, raw, seed=stack.seed_of(tenant))


async def test_open_classes_come_trimmed_and_full_ones_never(stack: RunningStack) -> None:
    answer = await call(stack, {"day": "saturday", "age_years": 4, "call_control_id": "v3:1", "caller": "+12815550101"})
    assert answer.status_code == 200, answer.text
    classes = answer.json()["classes"]
    assert classes
    for found in classes:
        assert set(found) == FIELDS
        assert found["openings"] > 0
        assert "sat" in found["days"]
        assert "&amp;" not in found["name"]
    assert classes[0]["name"] in answer.json()["say"]


async def test_a_filter_that_matches_nothing_says_what_exists(stack: RunningStack) -> None:
    answer = await call(stack, {"location": "the moon"})
    assert answer.status_code == 200
    assert answer.json()["classes"] == []
    assert answer.json()["offered"]["days"]


@pytest.mark.parametrize("body", [{"day": "someday"}, {"age_years": -1}, {"age_years": "four"}, b"{", b"3"])
async def test_a_filter_that_makes_no_sense_is_a_400(stack: RunningStack, body: dict[str, Any] | bytes) -> None:
    answer = await call(stack, body)
    assert answer.status_code == 400
    assert answer.json()["detail"]


async def test_a_tool_that_is_switched_off_says_where_to_switch_it_on(stack: RunningStack) -> None:
    answer = await call(stack, {"called": "+12815550160"}, tenant="cp-marketing")
    assert (answer.status_code, answer.json()["error"]) == (422, "tool_off")


async def test_the_platforms_key_does_not_ask_for_another_number(stack: RunningStack) -> None:
    answer = await call(stack, {"called": OURS}, tenant=BSS)
    assert (answer.status_code, answer.json()["error"]) == (403, "another_channel")


@pytest.mark.parametrize("body", [b"{}", {"called": "{{telnyx_agent_target}}"}])
async def test_a_call_that_does_not_say_who_was_called_is_a_400(
    stack: RunningStack, body: dict[str, Any] | bytes
) -> None:
    answer = await call(stack, body)
    assert answer.status_code == 400
    assert "{{telnyx_agent_target}}" in answer.json()["detail"]
