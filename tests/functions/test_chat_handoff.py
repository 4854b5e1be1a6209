"""chat-handoff: a visitor asks for a person, once, and a member of the staff answers them from a phone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stack import RunningStack, eventually
from tests.visitors import Browser

TENANT = "testing-agency"
DESK = "+12815550171"


@pytest.fixture
async def browser(stack: RunningStack) -> Browser:
    return await Browser(stack, TENANT).start()


async def said(browser: Browser) -> list[dict[str, Any]]:
    """Everything in the visitor's conversation, as their page is told it."""
    async for event in browser.stream("chat-events", {"seen": None}):
        messages: list[dict[str, Any]] = event.data["messages"]
        return messages
    return []


async def test_who_asks_waits_is_told_so_and_the_desk_reads_who_it_is(stack: RunningStack, browser: Browser) -> None:
    await browser.call("chat-contact", {"name": "Ana"})
    answer = await browser.call("chat-handoff", {})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["ok"], told["conversation"]["owner"], told["conversation"]["asks_contact"]) == (True, "waiting", True)
    (notice,) = await said(browser)
    assert (notice["author"], notice["kind"]) == ("system", "notice")
    hours = told["conversation"]["hours"]
    assert ("open" in notice["text"]) is not hours["open"]  # "… are closed now and open …"
    text = await stack.notice(DESK, browser.conversation_id)
    assert text["text"].startswith("Ana on your website (")


async def test_who_asks_again_asks_once(stack: RunningStack, browser: Browser) -> None:
    await browser.say("Where can I park?")
    answers = [await browser.call("chat-handoff", {}) for _ in range(3)]
    assert {answer.json()["conversation"]["owner"] for answer in answers} == {"waiting"}
    await stack.notice(DESK, browser.conversation_id)
    await stack.idle()
    assert len(await stack.notices(DESK, browser.conversation_id)) == 1
    assert [message["author"] for message in await said(browser)] == ["visitor", "assistant", "system"]


async def test_a_text_from_the_desk_is_read_on_the_page(stack: RunningStack, browser: Browser) -> None:
    await browser.call("chat-handoff", {})
    notice = await stack.notice(DESK, browser.conversation_id)
    digits = notice["text"].partition("(")[2].partition(")")[0]
    await stack.text(DESK, TENANT, f"{digits}: Hello, how can I help?")

    async def replied() -> dict[str, Any] | None:
        return next((one for one in await said(browser) if one["author"] == "person"), None)

    reply = await eventually(replied, "the desk's words on the visitor's page")
    assert (reply["text"], reply["state"]) == ("Hello, how can I help?", "sent")


async def test_a_silenced_chat_says_why_nobody_is_asked(browser: Browser) -> None:
    await browser.say("STOP")
    answer = await browser.call("chat-handoff", {})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert "Write START" in answer.json()["detail"]


async def test_without_a_session_nobody_is_asked(browser: Browser) -> None:
    answer = await browser.call("chat-handoff", {}, authorization="Bearer x.y")
    assert (answer.status_code, answer.json()["error"]) == (401, "session_invalid")


async def test_a_body_that_names_somebody_is_refused(browser: Browser) -> None:
    answer = await browser.call("chat-handoff", {"conversation": browser.conversation_id})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
