"""chat-message: a visitor's own session, from our own frame, or nothing."""

from __future__ import annotations

import base64
import json
import re

import pytest

from tests.stack import RunningStack
from tests.visitors import Browser, zero_bits

TENANT = "testing-agency"
QUESTION = "Where can I park?"


@pytest.fixture
async def browser(stack: RunningStack) -> Browser:
    return await Browser(stack, TENANT).start()


async def test_a_question_is_answered_in_units_and_stored(browser: Browser) -> None:
    happened = await browser.say(QUESTION)
    names = [one.name for one in happened]
    assert names[:2] == ["accepted", "typing"]
    assert names[-2:] == ["answer", "end"]
    answer = happened[-2].data["message"]
    units = [one for one in happened if one.name == "text"]
    assert "".join(one.data["text"] for one in units) == answer["text"]
    assert "behind the building" in answer["text"]
    assert units[-1].id == f"{units[-1].data['answer']}:{len(answer['text'])}"
    stored = await browser.stack.documents(f"tenants/{TENANT}/messages")
    assert answer["id"] in [one["id"] for one in stored]


async def test_classes_come_as_cards(browser: Browser) -> None:
    answer = await browser.answer("Which classes have room on Saturday?")
    assert answer["cards"]
    for card in answer["cards"]:
        assert set(card) == {"id", "name", "location", "days", "openings", "times", "fee"}
        assert card["fee"] is None or re.fullmatch(r"\$[0-9,]+\.[0-9]{2}", card["fee"])
        assert "sat" in card["days"]


async def test_a_broken_stream_is_taken_up_with_the_same_message(browser: Browser) -> None:
    body = browser.written(QUESTION)
    first = [one async for one in browser.stream("chat-message", body)]
    unit = next(one for one in first if one.name == "text")
    again = [one async for one in browser.stream("chat-message", body, after=unit.id)]
    assert [one.name for one in again] == ["accepted", "answer", "end"]
    assert again[1].data["message"]["id"] == first[-2].data["message"]["id"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"authorization": ""}, 401, "session_invalid"),
        ({"authorization": "Bearer"}, 401, "session_invalid"),
        ({"authorization": "Bearer x.y"}, 401, "session_invalid"),
        ({"authorization": "Basic abc"}, 401, "session_invalid"),
        ({"authorization": "Bearer " + "a" * 5000}, 401, "session_invalid"),
        ({"origin": "https://evil.example"}, 403, "origin_refused"),
        ({"origin": ""}, 403, "origin_refused"),
        ({"origin": "null"}, 403, "origin_refused"),
    ],
)
async def test_without_a_session_from_our_frame_nothing_is_said(
    browser: Browser, change: dict[str, str], status: int, code: str
) -> None:
    answer = await browser.call("chat-message", browser.written("forged"), **change)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


async def test_the_host_page_itself_may_not_speak_for_the_visitor(browser: Browser) -> None:
    answer = await browser.call("chat-message", browser.written("from the page"), origin=browser.origin)
    assert (answer.status_code, answer.json()["error"]) == (403, "origin_refused")


async def test_a_resume_token_is_no_session(browser: Browser) -> None:
    bearer = f"Bearer {browser.started['resume']}"
    answer = await browser.call("chat-message", browser.written("x"), authorization=bearer)
    assert (answer.status_code, answer.json()["error"]) == (401, "session_invalid")


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 5])
async def test_a_session_that_says_something_else_is_forged(browser: Browser, place: int) -> None:
    """Another tenant, widget, visit, site, language, or a later end, under the signature of the first one."""
    claims, mac = browser.started["session"].split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    said[place] = said[place] + 10_000 if place == 5 else "bss-cypress-spring"
    forged = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")
    answer = await browser.call("chat-message", browser.written("x"), authorization=f"Bearer {forged}.{mac}")
    assert (answer.status_code, answer.json()["error"]) == (401, "session_invalid")


async def test_two_visitors_never_meet(stack: RunningStack, browser: Browser) -> None:
    other = await Browser(stack, TENANT).start()
    await browser.say("My secret word is abracadabra")
    await other.say(QUESTION)
    async for event in other.stream("chat-events", {"seen": None}):
        assert "abracadabra" not in json.dumps(event.data)
        break


@pytest.mark.parametrize(
    "body",
    [
        {"id": "short", "text": "x"},
        {"id": "x" * 65, "text": "x"},
        {"id": "12345678", "text": ""},
        {"id": "12345678", "text": "x" * 4001},
        {"id": "12345678", "text": "x", "files": ["../../etc"]},
        {"id": "12345678", "text": "x", "files": ["0" * 32] * 6},
        {"id": "12345678", "text": "x", "page": "javascript:alert(1)"},
        {"id": "12345678", "text": "x", "conversation": "0" * 32},
        {"id": "12345678", "text": "x", "tenant": "bss-cypress-spring"},
        {"text": "x"},
        [],
    ],
)
async def test_what_is_no_message_is_refused_with_its_place(browser: Browser, body: object) -> None:
    answer = await browser.call("chat-message", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_a_file_of_nobody_is_refused(browser: Browser) -> None:
    answer = await browser.call("chat-message", browser.written("look", files=["0" * 32]))
    assert (answer.status_code, answer.json()["error"]) == (400, "unknown_file")


async def test_a_body_without_end_is_refused(browser: Browser) -> None:
    answer = await browser.call("chat-message", b"x" * 40_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "payload_too_large")


async def test_the_frame_may_ask_before_it_calls_and_no_other_page(browser: Browser) -> None:
    url = browser.stack.function("chat-message")
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    ours = await browser.stack.client.options(url, headers={"origin": browser.stack.info["widget"], **asks})
    theirs = await browser.stack.client.options(url, headers={"origin": browser.origin, **asks})
    assert (ours.status_code, ours.headers["access-control-allow-origin"]) == (200, browser.stack.info["widget"])
    assert theirs.status_code == 403
    assert "access-control-allow-origin" not in theirs.headers


async def test_where_it_is_demanded_a_visit_begins_with_work_and_goes_on_without(stack: RunningStack) -> None:
    visitor = await Browser(stack, "bss-cypress-spring").start()
    assert visitor.started["work"] == {"bits": 12}
    for work in (None, "0", "x" * 32):
        refused = await visitor.call("chat-message", visitor.written("How warm is the water?", work=work))
        assert (refused.status_code, refused.json()["error"]) == (428, "work_needed")
    assert "90 degrees" in (await visitor.answer("How warm is the water?"))["text"]
    visitor.started["work"] = None
    assert [one.name for one in await visitor.say("Thanks!")][-1] == "end"


async def test_anothers_work_is_not_ones_own(stack: RunningStack) -> None:
    one, other = [await Browser(stack, "bss-cypress-spring").start() for _ in range(2)]
    borrowed = one.written("How warm is the water?")["work"]
    refused = await other.call("chat-message", other.written("How warm is the water?", work=borrowed))
    assert refused.status_code in (428, 200)  # one in 4,096 fits both
    assert refused.status_code == 428 or zero_bits(f"{other.started['visit']}:{borrowed}") >= 12


async def test_who_has_only_typed_a_name_still_owes_the_work(stack: RunningStack) -> None:
    visitor = await Browser(stack, "bss-cypress-spring").start()
    work = visitor.written("")["work"]
    assert (await visitor.call("chat-contact", {"name": "Ana", "work": work})).status_code == 200
    refused = await visitor.call("chat-message", visitor.written("How warm is the water?", work=None))
    assert (refused.status_code, refused.json()["error"]) == (428, "work_needed")


async def test_an_answer_stands_below_what_it_answers(browser: Browser) -> None:
    """Even one that code gives, which is stored in the same commit."""
    for words in (QUESTION, "STOP"):
        happened = await browser.say(words)
        said, answered = (
            next(one.data["message"] for one in happened if one.name == n) for n in ("accepted", "answer")
        )
        assert said["at"] < answered["at"]
