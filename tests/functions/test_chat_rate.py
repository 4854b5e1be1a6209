"""chat-rate: what a visitor thinks of their own conversation."""

from __future__ import annotations

import pytest

from tests.stack import RunningStack
from tests.visitors import Browser

TENANT = "testing-agency"


@pytest.fixture
async def browser(stack: RunningStack) -> Browser:
    return await Browser(stack, TENANT).start()


async def test_a_rating_is_told_back_kept_and_changed_by_the_next_one(browser: Browser) -> None:
    await browser.say("Where can I park?")
    answer = await browser.call("chat-rate", {"score": 2, "comment": " too slow "})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["ok"], told["conversation"]["rating"]) == (True, {"score": 2, "comment": "too slow"})
    again = await browser.call("chat-rate", {"score": 5, "comment": None})
    assert again.json()["conversation"]["rating"] == {"score": 5, "comment": ""}
    assert again.json()["conversation"]["owner"] == "ai"
    stored = await browser.stack.documents(f"tenants/{TENANT}/conversations")
    (mine,) = [one for one in stored if one["id"] == browser.conversation_id]
    assert mine["rating"] == {"score": 5, "comment": ""}


async def test_there_is_nothing_to_rate_before_the_first_message(browser: Browser) -> None:
    answer = await browser.call("chat-rate", {"score": 5, "comment": None})
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_conversation")
    assert answer.json()["detail"] == "There is nothing to rate yet. Write a message first."


@pytest.mark.parametrize(
    "body", [{}, {"score": 0}, {"score": 6}, {"score": "5"}, {"score": 5, "comment": "x" * 1001}, {"score": 5, "id": 1}]
)
async def test_what_is_no_rating_is_refused(browser: Browser, body: object) -> None:
    answer = await browser.call("chat-rate", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_without_a_session_nothing_is_rated(browser: Browser) -> None:
    answer = await browser.call("chat-rate", {"score": 1}, authorization="Bearer x.y")
    assert (answer.status_code, answer.json()["error"]) == (401, "session_invalid")
