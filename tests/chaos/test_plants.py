"""Each planted bug turns the verdict red, in the shortest way there is; without them the same story is green."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from google.cloud.tasks_v2.types import DeleteTaskRequest

from tests.chaos import evidence
from tests.chaos.controls import SENDING
from tests.chaos.plan import Act, Conversation, Text
from tests.chaos.run import Field, field
from tests.chaos.verdict import Verdict, judge
from tests.chaos.weather import UNREGISTERED
from tests.stack import eventually

DELETE = "/google.cloud.tasks.v2.CloudTasks/DeleteTask"
SETTLED = 25.0  # seconds; a planted bug never settles
TWO_LINES = "bss-cypress-spring"


def _conversation(number: int, *acts: Act, tenant: str = "testing-agency") -> Conversation:
    return Conversation(tenant, f"+130155501{number:02d}", True, "delivered", acts)


async def _answered(on: Field, customer: str, count: int) -> None:
    await on.stack.answers(customer, count)


async def _delivered_again_after_its_answer(on: Field) -> None:
    conversation, text = _conversation(1), Text("delivered-again", "Where can I park?")
    await on.customers.send(conversation, text)
    await _answered(on, conversation.customer, 1)
    await on.customers.send(conversation, text)


async def _stop_while_the_answer_is_claimed(on: Field) -> None:
    texts = Text("a-question", "Where can I park?"), Text("a-stop", "STOP", "STOP")
    await on.customers.play([_conversation(2, Act(0, "at_claim", texts))])
    assert on.customers.duels == 1


async def _answer_meets(on: Field, number: int, **fault: Any) -> None:
    """The first line of a business that has two does this to the answer."""
    conversation = _conversation(number, tenant=TWO_LINES)
    await on.controls.fault("telnyx", path=SENDING["telnyx"], contains=[conversation.customer], **fault)
    await on.customers.send(conversation, Text(f"question-{number}", "How warm is the water?"))


async def _silences_and_refusals(on: Field) -> None:
    silences = (_answer_meets(on, number, drop=True, phase="after") for number in (4, 5))
    for_now, for_good = _answer_meets(on, 6, status=429), _answer_meets(on, 7, status=403, body=UNREGISTERED)
    at_twilio = Text("SM-of-the-second-line".replace("-", ""), "How warm is the water?", provider="twilio")
    to_the_other = on.customers.send(_conversation(8, tenant=TWO_LINES), at_twilio)
    await asyncio.gather(*silences, for_now, for_good, to_the_other)


async def _task_of_the_answer_is_lost(on: Field) -> None:
    conversation = _conversation(3)
    await on.controls.post("tasks", "/__pause?queue=send")
    await on.customers.send(conversation, Text("unlucky", "Where can I park?"))
    task = await eventually(lambda: _waiting(on), "the task that sends the answer")
    name = f"projects/{on.stack.info['project']}/locations/us-central1/queues/send/tasks/{task}"
    async with grpc.aio.insecure_channel(on.stack.standin("tasks", "").removeprefix("http://")) as channel:
        await channel.unary_unary(DELETE)(DeleteTaskRequest.serialize(DeleteTaskRequest(name=name)), timeout=10)
    await on.controls.post("tasks", "/__resume")


async def _waiting(on: Field) -> str | None:
    tasks: list[dict[str, Any]] = await on.controls.get("tasks", "/__tasks")
    return next((task["name"] for task in tasks if task["queue"] == "send" and task["state"] == "waiting"), None)


async def _verdict(state: Path, plant: str | None) -> Verdict:
    async with field(state, 20, plant=plant) as on:
        await asyncio.gather(_delivered_again_after_its_answer(on), _stop_while_the_answer_is_claimed(on))
        await _silences_and_refusals(on)
        await evidence.drained(on.stack, on.controls, SETTLED)
        await _task_of_the_answer_is_lost(on)
        await evidence.drained(on.stack, on.controls, SETTLED)
        return judge(await evidence.gather(on.stack, on.controls))


async def test_without_a_planted_bug_the_story_is_green(tmp_path: Path) -> None:
    verdict = await _verdict(tmp_path, None)
    assert verdict.sentences() == []
    assert verdict.figures["texts"] == 9
    assert verdict.figures["messages failed over, and accepted"] == 1
    assert verdict.figures["accepted by twilio"] == 2


@pytest.fixture(scope="module")
async def planted(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return await _verdict(tmp_path_factory.mktemp("planted"), "every_one")


@pytest.mark.parametrize(
    ("bug", "rule", "words"),
    [
        ("deduplication off", "answered twice", "delivered-again"),
        ("claim without the conversation's condition", "claimed after STOP", "message"),
        ("a second line after a silence", "accepted twice", "by telnyx and twilio"),
        ("a refusal taken for an acceptance", "sent, accepted by nobody", "is sent"),
        ("sweeper re-using names", "pending left", "testing-agency: s-"),
        ("sweeper re-using names", "lost", "unlucky"),
    ],
)
def test_a_planted_bug_turns_the_verdict_red(planted: Verdict, bug: str, rule: str, words: str) -> None:
    assert any(words in sentence for sentence in planted.violations[rule]), bug
