"""health says that this revision starts."""

from __future__ import annotations

from tests.stack import RunningStack


async def test_health_answers(stack: RunningStack) -> None:
    answer = await stack.client.get(stack.function("health"))
    assert answer.status_code == 200
    assert answer.json()["ok"] is True


async def test_health_takes_no_post(stack: RunningStack) -> None:
    assert (await stack.client.post(stack.function("health"))).status_code == 405


async def test_a_function_that_does_not_exist_is_a_404(stack: RunningStack) -> None:
    assert (await stack.client.get(stack.function("no-such-function"))).status_code == 404
