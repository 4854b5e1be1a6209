"""The chat in every state, as pictures to look at: `python -m tests.journeys.chat_pictures` writes .local/pictures/."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Route, expect

from local.standins.telnyx_media import png
from tests.browser import chromium
from tests.journeys.chat import ROOM, Chat, visitor
from tests.members import hired
from tests.stack import ROOT, RunningStack, a_word, started

PICTURES = ROOT / ".local" / "pictures"
SIZES = {"phone": {"width": 390, "height": 780}, "desktop": {"width": 1280, "height": 860}}

Take = Callable[[str], Awaitable[None]]
Scheme = Literal["light", "dark"]


async def first_look(chat: Chat, take: Take) -> None:
    await take("closed")
    await chat.visit("classes")
    await expect(chat.page.locator("chatter-cheetah .bubble")).to_be_visible()
    await take("greeted")
    await chat.visit()
    await chat.open()
    await take("form")
    await chat.button("Not now").click()
    await take("empty")


async def talk(chat: Chat, take: Take) -> None:
    word = a_word()
    await chat.stack.fault("gemini", path="/", times=2, piece_ms=250, contains=[word])
    await chat.say(f"{ROOM} {word}")
    await expect(chat.writing).to_contain_text("spots")
    await take("writing")
    await expect(chat.cards).not_to_have_count(0)
    await take("cards")
    await chat.button("More").click()
    await take("menu")
    await chat.button("Rate this chat").click()
    await chat.frame.get_by_role("radio", name="4 stars").check(force=True)
    await take("rating")
    await chat.button("Not now").click()


async def people(chat: Chat, take: Take) -> None:
    await chat.attach("pool.png", "image/png", png())
    await chat.composer.fill("Is this the right door?")
    await expect(chat.button("Send")).to_have_attribute("aria-disabled", "false")
    await take("file")
    await chat.button("Send").click()
    await chat.log.get_by_role("button", name="Enlarge pool.png").click()
    await expect(chat.frame.get_by_role("dialog", name="pool.png")).to_be_visible()
    await take("large")
    await chat.page.keyboard.press("Escape")
    await chat.button("Talk to a person").click()
    await expect(chat.frame.get_by_label("Phone")).to_be_visible()
    await take("handed-off")
    ann = await hired(chat.stack, name="Ann")
    await ann.reply(await chat.conversation(), "Hi, this is Ann. Yes, that is the one. Ring twice, please.")
    await expect(chat.log.locator("li.said.person")).to_be_visible()
    await take("person")
    await chat.button("Close chat").click()
    await ann.reply(await chat.conversation(), "It is open now.")
    await expect(chat.launcher).to_have_accessible_name("Open chat, 1 unread")
    await take("unread")
    await chat.open()
    await ann.done("resolve", conversation=await chat.conversation())
    await expect(chat.frame.get_by_text("This chat has ended")).to_be_visible()
    await take("resolved")


async def refuse(route: Route) -> None:
    allowed = {"access-control-allow-origin": "*"}
    await route.fulfill(status=400, headers=allowed, json={"error": "bad_request", "detail": "This is too long."})


async def troubles(chat: Chat, take: Take) -> None:
    await chat.attach("page.png", "image/png", b"<!doctype html>")
    await expect(chat.frame.locator(".tray .refused")).to_be_visible()
    await take("refused")
    await chat.button("Remove page.png").click()
    await chat.page.route("**/chat-message", refuse, times=1)
    await chat.say("Which door is it?")
    await expect(chat.button("Try again")).to_be_visible()
    await take("failed")
    await chat.button("Delete").click()
    await chat.page.context.set_offline(True)
    await chat.say("Is anybody there?")
    await expect(chat.log.get_by_text("Waiting for a connection")).to_be_visible()
    await take("offline")
    await chat.page.context.set_offline(False)
    await expect(chat.log.get_by_text("Waiting for a connection")).to_have_count(0)
    await chat.say("STOP")
    await expect(chat.button("Start again")).to_be_visible()
    await take("stopped")
    ann = await hired(chat.stack, name="Ann")
    await ann.done("block", conversation=await chat.conversation(), blocked=True)
    await expect(chat.frame.get_by_text("This chat is closed.")).to_be_visible()
    await take("blocked")


async def album(browser: Browser, stack: RunningStack, size: str, scheme: Scheme) -> None:
    options = {"viewport": SIZES[size], "color_scheme": scheme, "reduced_motion": "reduce"}
    async with visitor(browser, **options, is_mobile=size == "phone", has_touch=size == "phone") as context:
        chat = await Chat(await context.new_page(), stack).visit()

        async def take(state: str) -> None:
            await chat.page.wait_for_timeout(400)
            await chat.page.screenshot(path=PICTURES / f"{size}-{scheme}-{state}.png")

        for part in (first_look, talk, people, troubles):
            try:
                await part(chat, take)
            except AssertionError as missing:
                print(f"{size}, {scheme}, {part.__name__}: {missing}")
                await take(f"{part.__name__}-missing")


async def phone_page(browser: Browser, stack: RunningStack) -> None:
    """The picture in README: two phones and a site, each in a conversation."""
    async with visitor(browser, viewport={"width": 1680, "height": 900}, reduced_motion="reduce") as context:
        page = await context.new_page()
        await page.goto(stack.info["phone"])
        ana, ben = [page.get_by_role("region", name=f"{name}'s phone") for name in ("Ana", "Ben")]
        for phone, business in ((ana, "Testing Agency"), (ben, "BSS Cypress-Spring")):
            await phone.get_by_label("Business to text").select_option(label=business)
        await page.get_by_label("Site to visit").select_option(label="Testing Agency")
        texts = ((ana, ROOM, "spots"), (ana, "send me the link", "http"), (ben, "How warm is the water?", "90 degrees"))
        for phone, words, reply in texts:
            await phone.get_by_label("Text message").fill(words)
            await phone.get_by_label("Text message").press("Enter")
            await expect(phone.get_by_role("listitem").last).to_contain_text(reply)
            await expect(phone.get_by_role("listitem").last).to_contain_text("Delivered")
        site = page.get_by_role("region", name="Website").locator("iframe").content_frame
        await site.locator("chatter-cheetah .launcher").click()
        chat = site.locator("chatter-cheetah iframe").content_frame
        await chat.get_by_role("button", name="Not now").click()
        await chat.get_by_role("textbox", name="Your message").fill(ROOM)
        await chat.get_by_role("textbox", name="Your message").press("Enter")
        await expect(chat.locator(".card")).not_to_have_count(0)
        await page.wait_for_timeout(500)
        await page.screenshot(path=PICTURES / "phone-page.png")


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    schemes: tuple[Scheme, ...] = ("light", "dark")
    with tempfile.TemporaryDirectory() as folder:
        async with started(Path(folder), "--time-divisor", "2") as stack, chromium() as browser:
            await phone_page(browser, stack)
            for size, scheme in product(SIZES, schemes):
                await album(browser, stack, size, scheme)
    print(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}")


if __name__ == "__main__":
    asyncio.run(main())
