"""A person at the desk steps in, and out again, while the assistant and the customer go on as they like."""

from __future__ import annotations

from typing import Any

from tests.members import AGENCY, BSS, DESK, ELSEWHERE, acquaintance, conversation_id, sign_in
from tests.stack import RunningStack, a_word, eventually

PARKING, WORDS = "Where can I park?", "Hello, this is the front desk."
THINKING = 15_000  # milliseconds that the model thinks at the most: until the test lets it go on


async def writing(stack: RunningStack, customer: str) -> str:
    """The customer has texted, and an answer is being written until `write_on`; the conversation's id."""
    words = f"{PARKING} {a_word()}"  # the model is told no number: its call is known by the words
    await stack.fault("gemini", path="/", times=1, latency_ms=THINKING, hold=customer, contains=[words])
    await stack.text(customer, AGENCY, words)
    await stack.held("gemini", customer)
    return await conversation_id(stack, customer)


async def write_on(stack: RunningStack, customer: str) -> None:
    await stack.release("gemini", customer)
    await stack.idle()


async def outbound(stack: RunningStack, customer: str) -> list[dict[str, Any]]:
    return [message for message in await stack.messages_of(AGENCY, customer) if message["direction"] == "out"]


async def owner_of(stack: RunningStack, customer: str) -> dict[str, Any]:
    found = await stack.conversation_of(AGENCY, customer)
    assert found is not None
    return found


async def test_a_take_over_while_an_answer_is_written_leaves_the_customer_to_the_person(
    stack: RunningStack, customer: str
) -> None:
    desk = await sign_in(stack, DESK)
    conversation = await writing(stack, customer)
    await desk.done("take-over", conversation=conversation)
    await write_on(stack, customer)
    assert await outbound(stack, customer) == []
    assert await stack.phone(customer) == []
    assert len((await owner_of(stack, customer))["open"]) == 1
    due = await stack.documents(f"tenants/{AGENCY}/pending")
    assert [work["kind"] for work in due if work["subject"] == conversation] == ["escalate"]  # the watch over a person


async def test_what_was_left_open_is_answered_once_the_assistant_has_it_back(
    stack: RunningStack, customer: str
) -> None:
    desk = await sign_in(stack, DESK)
    conversation = await writing(stack, customer)
    await desk.done("take-over", conversation=conversation)
    await write_on(stack, customer)
    await desk.done("hand-back", conversation=conversation)
    (answer,) = await stack.answers(customer)
    assert "behind the building" in answer["text"]
    assert (await owner_of(stack, customer))["open"] == []


async def test_a_reply_arrives_and_the_answer_that_was_being_written_does_not(
    stack: RunningStack, customer: str
) -> None:
    desk = await sign_in(stack, DESK)
    conversation = await writing(stack, customer)
    assert (await desk.reply(conversation, WORDS)).status_code == 200
    (shown,) = await stack.answers(customer)
    await write_on(stack, customer)
    assert shown["text"] == WORDS
    assert [text["text"] for text in await stack.phone(customer)] == [WORDS]
    assert [message["author"] for message in await outbound(stack, customer)] == ["person"]


async def test_a_reply_cancels_an_answer_that_waits_to_be_sent(stack: RunningStack, customer: str) -> None:
    """The provider says "not now" until the person has replied, so the assistant's answer is queued all the while."""
    desk = await sign_in(stack, DESK)
    await stack.fault("telnyx", path="/v2/messages", times=20, status=429, contains=[customer])
    await stack.text(customer, AGENCY, PARKING)

    async def queued() -> dict[str, Any] | None:
        written = await outbound(stack, customer)
        return written[0] if written and written[0]["state"] == "queued" else None

    await eventually(queued, "an answer that waits")
    conversation = await conversation_id(stack, customer)
    assert (await desk.reply(conversation, WORDS)).status_code == 200
    await stack.clear_faults("telnyx")
    (shown,) = await stack.answers(customer)
    await stack.idle()
    assert shown["text"] == WORDS

    async def settled() -> bool | None:  # the report of a delivery is no task
        states = {message["author"]: message["state"] for message in await outbound(stack, customer)}
        return states == {"assistant": "cancelled", "person": "delivered"} or None

    await eventually(settled, "the reply to be reported delivered, and the answer cancelled")
    assert [message["text"] for message in await stack.phone(customer)] == [WORDS]


async def test_the_assistant_is_silent_while_a_person_has_the_conversation(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    await desk.done("take-over", conversation=conversation)
    await stack.text(customer, AGENCY, "And is it far?")
    await stack.idle()
    assert len(await stack.phone(customer)) == 1
    assert len((await owner_of(stack, customer))["open"]) == 1
    await desk.done("hand-back", conversation=conversation, nothing_left=True)
    await stack.idle()
    assert len(await stack.phone(customer)) == 1


async def test_a_text_after_the_end_opens_a_new_episode_that_the_assistant_answers(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    await desk.done("take-over", conversation=conversation)
    await desk.done("resolve", conversation=conversation)
    await stack.text(customer, AGENCY, PARKING)
    await stack.answers(customer, 2)
    now = await owner_of(stack, customer)
    assert (now["owner"], now["episode"], now["epoch"], now["owned_by"]) == ("ai", 1, 3, None)


async def test_who_works_elsewhere_finds_nothing_and_changes_nothing(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    (_, answered) = await stack.messages_of(AGENCY, customer)
    before, theirs = await owner_of(stack, customer), await stack.documents(f"tenants/{BSS}/conversations")
    stranger = await sign_in(stack, ELSEWHERE)
    for function in ("take-over", "hand-back", "resolve"):
        answer = await stranger.call(function, {"conversation": conversation})
        assert (answer.status_code, answer.json()["error"]) == (404, "unknown_conversation")
        assert answer.json().keys() == {"error", "detail"}
    assert (await stranger.reply(conversation, WORDS)).status_code == 404
    assert (await stranger.call("resend", {"message": answered["id"]})).status_code == 404
    await stack.idle()
    assert await owner_of(stack, customer) == before
    assert await stack.documents(f"tenants/{BSS}/conversations") == theirs
    assert len(await stack.phone(customer)) == 1
