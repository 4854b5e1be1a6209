"""resend, as the interface calls it."""

from __future__ import annotations

from tests.members import AGENCY, DESK, acquaintance, sign_in
from tests.stack import RunningStack


async def test_a_text_that_failed_is_sent_again_once_as_a_new_one(stack: RunningStack) -> None:
    customer = stack.new_customer()
    outcome = {"to": customer, "status": "delivery_failed", "code": "40008"}
    (await stack.client.post(stack.standin("telnyx", "/__outcomes"), json=outcome)).raise_for_status()
    await stack.text(customer, AGENCY, "Where can I park?")
    failed = await stack.reply_that_is("failed", AGENCY, customer)
    outcome = {"to": customer, "status": "delivered"}
    (await stack.client.post(stack.standin("telnyx", "/__outcomes"), json=outcome)).raise_for_status()
    desk = await sign_in(stack, DESK)
    made = await desk.done("resend", message=failed["id"])
    again = await stack.reply_that_is("delivered", AGENCY, customer)
    assert (again["id"], again["text"], again["resend_of"]) == (made["message"], failed["text"], failed["id"])
    assert len(await stack.phone(customer)) == 2
    refused = await desk.call("resend", {"message": failed["id"]})
    assert (refused.status_code, refused.json()["error"]) == (409, "already_resent")


async def test_a_text_that_arrived_is_not_sent_again(stack: RunningStack) -> None:
    customer, _ = await acquaintance(stack)
    (_, answered) = await stack.messages_of(AGENCY, customer)
    desk = await sign_in(stack, DESK)
    refused = await desk.call("resend", {"message": answered["id"]})
    assert (refused.status_code, refused.json()["error"]) == (409, "not_resendable")
