"""reply, as the interface calls it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from local.standins.telnyx_media import png
from tests.members import AGENCY, DESK, acquaintance, sign_in
from tests.stack import RunningStack, received

WORDS = "Hello, this is the front desk."


async def test_a_reply_arrives_at_the_customers_phone(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    answer = await desk.reply(conversation, f"  {WORDS} \n")
    assert answer.status_code == 200, answer.text
    assert (await stack.answers(customer, 2))[-1]["text"] == WORDS
    stored = await stack.reply_that_is("delivered", AGENCY, customer)
    assert (stored["id"], stored["author"], stored["by"]) == (answer.json()["message"], "person", desk.uid)
    conversation_now = await stack.conversation_of(AGENCY, customer)
    assert conversation_now is not None
    assert (conversation_now["owner"], conversation_now["owned_by"]) == ("human", desk.uid)


async def test_a_reply_that_is_asked_for_twice_is_sent_once(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    answers = [await desk.reply(conversation, WORDS, "request-1") for _ in range(3)]
    assert len({answer.text for answer in answers}) == 1
    await stack.answers(customer, 2)
    await stack.idle()
    assert len(await stack.phone(customer)) == 2
    other = await desk.reply(conversation, "Something else", "request-1")
    assert (other.status_code, other.json()["error"]) == (409, "request_id_used")


async def test_nobody_replies_to_who_opted_out(stack: RunningStack) -> None:
    customer, conversation = await acquaintance(stack)
    stop = received(customer, stack.tenant(AGENCY)["sms"][0], "STOP", autoresponse_type="STOP")
    assert (await stack.deliver(AGENCY, stop)).status_code == 200
    stored = await stack.conversation_of(AGENCY, customer)
    assert stored is not None
    assert stored["opted_out"] is True
    desk = await sign_in(stack, DESK)
    answer = await desk.reply(conversation, WORDS)
    assert (answer.status_code, answer.json()["error"]) == (409, "opted_out")
    await stack.idle()
    assert WORDS not in [message["text"] for message in await stack.phone(customer)]


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "  \n"},
        {"text": "x" * 1601},
        {"text": None},
        {"text": ["x"]},
        {"request_id": ""},
        {"request_id": "short"},
        {"request_id": "x" * 65},
        {"request_id": "with/slash"},
        {"request_id": None},
    ],
)
async def test_a_reply_has_words_and_a_request_id(stack: RunningStack, change: dict[str, Any]) -> None:
    desk = await sign_in(stack, DESK)
    body = {"conversation": "0" * 32, "text": WORDS, "request_id": "request-1", **change}
    answer = await desk.call("reply", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_pictures_of_a_reply_can_be_fetched_by_the_provider_and_by_nobody_without_the_link(
    stack: RunningStack,
) -> None:
    customer, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    body = {"conversation": conversation, "pictures": [base64.b64encode(png()).decode()], "request_id": "request-1"}
    answers = [await desk.call("reply", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    (url,) = (await stack.answers(customer, 2))[-1]["media"]
    fetched = await stack.client.get(url)
    assert (fetched.content, fetched.headers["content-type"]) == (png(), "image/png")
    assert (await stack.client.get(url[:-2])).status_code == 404
    await stack.idle()
    assert len(await stack.phone(customer)) == 2


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"<!doctype html>", 400), (b"\x89PNG\r\n\x1a\n" + bytes(1_000_001), 413), (b"", 400)],
    ids=["a page", "too large", "nothing"],
)
async def test_what_is_no_picture_that_phones_show_is_refused(stack: RunningStack, content: bytes, status: int) -> None:
    _, conversation = await acquaintance(stack)
    desk = await sign_in(stack, DESK)
    body = {"conversation": conversation, "pictures": [base64.b64encode(content).decode()], "request_id": "request-1"}
    answer = await desk.call("reply", body)
    assert answer.status_code == status, answer.text


async def test_nothing_is_kept_of_pictures_for_a_conversation_that_is_not_there(stack: RunningStack) -> None:
    picture = png() + bytes(54_321)  # of a size that no other has: Storage is everybody's
    desk = await sign_in(stack, DESK)
    body = {"conversation": "0" * 32, "pictures": [base64.b64encode(picture).decode()], "request_id": "request-1"}
    assert (await desk.call("reply", body)).status_code == 404
    assert await kept_of_size(stack, len(picture)) == 0
    _, there = await acquaintance(stack)
    assert (await desk.call("reply", {**body, "conversation": there})).status_code == 200
    assert await kept_of_size(stack, len(picture)) == 1


async def kept_of_size(stack: RunningStack, size: int) -> int:
    objects = (await stack.client.get(stack.standin("storage", "/__objects"))).json()
    return len([one for one in objects if one["size"] == size])
