"""capture-lead, as the voice assistant calls it."""

from __future__ import annotations

import pytest

from tests.functions.test_request_handoff import AGENCY, call
from tests.stack import RunningStack


async def leads_of(stack: RunningStack, customer: str) -> list[dict[str, object]]:
    return [lead for lead in await stack.documents(f"tenants/{AGENCY}/leads") if lead["phone"] == customer]


async def test_a_lead_is_kept_once_however_often_the_model_tells_it(stack: RunningStack) -> None:
    customer = stack.new_customer()
    for wish in ("a trial lesson", "A trial lesson", "a trial lesson"):
        answer = await call(stack, "capture-lead", caller=customer, wish=wish, name="Ann")
        assert answer.status_code == 200, answer.text
    (lead,) = await leads_of(stack, customer)
    assert (lead["name"], lead["source"]) == ("Ann", "sms")


@pytest.mark.parametrize("wish", ["", "   ", "x" * 201, None, 5])
async def test_a_lead_without_a_wish_that_can_be_read_is_a_400(stack: RunningStack, wish: object) -> None:
    customer = stack.new_customer()
    answer = await call(stack, "capture-lead", caller=customer, wish=wish)
    assert answer.status_code == 400
    assert "wish" in answer.json()["detail"]
    assert await leads_of(stack, customer) == []
