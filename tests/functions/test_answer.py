"""answer, when the model or Jackrabbit misbehaves: the customer hears something honest, and nothing is lost."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.stack import RunningStack

AGENCY = "testing-agency"
STOP = {"finishReason": "STOP", "index": 0}
USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 5, "totalTokenCount": 17}


@pytest.fixture
async def gemini(stack: RunningStack) -> AsyncIterator[RunningStack]:
    """The stack, with Gemini's script and faults cleared afterwards."""
    await stack.idle()
    await stack.client.delete(stack.standin("gemini", "/__calls"))
    yield stack
    await stack.clear_faults("gemini")
    await stack.client.delete(stack.standin("gemini", "/__script"))


async def script(stack: RunningStack, *bodies: dict[str, Any]) -> None:
    replies = [{"body": body} for body in bodies]
    (await stack.client.put(stack.standin("gemini", "/__script"), json=replies)).raise_for_status()


def finished(reason: str, *parts: dict[str, Any]) -> dict[str, Any]:
    content = {"content": {"role": "model", "parts": list(parts)}} if parts else {}
    return {"candidates": [{**content, "finishReason": reason, "index": 0}], "usageMetadata": USAGE}


async def the_answer(stack: RunningStack, customer: str, words: str = "Where can I park?") -> str:
    await stack.text(customer, AGENCY, words)
    return str((await stack.answers(customer))[0]["text"])


async def test_a_busy_model_is_asked_again(gemini: RunningStack, customer: str) -> None:
    await gemini.fault("gemini", path="/v1", times=1, status=429)
    assert "behind the building" in await the_answer(gemini, customer)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_model_that_stays_down_ends_in_an_honest_text_and_a_person(
    gemini: RunningStack, customer: str, status: int
) -> None:
    await gemini.fault("gemini", path="/v1", times=50, status=status)
    assert "have been told" in await the_answer(gemini, customer)
    conversation = await gemini.conversation_of(AGENCY, customer)
    assert conversation is not None
    assert (conversation["owner"], conversation["handoff"]["reason"]) == ("waiting", "assistant_failed")


async def test_a_malformed_call_is_tried_again(gemini: RunningStack, customer: str) -> None:
    await script(gemini, finished("MALFORMED_FUNCTION_CALL"))
    assert "behind the building" in await the_answer(gemini, customer)


async def test_no_text_within_the_token_limit_is_no_answer(gemini: RunningStack, customer: str) -> None:
    await script(gemini, *[finished("MAX_TOKENS")] * 8)
    assert "have been told" in await the_answer(gemini, customer)


async def test_a_blocked_prompt_is_handed_to_a_person(gemini: RunningStack, customer: str) -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": USAGE}
    await script(gemini, *[blocked] * 8)
    assert "have been told" in await the_answer(gemini, customer)


async def test_a_tool_that_does_not_exist_is_an_error_for_the_model_not_for_the_customer(
    gemini: RunningStack, customer: str
) -> None:
    unknown = {"functionCall": {"name": "drop_tables", "args": {}, "id": "fc1"}, "thoughtSignature": "CqYBAb4+9vsAAAA="}
    await script(gemini, finished("STOP", unknown))
    assert await the_answer(gemini, customer)


async def test_an_endless_tool_loop_ends(gemini: RunningStack, customer: str) -> None:
    again = {"functionCall": {"name": "get_classes", "args": {"day": "sat"}, "id": "fc1"}}
    await script(gemini, *[finished("STOP", {**again, "thoughtSignature": "CqYBAb4+9vsAAAA="})] * 40)
    assert await the_answer(gemini, customer, "Any Saturday classes?")
    calls = [call for call in await gemini.calls("gemini") if "generateContent" in call["path"]]
    assert len(calls) < 20


async def test_every_call_says_not_to_store_it_and_carries_no_sampling_parameter(
    gemini: RunningStack, customer: str
) -> None:
    await the_answer(gemini, customer)
    calls = [call for call in await gemini.calls("gemini") if "generateContent" in call["path"]]
    assert calls
    for call in calls:
        assert call["body"]["store"] is False
        assert not {"temperature", "topP", "topK", "top_p", "top_k"} & set(call["body"].get("generationConfig", {}))


async def test_a_link_that_the_model_made_up_never_reaches_a_customer(gemini: RunningStack, customer: str) -> None:
    await script(gemini, *[finished("STOP", {"text": "Pay here: https://evil.example/pay"})] * 8)
    assert "evil.example" not in await the_answer(gemini, customer)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 200, "body": {"success": False, "message": "Invalid OrgID", "rows": None}},
        {"status": 200, "body": {"rows": "garbage"}},
        {"drop": True},
        {"latency_ms": 30_000},
    ],
    ids=["500", "success false", "garbage", "dropped", "hanging"],
)
async def test_when_jackrabbit_fails_the_customer_still_hears_something(
    stack: RunningStack, customer: str, fault: dict[str, Any]
) -> None:
    """Whether from the last good copy or with an honest sentence."""
    await stack.fault("jackrabbit", path="/", times=3, **fault)
    try:
        await stack.text(customer, "bss-cypress-spring", "Any Saturday classes for my 4 year old?")
        (answer,) = await stack.answers(customer)
    finally:
        await stack.clear_faults("jackrabbit")
    rows = (await stack.client.get(stack.standin("jackrabbit", "/__openings/546238"))).json()
    open_names = [html.unescape(row["name"]) for row in rows if row["openings"]["calculated_openings"] > 0]
    honest = ("don't know", "saved for the people")
    assert any(words in answer["text"] for words in (*open_names, *honest)), answer["text"]
