"""take-over, as the interface calls it."""

from __future__ import annotations

from tests.members import AGENCY, DESK, OWNER, acquaintance, sign_in
from tests.stack import RunningStack


async def test_whoever_takes_over_has_the_conversation(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    answer = await desk.done("take-over", conversation=conversation)
    held = {"owner": "human", "owned_by": desk.uid, "epoch": 1, "blocked": False}
    assert answer == {"ok": True, "conversation": conversation, **held}
    stored = await stack.conversation_of(AGENCY, customer)
    assert stored is not None
    assert (stored["owner"], stored["owned_by"], stored["epoch"]) == ("human", desk.uid, 1)


async def test_taking_over_again_is_the_same_and_a_colleague_may_too(stack: RunningStack) -> None:
    _, conversation = await acquaintance(stack)
    desk, owner = await sign_in(stack, DESK), await sign_in(stack, OWNER)
    first = await desk.done("take-over", conversation=conversation)
    assert await desk.done("take-over", conversation=conversation) == first
    assert (await owner.done("take-over", conversation=conversation)) == {**first, "owned_by": owner.uid}
