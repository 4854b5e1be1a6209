"""A session opens one conversation of one tenant, from one site, for a while: whatever else it says, it opens nothing.

These sessions are signed with the real key, so that only what they say can refuse them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.hidden import Hidden
from shared.vault import Masters
from shared.vault.visits import Pass, Visit, VisitTokens
from tests.stack import RunningStack, secrets_of
from tests.visitors import Browser

TENANT, OTHER = "testing-agency", "bss-cypress-spring"
BODIES = {
    "chat-message": {"id": "12345678", "text": "Hello"},
    "chat-events": {"seen": None},
    "chat-rate": {"score": 5, "comment": None},
    "chat-contact": {"name": "Ana"},
    "chat-handoff": {},
    "chat-upload": {},
}


@pytest.fixture
async def tokens(stack: RunningStack) -> VisitTokens:
    keys = await secrets_of(stack.info, "CHAT_SESSION_KEY")
    return VisitTokens(Masters.parse(Hidden(keys["CHAT_SESSION_KEY"])))


@pytest.fixture
def browser(stack: RunningStack) -> Browser:
    return Browser(stack, TENANT)


def visit_of(browser: Browser) -> Visit:
    return Visit.begun(TENANT, browser.key, browser.origin, "en")


async def refused(browser: Browser, function: str, session: str) -> tuple[int, str]:
    browser.started = {"session": session}
    answer = await browser.call(function, BODIES[function])
    assert set(answer.json()) == {"error", "detail"}
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize("function", BODIES)
async def test_a_session_that_is_over_says_so(browser: Browser, tokens: VisitTokens, function: str) -> None:
    before = datetime.now(UTC) - Pass.SESSION.life - timedelta(seconds=1)
    session = tokens.sign(Pass.SESSION, visit_of(browser), before)
    assert await refused(browser, function, session) == (401, "session_expired")


@pytest.mark.parametrize("function", BODIES)
async def test_a_session_from_a_site_that_is_not_in_the_list_any_more_is_refused(
    browser: Browser, tokens: VisitTokens, function: str
) -> None:
    gone = replace(visit_of(browser), origin="https://was-there.example")
    session = tokens.sign(Pass.SESSION, gone, datetime.now(UTC))
    assert await refused(browser, function, session) == (403, "origin_refused")


@pytest.mark.parametrize("function", BODIES)
async def test_a_session_of_one_tenant_with_anothers_widget_is_refused(
    browser: Browser, tokens: VisitTokens, function: str
) -> None:
    crossed = replace(visit_of(browser), tenant=OTHER)
    session = tokens.sign(Pass.SESSION, crossed, datetime.now(UTC))
    assert await refused(browser, function, session) == (401, "session_invalid")


@pytest.mark.parametrize("function", BODIES)
async def test_a_session_of_a_widget_that_is_not_there_any_more_is_refused(
    browser: Browser, tokens: VisitTokens, function: str
) -> None:
    gone = replace(visit_of(browser), widget="was-there-once")
    session = tokens.sign(Pass.SESSION, gone, datetime.now(UTC))
    assert await refused(browser, function, session) == (401, "session_invalid")


@pytest.mark.parametrize("function", BODIES)
async def test_a_channel_that_is_no_widget_opens_nothing(
    browser: Browser, tokens: VisitTokens, function: str, stack: RunningStack
) -> None:
    by_phone = replace(visit_of(browser), widget=stack.tenant(TENANT)["channels"]["telnyx-sms"])
    session = tokens.sign(Pass.SESSION, by_phone, datetime.now(UTC))
    assert await refused(browser, function, session) == (401, "session_invalid")


async def test_the_same_session_as_it_should_be_is_good(browser: Browser, tokens: VisitTokens) -> None:
    visit = visit_of(browser)
    browser.started = {"session": tokens.sign(Pass.SESSION, visit, datetime.now(UTC)), "visit": visit.id}
    assert (await browser.answer("Where can I park?"))["author"] == "assistant"
