"""answer, send and sweep take work from the task queue and the scheduler alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.test_mint import identity_of
from tests.stack import RunningStack

TASK = {"tenant": "testing-agency", "conversation": "0" * 32, "message": "0" * 32}


async def post(stack: RunningStack, function: str, account: str | None, body: Any, audience: str | None = None) -> int:
    headers = {}
    if account is not None:
        bearer = await identity_of(stack, account, audience or stack.function(function))
        headers = {"authorization": f"Bearer {bearer}"}
    headers["x-cloudtasks-queuename"] = function  # proves nothing, and must not
    return (await stack.client.post(stack.function(function), json=body, headers=headers)).status_code


@pytest.mark.parametrize("function", ["answer", "send"])
async def test_a_task_about_nothing_is_done(stack: RunningStack, function: str) -> None:
    assert await post(stack, function, "tasks-invoker", TASK) == 200


@pytest.mark.parametrize("function", ["answer", "send", "sweep", "fetch-media"])
@pytest.mark.parametrize("account", [None, "edge", "worker", "pubsub-invoker"])
async def test_nobody_else_may_hand_out_work(stack: RunningStack, function: str, account: str | None) -> None:
    assert await post(stack, function, account, TASK) == 401


@pytest.mark.parametrize("function", ["answer", "send"])
async def test_a_token_for_another_function_is_refused(stack: RunningStack, function: str) -> None:
    assert await post(stack, function, "tasks-invoker", TASK, audience=stack.function("mint")) == 401


@pytest.mark.parametrize("body", [{}, [], {"tenant": "testing-agency"}, {**TASK, "text": "hello"}])
async def test_a_task_of_another_form_is_a_400(stack: RunningStack, body: Any) -> None:
    assert await post(stack, "answer", "tasks-invoker", body) == 400


async def test_a_task_of_a_tenant_that_cannot_exist_is_a_404(stack: RunningStack) -> None:
    assert await post(stack, "answer", "tasks-invoker", {**TASK, "tenant": "../x"}) == 404


async def test_the_sweeper_runs_for_the_scheduler(stack: RunningStack) -> None:
    assert await post(stack, "sweep", "scheduler-invoker", {}) == 200
