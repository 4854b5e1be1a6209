"""sweep finds what fell through, gives it a task under a new name, and gives up visibly after half an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.stack import RunningStack, eventually

AGENCY = "testing-agency"


@pytest.fixture
async def tasks(stack: RunningStack) -> AsyncIterator[RunningStack]:
    await stack.idle()
    yield stack
    await stack.clear_faults("tasks")
    await stack.client.post(stack.standin("tasks", "/__resume"))


async def sweep(stack: RunningStack) -> None:
    (await stack.client.post(stack.standin("scheduler", "/__run/sweep"))).raise_for_status()


async def overdue(stack: RunningStack, pending: str, by: timedelta) -> None:
    """Moves a pending document's due time into the past, as time would."""
    due = (datetime.now(UTC) - by).isoformat().replace("+00:00", "Z")
    await patch(stack, f"pending/{pending}", "due_at", {"timestampValue": due})


async def patch(stack: RunningStack, document: str, field: str, value: dict[str, str]) -> None:
    """One field of a document of the tenant, as the emulator's owner."""
    project = stack.info["project"]
    url = f"http://{stack.info['firestore']}/v1/projects/{project}/databases/(default)/documents/tenants/{AGENCY}"
    answer = await stack.client.patch(
        f"{url}/{document}",
        params={"updateMask.fieldPaths": field},
        json={"fields": {field: value}},
        headers={"authorization": "Bearer owner"},
    )
    answer.raise_for_status()


async def lost_text(stack: RunningStack, customer: str) -> dict[str, Any]:
    """A text that was stored and whose task could not be created: the webhook said 5xx, nobody came again."""
    await stack.fault("tasks", path="/", times=20, status=503)
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.clear_faults("tasks")
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    assert len(conversation["open"]) == 1
    return conversation


async def test_a_text_whose_task_was_lost_is_answered_after_the_sweep(tasks: RunningStack, customer: str) -> None:
    conversation = await lost_text(tasks, customer)
    await overdue(tasks, f"a-{conversation['id']}", timedelta(seconds=1))
    await sweep(tasks)
    (answer,) = await tasks.answers(customer)
    assert "behind the building" in answer["text"]


async def test_what_nobody_has_tried_is_answered_however_late_it_is(tasks: RunningStack, customer: str) -> None:
    conversation = await lost_text(tasks, customer)
    await overdue(tasks, f"a-{conversation['id']}", timedelta(minutes=31))
    await sweep(tasks)
    (answer,) = await tasks.answers(customer)
    assert "behind the building" in answer["text"]


async def test_what_was_tried_and_is_overdue_for_half_an_hour_is_parked_visibly(
    tasks: RunningStack, customer: str
) -> None:
    conversation = await lost_text(tasks, customer)
    await patch(tasks, f"conversations/{conversation['id']}", "attempts", {"integerValue": "1"})
    await overdue(tasks, f"a-{conversation['id']}", timedelta(minutes=31))
    await sweep(tasks)

    async def parked() -> str | None:
        found = await tasks.conversation_of(AGENCY, customer)
        return found["parked"] if found and found.get("parked") else None

    assert "half an hour" in await eventually(parked, "the conversation to be parked")
    assert await tasks.phone(customer) == []


async def test_two_sweeps_of_one_bucket_make_one_task(tasks: RunningStack, customer: str) -> None:
    conversation = await lost_text(tasks, customer)
    await overdue(tasks, f"a-{conversation['id']}", timedelta(seconds=1))
    await sweep(tasks)
    await sweep(tasks)
    await tasks.answers(customer)
    await tasks.idle()
    assert len(await tasks.phone(customer)) == 1
