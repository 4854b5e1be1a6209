"""chat-start: a page of the tenant's list gets a session for its visitor; every other page a clear refusal."""

from __future__ import annotations

import pytest

from tests.stack import RunningStack
from tests.visitors import Browser

TENANT = "testing-agency"


@pytest.fixture
def browser(stack: RunningStack) -> Browser:
    return Browser(stack, TENANT)


async def test_a_page_of_the_list_is_told_what_to_show(browser: Browser) -> None:
    answer = await browser.config()
    shown = answer.json()
    assert answer.status_code == 200
    assert shown["name"] == "Testing Agency"
    assert shown["frame"] == f"{browser.stack.info['widget']}/chat-frame/{browser.key}"
    assert shown["functions"] == browser.stack.info["functions"]
    assert answer.headers["access-control-allow-origin"] == browser.origin
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "origin" in answer.headers["vary"].lower()


async def test_a_visit_begins_without_a_word_written(browser: Browser) -> None:
    await browser.start()
    assert browser.started["fresh"] is True
    assert browser.started["expires_in"] == 900
    stored = await browser.stack.documents(f"tenants/{TENANT}/conversations")
    assert browser.conversation_id not in [one["id"] for one in stored]


async def test_a_visit_goes_on_with_its_resume_token_from_the_same_site_alone(browser: Browser) -> None:
    first = dict((await browser.start()).started)
    again = (await browser.start(resume=first["resume"])).started
    assert (again["visit"], again["fresh"]) == (first["visit"], False)
    elsewhere = Browser(browser.stack, TENANT, browser.stack.info["phone"])
    other = (await elsewhere.start(resume=first["resume"])).started
    assert (other["visit"] != first["visit"], other["fresh"]) == (True, True)


async def test_a_session_is_no_resume_token(browser: Browser) -> None:
    first = dict((await browser.start()).started)
    assert (await browser.start(resume=first["session"])).started["visit"] != first["visit"]


async def test_another_tenants_resume_token_begins_anew(browser: Browser, stack: RunningStack) -> None:
    theirs = (await Browser(stack, "bss-cypress-spring").start()).started
    assert (await browser.start(resume=theirs["resume"])).started["visit"] != theirs["visit"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:5003.evil.example", ""]
)
async def test_a_foreign_page_is_refused_in_words_that_it_can_read(stack: RunningStack, origin: str) -> None:
    foreign = Browser(stack, TENANT)
    foreign.origin = origin
    for answer in (await foreign.ask_to_start(), await foreign.config()):
        assert answer.status_code == 403
        assert answer.json()["error"] == "origin_refused"
        assert answer.headers.get("access-control-allow-origin", "") == origin


async def test_a_key_that_nobody_has_is_unknown(browser: Browser) -> None:
    answer = await browser.ask_to_start(key="nobody-has-this-key")
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_widget")


async def test_the_channel_of_a_number_is_no_widget_key(browser: Browser) -> None:
    answer = await browser.ask_to_start(key=browser.stack.tenant(TENANT)["channels"]["telnyx-sms"])
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_widget")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"resume": 5}', b'{"tenant": "bss-cypress-spring"}', b"\xff"])
async def test_what_is_no_start_is_refused_with_its_place(browser: Browser, body: bytes) -> None:
    url = browser.stack.function("chat-start", browser.key)
    answer = await browser.stack.client.post(
        url, content=body, headers={"origin": browser.origin, "x-forwarded-for": browser.network}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_one_network_may_not_start_visits_without_end(stack: RunningStack) -> None:
    greedy = Browser(stack, TENANT)
    statuses = [(await greedy.ask_to_start()).status_code for _ in range(70)]
    assert statuses[:50] == [200] * 50
    assert 429 in statuses
    limited = await greedy.ask_to_start()
    if limited.status_code == 429:
        assert int(limited.headers["retry-after"]) > 0
    assert (await Browser(stack, TENANT).ask_to_start()).status_code == 200
