"""escalate: what waits for a person is looked at again, and the sweeper finds a look whose task was lost."""

from __future__ import annotations

from datetime import timedelta

from shared.phones import E164, display
from tests.functions.test_request_handoff import AGENCY, DESK, call
from tests.functions.test_sweep import overdue, sweep
from tests.stack import RunningStack, eventually

NEXT = "+12815550172"


async def test_a_watch_whose_task_was_lost_tells_the_next_in_line_after_the_sweep(stack: RunningStack) -> None:
    await stack.idle()
    customer = stack.new_customer()
    await stack.fault("tasks", path="/", times=20, status=503)
    assert (await call(stack, "request-handoff", caller=customer)).json()["asked"] is True
    await stack.clear_faults("tasks")
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    await overdue(stack, f"e-{conversation['id']}", timedelta(minutes=11))
    await sweep(stack)
    told = await stack.notice(NEXT, conversation["id"])
    assert told["text"].startswith(f"Still waiting: {display(E164(customer))}")


async def test_what_waits_in_vain_is_long_overdue_and_still_looked_at(stack: RunningStack) -> None:
    """The sweeper's last word for old work is the same look."""
    await stack.idle()
    customer = stack.new_customer()
    await call(stack, "request-handoff", caller=customer)
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    await overdue(stack, f"e-{conversation['id']}", timedelta(minutes=40))
    await sweep(stack)

    async def looked_at() -> bool | None:
        found = await stack.conversation_of(AGENCY, customer)
        return (found is not None and found["handoff"]["level"] == 1) or None

    await eventually(looked_at, "the next in line to be told")


async def test_a_body_with_anything_but_ids_is_a_400_and_strangers_are_refused(stack: RunningStack) -> None:
    url = stack.function("escalate")
    assert (await stack.client.post(url, json={"tenant": AGENCY, "conversation": "0" * 32})).status_code == 401
    assert (await stack.client.get(url)).status_code == 405
    assert DESK != NEXT
