"""A customer asks for a person, is told by code, and gets one: from a phone of the staff, and back to the assistant."""

from __future__ import annotations

from local.environment import ADMIN_ORIGIN
from shared.phones import E164, display
from tests.members import DESK as DESK_USER
from tests.members import sign_in
from tests.stack import RunningStack, eventually

AGENCY = "testing-agency"
DESK = "+12815550171"  # the phone that the tenant has named
ASKS = "Can I talk to a real person, please?"


async def owner_is(stack: RunningStack, customer: str, owner: str) -> dict[str, object]:
    async def so() -> dict[str, object] | None:
        found = await stack.conversation_of(AGENCY, customer)
        return found if found is not None and found.get("owner") == owner else None

    found: dict[str, object] = await eventually(so, f"the conversation to be {owner}")
    return found


async def test_who_asks_for_a_person_is_told_and_the_desk_answers_from_its_phone(
    stack: RunningStack, customer: str
) -> None:
    await stack.text(customer, AGENCY, ASKS)
    (told,) = await stack.answers(customer)
    assert "have been told" in told["text"]
    waiting = await owner_is(stack, customer, "waiting")
    notice = await stack.notice(DESK, str(waiting["id"]))
    assert display(E164(customer)) in notice["text"]
    assert notice["text"].endswith(f" {ADMIN_ORIGIN}/inbox/{waiting['id']}")

    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.text(DESK, AGENCY, f"{customer[1:]} Hi, this is Ann. Park behind the building.")  # others wait too
    reply = (await stack.answers(customer, 2))[-1]
    assert reply["text"] == "Hi, this is Ann. Park behind the building."
    conversation = await owner_is(stack, customer, "human")
    assert conversation["open"] == []
    stored = await stack.reply_that_is("delivered", AGENCY, customer)
    assert stored["author"] == "person"

    await stack.text(customer, AGENCY, "Thanks! And where can I park on Sunday?")
    await stack.idle()
    heard = f"{display(E164(customer))}: Thanks! And where can I park on Sunday?"
    assert [text["text"] for text in await stack.phone(DESK)].count(heard) == 1
    assert len(await stack.phone(customer)) == 2, "the assistant spoke over a person"

    desk = await sign_in(stack, DESK_USER)
    await desk.done("hand-back", conversation=conversation["id"], nothing_left=False)
    assert "behind the building" in (await stack.answers(customer, 3))[-1]["text"]


async def test_a_customer_who_wants_to_be_called_back_is_a_lead(stack: RunningStack, customer: str) -> None:
    await stack.text(customer, AGENCY, "I'm interested in lessons for my son, please contact me")
    await stack.answers(customer)
    leads = [lead for lead in await stack.documents(f"tenants/{AGENCY}/leads") if lead["phone"] == customer]
    assert len(leads) == 1
    assert "lessons for my son" in leads[0]["wish"]
