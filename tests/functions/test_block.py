"""block, as the interface calls it."""

from __future__ import annotations

from tests.members import AGENCY, DESK, acquaintance, refusal, sign_in
from tests.stack import RunningStack


async def test_a_contact_is_blocked_and_the_block_is_taken_back(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    answer = await desk.done("block", conversation=conversation)
    assert (answer["blocked"], answer["owner"]) == (True, "resolved")
    assert await desk.done("block", conversation=conversation) == answer
    assert refusal(await desk.reply(conversation, "Hello")) == (409, "blocked")
    stored = await stack.conversation_of(AGENCY, customer)
    assert stored is not None
    assert stored["blocked"] is True

    answer = await desk.done("block", conversation=conversation, blocked=False)
    assert (answer["blocked"], answer["owner"]) == (False, "resolved")
    assert (await desk.reply(conversation, "Hello again")).status_code == 200
