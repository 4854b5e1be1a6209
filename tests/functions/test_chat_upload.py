"""chat-upload: a visitor's file, told by its bytes, for their own messages, and shown through its link alone."""

from __future__ import annotations

import pytest

from local.standins.telnyx_media import PICTURES, png
from tests.stack import RunningStack
from tests.visitors import Browser

TENANT = "testing-agency"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"


@pytest.fixture
async def browser(stack: RunningStack) -> Browser:
    return await Browser(stack, TENANT).start()


async def uploaded(browser: Browser, content: bytes, name: str, **headers: str) -> dict[str, object]:
    answer = await browser.call("chat-upload", content, **{"x-file-name": name, **headers})
    assert answer.status_code == 201, answer.text
    file: dict[str, object] = answer.json()["file"]
    return file


async def test_a_picture_is_kept_and_shown_in_the_message_that_carries_it(browser: Browser) -> None:
    file = await uploaded(browser, png(), "pool.png", **{"content-type": "text/html"})
    assert (file["name"], file["type"], file["size"]) == ("pool.png", "image/png", len(png()))
    shown = await browser.stack.client.get(str(file["url"]))
    assert (shown.content, shown.headers["content-type"]) == (png(), "image/png")
    assert shown.headers["content-disposition"] == "inline"
    assert shown.headers["cross-origin-resource-policy"] == "cross-origin"
    accepted = (await browser.say("What is this?", files=[file["id"]]))[0]
    (attached,) = accepted.data["message"]["files"]
    assert (attached["id"], attached["name"], attached["type"]) == (file["id"], "pool.png", "image/png")


async def test_a_pdf_is_put_away_under_its_name_and_the_model_is_told_of_it(browser: Browser) -> None:
    file = await uploaded(browser, PDF, "..%2FPl%C3%A4ne%20%F0%9F%8F%8A.exe")
    assert (file["name"], file["type"]) == ("Pläne 🏊.exe.pdf", "application/pdf")
    shown = await browser.stack.client.get(str(file["url"]))
    assert (shown.content, shown.headers["content-type"]) == (PDF, "application/pdf")
    assert shown.headers["content-disposition"].startswith('attachment; filename="Pl_ne _.exe.pdf"; filename*=UTF-8')
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    happened = await browser.say("", files=[file["id"]])
    assert happened[-2].name == "answer"
    asked = [call for call in await browser.stack.calls("gemini") if "(a file: Pläne 🏊.exe.pdf)" in str(call)]
    assert asked


async def test_where_work_is_demanded_a_file_asks_for_it_until_the_first_message(stack: RunningStack) -> None:
    visitor = await Browser(stack, "bss-cypress-spring").start()
    for work in ({}, {"x-work": "0"}):
        refused = await visitor.call("chat-upload", PDF, **work)
        assert (refused.status_code, refused.json()["error"]) == (428, "work_needed")
    await uploaded(visitor, PDF, "plan.pdf", **{"x-work": str(visitor.written("")["work"])})
    await visitor.answer("How warm is the water?")
    await uploaded(visitor, PDF, "another.pdf")


async def test_the_same_upload_again_is_the_same_file(browser: Browser) -> None:
    first, again = [await uploaded(browser, PDF, "plan.pdf") for _ in range(2)]
    assert first["id"] == again["id"]


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)></svg>", b"<!doctype html>", b"MZ\x90\x00"])
async def test_any_other_file_is_refused_in_words_whatever_it_claims_to_be(browser: Browser, content: bytes) -> None:
    claims = {"content-type": "image/png", "x-file-name": "pool.png"}
    answer = await browser.call("chat-upload", content, **claims)
    assert (answer.status_code, answer.json()["error"]) == (415, "file_refused")
    assert "Send a picture" in answer.json()["detail"]


async def test_a_file_of_more_than_five_mebibytes_is_refused_before_it_is_read(browser: Browser) -> None:
    largest = PICTURES["picture.jpeg"] + bytes(5 * 1024 * 1024 - len(PICTURES["picture.jpeg"]))
    assert (await uploaded(browser, largest, "large.jpg"))["size"] == 5 * 1024 * 1024
    answer = await browser.call("chat-upload", largest + b"\0")
    assert (answer.status_code, answer.json()["error"]) == (413, "payload_too_large")
    assert "larger than 5 MB" in answer.json()["detail"]
    assert answer.headers["access-control-allow-origin"] == browser.stack.info["widget"]


async def test_an_empty_file_is_refused_in_words(browser: Browser) -> None:
    answer = await browser.call("chat-upload", b"")
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert "empty" in answer.json()["detail"]


async def test_a_page_may_read_when_there_is_room_again(browser: Browser) -> None:
    """Fetch shows a page of another origin no header that the answer does not name."""
    answer = await browser.call("chat-upload", b"")
    assert answer.headers["access-control-expose-headers"] == "retry-after"


async def test_more_files_than_an_hour_has_room_for_wait(browser: Browser) -> None:
    for number in range(20):
        await uploaded(browser, PDF, f"{number}.pdf")
    answer = await browser.call("chat-upload", PDF, **{"x-file-name": "one-more.pdf"})
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_requests")
    assert 0 < int(answer.headers["retry-after"]) <= 3_600
    other = await Browser(browser.stack, TENANT).start()
    await uploaded(other, PDF, "one-more.pdf")


async def test_a_file_of_another_visit_is_nobodys(browser: Browser) -> None:
    other = await Browser(browser.stack, TENANT).start()
    file = await uploaded(other, PDF, "plan.pdf")
    answer = await browser.call("chat-message", browser.written("look", files=[file["id"]]))
    assert (answer.status_code, answer.json()["error"]) == (400, "unknown_file")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"authorization": "Bearer x.y"}, 401, "session_invalid"),
        ({"origin": "https://evil.example"}, 403, "origin_refused"),
    ],
)
async def test_without_a_session_from_our_frame_nothing_is_kept(
    browser: Browser, change: dict[str, str], status: int, code: str
) -> None:
    answer = await browser.call("chat-upload", PDF, **change)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    conversation = browser.conversation_id
    stored = await browser.stack.documents(f"tenants/{TENANT}/media")
    assert [one for one in stored if one["conversation_id"] == conversation] == []
