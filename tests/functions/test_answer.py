"""answer, when the model or Jackrabbit misbehaves: the customer hears something honest, and nothing is lost."""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.seed_openings import generate
from tests.more_tenants import made
from tests.stack import RunningStack, a_word

AGENCY = "testing-agency"
STOP = {"finishReason": "STOP", "index": 0}
USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 5, "totalTokenCount": 17}


@dataclass
class Asked:
    """What the model is asked for one customer: it is told no number, so a call is known by a word of the text."""

    stack: RunningStack
    customer: str
    word: str = field(default_factory=a_word)

    async def script(self, *bodies: dict[str, Any]) -> None:
        replies = [{"body": body, "contains": [self.word]} for body in bodies]
        (await self.stack.client.put(self.stack.standin("gemini", "/__script"), json=replies)).raise_for_status()

    async def fault(self, **fault: Any) -> None:
        await self.stack.fault("gemini", path="/v1", contains=[self.word], **fault)

    async def the_answer(self, words: str = "Where can I park?") -> str:
        await self.stack.text(self.customer, AGENCY, f"{words} {self.word}")
        return str((await self.stack.answers(self.customer))[0]["text"])

    async def calls(self) -> list[dict[str, Any]]:
        calls = [call for call in await self.stack.calls("gemini") if "generateContent" in call["path"]]
        return [call for call in calls if self.word in json.dumps(call["body"])]


@pytest.fixture
async def gemini(stack: RunningStack, customer: str) -> AsyncIterator[Asked]:
    yield Asked(stack, customer)
    await stack.client.delete(stack.standin("gemini", "/__script"))


def finished(reason: str, *parts: dict[str, Any]) -> dict[str, Any]:
    content = {"content": {"role": "model", "parts": list(parts)}} if parts else {}
    return {"candidates": [{**content, "finishReason": reason, "index": 0}], "usageMetadata": USAGE}


async def test_a_busy_model_is_asked_again(gemini: Asked) -> None:
    await gemini.fault(times=1, status=429)
    assert "behind the building" in await gemini.the_answer()
    assert len(await gemini.calls()) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_a_model_that_stays_down_ends_in_an_honest_text_and_a_person(gemini: Asked, status: int) -> None:
    await gemini.fault(times=50, status=status)
    assert "have been told" in await gemini.the_answer()
    conversation = await gemini.stack.conversation_of(AGENCY, gemini.customer)
    assert conversation is not None
    assert (conversation["owner"], conversation["handoff"]["reason"]) == ("waiting", "assistant_failed")


async def test_a_malformed_call_is_tried_again(gemini: Asked) -> None:
    await gemini.script(finished("MALFORMED_FUNCTION_CALL"))
    assert "behind the building" in await gemini.the_answer()


async def test_no_text_within_the_token_limit_is_no_answer(gemini: Asked) -> None:
    await gemini.script(*[finished("MAX_TOKENS")] * 8)
    assert "have been told" in await gemini.the_answer()


async def test_a_blocked_prompt_is_handed_to_a_person(gemini: Asked) -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": USAGE}
    await gemini.script(*[blocked] * 8)
    assert "have been told" in await gemini.the_answer()


async def test_a_tool_that_does_not_exist_is_an_error_for_the_model_not_for_the_customer(gemini: Asked) -> None:
    unknown = {"functionCall": {"name": "drop_tables", "args": {}, "id": "fc1"}, "thoughtSignature": "CqYBAb4+9vsAAAA="}
    await gemini.script(finished("STOP", unknown))
    assert await gemini.the_answer()


async def test_an_endless_tool_loop_ends(gemini: Asked) -> None:
    again = {"functionCall": {"name": "get_classes", "args": {"day": "sat"}, "id": "fc1"}}
    await gemini.script(*[finished("STOP", {**again, "thoughtSignature": "CqYBAb4+9vsAAAA="})] * 40)
    assert await gemini.the_answer("Any Saturday classes?")
    assert 1 < len(await gemini.calls()) < 20


async def test_every_call_says_not_to_store_it_and_carries_no_sampling_parameter(gemini: Asked) -> None:
    await gemini.the_answer()
    calls = await gemini.calls()
    assert calls
    for call in calls:
        assert call["body"]["store"] is False
        assert not {"temperature", "topP", "topK", "top_p", "top_k"} & set(call["body"].get("generationConfig", {}))


async def test_a_link_that_the_model_made_up_never_reaches_a_customer(gemini: Asked) -> None:
    await gemini.script(*[finished("STOP", {"text": "Pay here: https://evil.example/pay"})] * 8)
    assert "evil.example" not in await gemini.the_answer()


FAULTS: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "success false": {"status": 200, "body": {"success": False, "message": "Invalid OrgID", "rows": None}},
    "garbage": {"status": 200, "body": {"rows": "garbage"}},
    "dropped": {"drop": True},
    "hanging": {"latency_ms": 30_000},
}


@pytest.fixture(scope="module")
async def schools(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A swim school for each fault, with classes that nobody has asked about: an instance keeps them for minutes."""
    tenants = [await school(stack, number) for number in range(len(FAULTS))]
    await made(stack, tmp_path_factory.mktemp("schools"), tenants)
    return [tenant["id"] for tenant in tenants]


async def school(stack: RunningStack, number: int) -> dict[str, Any]:
    id, org = f"school-{number}", f"90000{number}"
    tenant = {"id": id, "number": f"+1210556{number:04d}", "channel": f"ch-{id}", "org": org}
    numbers = {tenant["number"]: stack.function("telnyx-sms", tenant["channel"])}
    account = {"api_key": f"KEY-local-{id}", "profile_id": f"profile-{id}"}
    added = await stack.client.post(stack.standin("telnyx", "/__accounts"), json={**account, "numbers": numbers})
    await stack.client.put(stack.standin("jackrabbit", f"/__openings/{org}"), json=generate(number, org_id=org))
    stack.info["tenants"].append({"id": id, "sms": [tenant["number"]], "org": org, "users": []})
    return {**tenant, "account": {**account, **added.json()}}


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_jackrabbit_fails_the_customer_hears_something_honest(
    stack: RunningStack, customer: str, schools: list[str], fault: str
) -> None:
    tenant = stack.tenant(schools[list(FAULTS).index(fault)])
    asks = f"OrgID={tenant['org']}"
    await stack.fault("jackrabbit", path="/", times=20, contains=[asks], **FAULTS[fault])
    await stack.text(customer, tenant["id"], "Any Saturday classes for my 4 year old?")
    (answer,) = await stack.answers(customer)
    (left,) = await stack.faults_to_come("jackrabbit")
    assert left["times"] < 20, "Jackrabbit was not asked"
    rows = (await stack.client.get(stack.standin("jackrabbit", f"/__openings/{tenant['org']}"))).json()
    assert [row["name"] for row in rows if html.unescape(row["name"]) in answer["text"]] == []
    assert any(words in answer["text"] for words in ("don't know", "saved for the people")), answer["text"]
