"""get-classes, as the voice assistant calls it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.stack import RunningStack

AGENCY, CHANNEL = "testing-agency", "ch-testing-agency-sms"
FIELDS = {"id", "name", "location", "days", "start_time", "end_time", "openings", "fee"}


async def call(stack: RunningStack, body: dict[str, Any] | bytes) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await stack.post_signed(stack.function("get-classes", CHANNEL), raw, seed=stack.seed_of(AGENCY))


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
    url = stack.function("get-classes", "ch-cp-marketing-sms")
    answer = await stack.post_signed(url, b"{}", seed=stack.seed_of("cp-marketing"))
    assert (answer.status_code, answer.json()["error"]) == (422, "tool_off")
