"""resolve, as the interface calls it."""

from __future__ import annotations

from tests.members import AGENCY, DESK, acquaintance, sign_in
from tests.stack import RunningStack


async def test_a_conversation_is_finished(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    answer = await desk.done("resolve", conversation=conversation)
    assert (answer["owner"], answer["epoch"]) == ("resolved", 1)
    assert await desk.done("resolve", conversation=conversation) == answer
    stored = await stack.conversation_of(AGENCY, customer)
    assert stored is not None
    assert (stored["owner"], stored["open"]) == ("resolved", [])
