"""A visitor sends files: shown to them and kept for the business, or refused with a word why."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from local.standins.telnyx_media import png
from shared.conversations.pictures import MOST_SIZE
from tests.journeys.chat import chatting
from tests.members import AGENCY
from tests.stack import RunningStack

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


async def test_a_picture_and_a_document_go_with_a_message_and_the_picture_is_seen_large(
    chromium: Browser, stack: RunningStack
) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.attach("pool.png", "image/png", png())
        await chat.attach("waiver.pdf", "application/pdf", PDF)
        await expect(chat.button("Send")).to_have_attribute("aria-disabled", "false")
        await chat.ask(answer="I cannot look at pictures in this demo.")
        picture = chat.log.get_by_role("button", name="Enlarge pool.png")
        await expect(picture.get_by_role("img")).to_have_js_property("complete", True)
        assert await picture.get_by_role("img").evaluate("node => node.naturalWidth") > 0
        await expect(chat.log.get_by_role("link", name="waiver.pdf")).to_have_attribute("target", "_blank")
        await picture.click()
        await expect(chat.frame.get_by_role("dialog", name="pool.png")).to_be_visible()
        await chat.page.keyboard.press("Escape")
        await expect(chat.frame.get_by_role("dialog")).to_have_count(0)
        await expect(chat.panel).to_be_visible()
        await picture.click()
        await chat.button("Dismiss").click()
        await expect(chat.frame.get_by_role("dialog")).to_have_count(0)
        await expect(picture).to_be_focused()
        id = await chat.conversation()
        kept = [one for one in await stack.documents(f"tenants/{AGENCY}/media") if one["conversation_id"] == id]
        assert sorted((one["name"], one["content_type"]) for one in kept) == [
            ("pool.png", "image/png"),
            ("waiver.pdf", "application/pdf"),
        ]


async def test_a_photo_that_is_larger_than_a_file_may_be_goes_as_a_smaller_one(
    chromium: Browser, stack: RunningStack
) -> None:
    photo = png(side=3000, level=0)
    assert len(photo) > MOST_SIZE
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.attach("pool.png", "image/png", photo)
        await expect(chat.button("Send")).to_have_attribute("aria-disabled", "false")
        await chat.ask(answer="I cannot look at pictures in this demo.")
        picture = chat.log.get_by_role("button", name="Enlarge pool.jpg").get_by_role("img")
        await expect(picture).to_have_js_property("naturalWidth", 2560)
        id = await chat.conversation()
        [kept] = [one for one in await stack.documents(f"tenants/{AGENCY}/media") if one["conversation_id"] == id]
        assert (kept["name"], kept["content_type"]) == ("pool.jpg", "image/jpeg")


async def test_a_file_that_is_not_what_it_says_is_refused_with_a_word_why(
    chromium: Browser, stack: RunningStack
) -> None:
    async with chatting(chromium, stack, expected=["status of 415"]) as chat:
        await chat.open()
        await chat.attach("notes.txt", "text/plain", b"hello")
        await expect(chat.frame.get_by_text("notes.txt cannot be sent. Pictures and PDFs can.").first).to_be_visible()
        await chat.button("Remove notes.txt").click()
        await chat.attach("page.png", "image/png", b"<!doctype html><script>alert(1)</script>")
        await expect(chat.frame.locator(".tray .refused")).to_be_visible()
        await expect(chat.frame.locator(".tray .refused img")).to_have_count(0)  # it is no picture
        await expect(chat.button("Send")).to_have_attribute("aria-disabled", "true")
        await chat.ask()
        await expect(chat.frame.locator(".tray")).to_have_count(0)
        await expect(chat.log.locator(".files")).to_have_count(0)
