"""chat-contact: how a visitor says that they can be reached: a claim of their own conversation, and nothing else."""

from __future__ import annotations

import pytest

from tests.members import acquaintance
from tests.stack import RunningStack
from tests.visitors import Browser

TENANT = "testing-agency"


@pytest.fixture
async def browser(stack: RunningStack) -> Browser:
    return await Browser(stack, TENANT).start()


async def test_what_is_claimed_before_the_first_message_is_there_after_it_and_is_added_to(browser: Browser) -> None:
    first = await browser.call("chat-contact", {"name": "Ana", "email": "Ana@Home.Example"})
    assert first.status_code == 200, first.text
    assert first.json()["conversation"]["claims"] == {"name": "Ana", "email": "Ana@home.example", "phone": None}
    await browser.say("Where can I park?")
    second = await browser.call("chat-contact", {"phone": "(281) 767-9141"})
    claims = {"name": "Ana", "email": "Ana@home.example", "phone": "+12817679141"}
    assert (second.json()["ok"], second.json()["conversation"]["claims"]) == (True, claims)
    assert second.json()["conversation"]["identified"] is False


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "Leave a name, an email address or a phone number."),
        ({"name": " ", "email": ""}, "Leave a name, an email address or a phone number."),
        ({"email": "ana@home"}, "This is not an email address. Write it as in name@example.com."),
        ({"phone": "12"}, "This phone number does not exist: write it with area code, such as 281 767 9141, or in "
         "full, such as +1 281 767 9141."),
    ],
)  # fmt: skip
async def test_what_cannot_be_understood_is_refused_in_words(browser: Browser, body: object, detail: str) -> None:
    answer = await browser.call("chat-contact", body)
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_request", "detail": detail})
    stored = await browser.stack.documents(f"tenants/{TENANT}/conversations")
    assert browser.conversation_id not in [one["id"] for one in stored]


async def test_the_number_of_a_contact_opens_nothing_of_theirs_and_nothing_is_sent_to_it(
    stack: RunningStack, browser: Browser
) -> None:
    customer, theirs = await acquaintance(stack)
    before = len(await stack.phone(customer))
    answer = await browser.call("chat-contact", {"phone": customer})
    told = answer.json()["conversation"]
    assert (told["identified"], told["claims"]["phone"]) == (False, customer)
    await browser.say("Where can I park?")
    await stack.idle()
    stored = await stack.documents(f"tenants/{TENANT}/conversations")
    (mine,) = [one for one in stored if one["id"] == browser.conversation_id]
    assert (mine.get("contact_id"), mine["id"] == theirs) == (None, False)
    assert len(await stack.phone(customer)) == before


async def test_nobody_claims_what_must_be_proven(browser: Browser) -> None:
    for body in (
        {"name": "Ana", "contact_id": "0" * 32},
        {"verified": {"sub": "1"}},
        {"name": "A", "conversation": "x"},
    ):
        answer = await browser.call("chat-contact", body)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_without_a_session_nothing_is_claimed(browser: Browser) -> None:
    answer = await browser.call("chat-contact", {"name": "Ana"}, authorization="Bearer x.y")
    assert (answer.status_code, answer.json()["error"]) == (401, "session_invalid")


async def test_where_work_is_demanded_a_name_asks_for_it_too(stack: RunningStack) -> None:
    visitor = await Browser(stack, "bss-cypress-spring").start()
    refused = await visitor.call("chat-contact", {"name": "Ana"})
    assert (refused.status_code, refused.json()["error"]) == (428, "work_needed")
    work = visitor.written("")["work"]
    assert (await visitor.call("chat-contact", {"name": "Ana", "work": work})).status_code == 200
