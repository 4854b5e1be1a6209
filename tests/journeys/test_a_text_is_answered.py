"""A parent texts a swim school, and everything that follows."""

from __future__ import annotations

import asyncio
import html
import json
import uuid

from tests.stack import RunningStack, eventually, received

AGENCY = "testing-agency"
QUESTION = "Any Saturday classes for my 4 year old?"


async def test_a_question_is_answered_from_the_live_openings_and_never_with_a_full_class(
    stack: RunningStack, customer: str
) -> None:
    taken = await stack.text(customer, AGENCY, QUESTION)
    assert taken["status"] == 200
    (answer,) = await stack.answers(customer)
    rows = (await stack.client.get(stack.standin("jackrabbit", "/__openings/545911"))).json()
    spots = {html.unescape(row["name"]): row["openings"]["calculated_openings"] for row in rows}
    named = [name for name in spots if name in answer["text"]]
    assert named
    assert all(spots[name] > 0 for name in named)
    assert len(answer["text"]) <= 320
    assert answer["from"] == "+12817679141"


async def test_send_me_the_link_sends_the_businesss_own_link(stack: RunningStack, customer: str) -> None:
    await stack.text(customer, AGENCY, "Please send me the link to register")
    (answer,) = await stack.answers(customer)
    assert "https://app.jackrabbitclass.com/reg.asp?id=545911" in answer["text"]


async def test_everything_is_stored_and_nothing_is_left_to_do(stack: RunningStack, customer: str) -> None:
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.reply_that_is("delivered", AGENCY, customer)
    await stack.idle()
    asked, answered = await stack.messages_of(AGENCY, customer)
    assert (asked["direction"], asked["author"], asked["text"]) == ("in", "customer", "Where can I park?")
    assert (answered["state"], answered["covers"], answered["prev"]) == ("delivered", [asked["id"]], None)
    assert answered["usage"]["prompt_tokens"] > 0
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    assert (conversation["open"], conversation["last_out"]) == ([], answered["id"])
    assert conversation["lease"] is None
    pending = await stack.documents(f"tenants/{AGENCY}/pending")
    assert not [p for p in pending if p["subject"] in (answered["id"], conversation["id"])]
    contacts = await stack.documents(f"tenants/{AGENCY}/contacts")
    assert conversation["contact_id"] in [contact["id"] for contact in contacts]


async def test_a_second_question_continues_the_same_conversation(stack: RunningStack, customer: str) -> None:
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.answers(customer)
    await stack.text(customer, AGENCY, "What should we bring?")
    await stack.answers(customer, 2)
    await stack.idle()
    _, first, _, second = await stack.messages_of(AGENCY, customer)
    assert second["prev"] == first["id"]
    assert second["conversation_id"] == first["conversation_id"]


async def test_what_the_business_does_not_say_is_not_made_up(stack: RunningStack, customer: str) -> None:
    await stack.text(customer, AGENCY, "Do you sell car insurance?")
    (answer,) = await stack.answers(customer)
    assert "don't know" in answer["text"]


async def test_five_texts_in_a_row_get_one_answer_that_covers_them(stack: RunningStack, customer: str) -> None:
    texts = ("Hi", "I have a question", "my kid is 4", "Saturdays only", "any classes?")
    await asyncio.gather(*(stack.text(customer, AGENCY, words) for words in texts))
    await stack.answers(customer)
    await stack.idle()
    stored = await stack.messages_of(AGENCY, customer)
    replies = [message for message in stored if message["direction"] == "out"]
    assert len(replies) == 1
    assert len(replies[0]["covers"]) == 5


async def test_a_text_delivered_twenty_times_at_once_is_one_message_and_one_answer(
    stack: RunningStack, customer: str
) -> None:
    body = received(customer, "+12817679141", "Where can I park?", id=str(uuid.uuid4()))
    replies = await asyncio.gather(*(stack.deliver(AGENCY, body) for _ in range(20)))
    assert {reply.status_code for reply in replies} == {200}
    await stack.answers(customer)
    await stack.idle()
    assert len(await stack.messages_of(AGENCY, customer)) == 2
    assert len(await stack.phone(customer)) == 1


async def test_the_platform_wide_url_routes_by_address(stack: RunningStack, customer: str) -> None:
    """BSS Cypress-Spring texts through the platform's account, whose URL names no channel."""
    await stack.text(customer, "bss-cypress-spring", "How warm is the water?")
    (answer,) = await stack.answers(customer)
    assert "90" in answer["text"]
    assert answer["from"] == "+12815550180"
    assert await stack.messages_of(AGENCY, customer) == []


async def test_a_tenant_without_an_assistant_says_so_and_is_shown_what_it_lacks(
    stack: RunningStack, customer: str
) -> None:
    await stack.text(customer, "cp-marketing", "Do you make websites?")
    (answer,) = await stack.answers(customer)
    assert "no assistant connected" in answer["text"]
    assert answer["text"].endswith("\nReply STOP to opt out.")  # the first text of a thread, whoever wrote it
    conversation = await stack.conversation_of("cp-marketing", customer)
    assert conversation is not None
    assert "Settings" in conversation["parked"]


async def test_a_spanish_question_gets_a_spanish_answer(stack: RunningStack, customer: str) -> None:
    await stack.text(customer, AGENCY, "¿Hay clases los sábados para mi hijo de 4 años?")
    await stack.answers(customer)
    await stack.idle()
    _, answered = await stack.messages_of(AGENCY, customer)
    assert answered["language"] == "es"


async def test_the_same_customer_at_two_businesses_has_two_conversations_that_share_nothing(
    stack: RunningStack, customer: str
) -> None:
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.text(customer, "bss-cypress-spring", "How warm is the water?")
    await stack.answers(customer, 2)
    ours = await stack.conversation_of(AGENCY, customer)
    theirs = await stack.conversation_of("bss-cypress-spring", customer)
    assert ours is not None
    assert theirs is not None
    assert ours["id"] != theirs["id"]
    stored = json.dumps(await stack.messages_of(AGENCY, customer))
    assert "water" not in stored


async def test_reports_of_a_text_raise_its_state_whatever_their_order_and_number(
    stack: RunningStack, customer: str
) -> None:
    await stack.fault("telnyx", path="/telnyx-sms", times=2, duplicate=3, reorder=True, contains=[customer])
    await stack.text(customer, AGENCY, "Where can I park?")
    (answer,) = await stack.answers(customer)
    await stack.reply_that_is("delivered", AGENCY, customer)
    assert await stack.faults_to_come("telnyx") == []

    async def reported() -> list[str] | None:
        deliveries = (await stack.client.get(stack.standin("telnyx", "/__deliveries"))).json()
        kinds = [one["kind"] for one in deliveries if one["id"] == answer["id"] and one["status"] == 200]
        return kinds if kinds.count("message.sent") == 3 else None

    assert await eventually(reported, "the late report") == ["message.finalized"] * 3 + ["message.sent"] * 3
    assert [m.get("state") for m in await stack.messages_of(AGENCY, customer)] == [None, "delivered"]


async def test_a_failed_text_says_why_in_words_for_the_owner(stack: RunningStack, customer: str) -> None:
    outcome = {"to": customer, "status": "delivery_failed", "code": "40008"}
    (await stack.client.post(stack.standin("telnyx", "/__outcomes"), json=outcome)).raise_for_status()
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.answers(customer)
    message = await stack.reply_that_is("failed", AGENCY, customer)
    assert message["error"]["code"] == "40008"
    assert len(message["error"]["sentence"]) > 20
