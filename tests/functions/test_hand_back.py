"""hand-back, as the interface calls it."""

from __future__ import annotations

import pytest

from tests.members import DESK, acquaintance, sign_in
from tests.stack import RunningStack


async def test_the_assistant_has_it_again(stack: RunningStack) -> None:
    _, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    await desk.done("take-over", conversation=conversation)
    answer = await desk.done("hand-back", conversation=conversation)
    assert (answer["owner"], answer["owned_by"], answer["epoch"]) == ("ai", None, 2)
    assert await desk.done("hand-back", conversation=conversation, nothing_left=True) == answer


@pytest.mark.parametrize("nothing_left", ["yes", 1, None])
async def test_nothing_left_is_yes_or_no(stack: RunningStack, nothing_left: object) -> None:
    desk = await sign_in(stack, DESK)
    answer = await desk.call("hand-back", {"conversation": "0" * 32, "nothing_left": nothing_left})
    assert answer.status_code == 400
