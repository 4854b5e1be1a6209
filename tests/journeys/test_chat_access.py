"""The chat for everybody: from the keyboard, for who listens to it, in every light, on every width, in both directions.

axe runs with all of its rules over all that is there, on the page and in the frame.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Literal

import pytest
from playwright.async_api import Browser, FloatRect, Frame, Locator, Page, Route, expect

from tests.journeys.chat import LISTEN, PARKED, ROOM, Chat, chatting, visitor
from tests.stack import ROOT, RunningStack

# The page, before anything of it is there; not the frames in it.
MIRROR = """if (window === top) new MutationObserver(() => document.documentElement.setAttribute("dir", "rtl"))
  .observe(document, { childList: true })"""
TABS = 30  # presses of Tab that reach everything on the demo's page
VIOLATIONS = """async () => {
  const { violations } = await axe.run(document, { iframes: false });
  const nodes = violations.flatMap(({ id, nodes }) => nodes.map((node) => ({ id, ...node })));
  return nodes.map(({ id, target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`);
}"""

FOCUS = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const name = document.activeElement.textContent || document.activeElement.ariaLabel;
  return [name, outlineStyle === "none" ? "none" : outlineWidth];
}"""


@cache
def axe() -> str:
    return (ROOT / "client/node_modules/axe-core/axe.min.js").read_text()


async def violations(where: Page | Frame) -> list[str]:
    if not await where.evaluate("'axe' in window"):
        await where.evaluate(axe())
    found: list[str] = await where.evaluate(VIOLATIONS)
    return found


# -- the keyboard


async def test_everything_is_done_from_the_keyboard_and_the_focus_comes_back(
    chromium: Browser, stack: RunningStack
) -> None:
    async with chatting(chromium, stack) as chat:
        keyboard = chat.page.keyboard
        for _ in range(TABS):
            await keyboard.press("Tab")
            if await chat.launcher.evaluate("node => node.matches(':focus')"):
                break
        await expect(chat.launcher).to_be_focused()
        assert await chat.launcher.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
        await keyboard.press("Enter")
        await expect(chat.launcher).to_have_attribute("aria-expanded", "true")
        await expect(chat.composer).to_be_focused()
        await keyboard.type("Where can we park?")
        await keyboard.press("Shift+Enter")
        await keyboard.type("Near by?")
        await keyboard.press("Enter")
        await expect(chat.mine).to_have_text(["Where can we park?\nNear by?"], use_inner_text=True)
        await expect(chat.answers).to_contain_text(PARKED)
        await expect(chat.composer).to_be_focused()
        await keyboard.press("Escape")
        await expect(chat.panel).to_be_hidden()
        await expect(chat.launcher).to_be_focused()
        await expect(chat.launcher).to_have_attribute("aria-expanded", "false")


async def test_the_menu_opens_and_closes_from_the_keyboard_and_the_chat_stays_open(
    chromium: Browser, stack: RunningStack
) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await expect(chat.composer).to_be_focused()  # the chat gives it the focus once, and would take it from the menu
        await chat.button("More").press("Enter")
        await expect(chat.button("Talk to a person")).to_be_focused()
        await chat.page.keyboard.press("Escape")
        await expect(chat.button("Talk to a person")).to_have_count(0)
        await expect(chat.button("More")).to_be_focused()
        await expect(chat.panel).to_be_visible()


async def test_what_takes_the_focus_shows_it(chromium: Browser, stack: RunningStack) -> None:
    """Every stop on the way through a conversation, once around."""
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask(ROOM, "spots")
        await chat.composer.focus()
        stops = []
        for _ in range(12):
            await chat.page.keyboard.press("Shift+Tab")
            if not await chat.inside.evaluate("document.hasFocus()"):
                break
            stops.append(await chat.inside.evaluate(FOCUS))
        assert len(stops) >= 6
        assert [stop for stop in stops if stop[1] in ("none", "0px")] == []


# -- who listens


async def test_a_screen_reader_is_told_each_answer_once_and_whole(chromium: Browser, stack: RunningStack) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.inside.evaluate(LISTEN)
        await chat.ask(ROOM, "spots")
        await expect(chat.cards).not_to_have_count(0)
        await chat.page.wait_for_timeout(500)  # for what must not come
        answer = await chat.answers.last.locator(".bubble").inner_text()
        assert await chat.inside.evaluate("window.heard") == [f"Assistant: {answer}"]
        await expect(chat.log).to_have_attribute("aria-live", "off")


# -- axe


@asynccontextmanager
async def looked_at(
    chromium: Browser, stack: RunningStack, scheme: Literal["light", "dark"], width: int
) -> AsyncIterator[Chat]:
    size = {"width": width, "height": 720}
    async with visitor(chromium, viewport=size, color_scheme=scheme, reduced_motion="reduce") as context:
        yield await Chat(await context.new_page(), stack).visit()


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    chromium: Browser, stack: RunningStack, scheme: Literal["light", "dark"], width: int
) -> None:
    found: dict[str, list[str]] = {}
    async with looked_at(chromium, stack, scheme, width) as chat:

        async def look(state: str, where: Page | Frame) -> None:
            found[state] = await violations(where)
            assert await where.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state} is too wide"

        await look("closed", chat.page)
        await chat.open()
        await expect(chat.frame.get_by_label("Email")).to_be_visible()
        await look("the page, open", chat.page)
        await look("form", chat.inside)
        await chat.button("Not now").click()
        await look("open, empty", chat.inside)
        await chat.ask(ROOM, "spots")
        await expect(chat.cards).not_to_have_count(0)
        await look("conversation with cards", chat.inside)
        await chat.button("More").click()
        await look("menu", chat.inside)
        await chat.button("Rate this chat").click()
        await chat.frame.get_by_role("radio", name="4 stars").check(force=True)
        await look("rating", chat.inside)
        await chat.button("Not now").click()
        await chat.page.context.set_offline(True)
        await chat.say("Is anybody there?")
        await expect(chat.log.get_by_text("Waiting for a connection")).to_be_visible()
        await look("offline", chat.inside)
    assert {state: each for state, each in found.items() if each} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_something_was_refused(
    chromium: Browser, stack: RunningStack, scheme: Literal["light", "dark"]
) -> None:
    async def refuse(route: Route) -> None:
        allowed = {"access-control-allow-origin": stack.info["widget"]}
        await route.fulfill(status=400, headers=allowed, json={"error": "bad_request", "detail": "This is too long."})

    async with looked_at(chromium, stack, scheme, 320) as chat:
        await chat.open()
        await chat.page.route("**/chat-message", refuse)
        await chat.frame.get_by_label("Email").fill("nobody")
        await chat.button("Start the chat").click()
        await expect(chat.frame.get_by_text("This does not look like an email address.")).to_be_visible()
        await expect(chat.frame.get_by_label("Email")).to_be_focused()
        assert await violations(chat.inside) == []
        await chat.say("Hello?")
        await expect(chat.log.get_by_text("This is too long.")).to_be_visible()
        await expect(chat.button("Try again")).to_be_visible()
        assert await violations(chat.inside) == []


# -- little room


@pytest.mark.parametrize(
    ("width", "height", "room"), [(844, 340, 150), (320, 256, 70)], ids=["a phone on its side", "400 %"]
)
async def test_on_a_low_screen_there_is_room_to_read_and_to_write(
    chromium: Browser, stack: RunningStack, width: int, height: int, room: int
) -> None:
    """`room`: the height of the log, in pixels."""
    size = {"width": width, "height": height}
    async with visitor(chromium, viewport=size, reduced_motion="reduce") as context:
        chat = await (await Chat(await context.new_page(), stack).visit()).open()

        async def look(state: str) -> None:
            for each in (chat.button("Close chat"), chat.composer, chat.button("Send")):
                await expect(each, state).to_be_in_viewport(ratio=1)
            assert (await box(chat.log))["height"] >= room, state
            assert await violations(chat.inside) == [], state

        await expect(chat.frame.get_by_label("Email")).to_be_visible()
        await look("form")
        await chat.button("Not now").click()
        await look("suggestions")
        await chat.ask(ROOM, "spots")
        await expect(chat.button("Talk to a person")).to_be_visible()
        await look("conversation")
        assert await violations(chat.page) == []
        assert chat.complaints == []


# -- from right to left


async def test_on_a_page_that_runs_from_right_to_left_the_chat_is_mirrored(
    chromium: Browser, stack: RunningStack
) -> None:
    async with visitor(chromium, viewport={"width": 1280, "height": 860}) as context:
        await context.add_init_script(MIRROR)
        chat = await (await Chat(await context.new_page(), stack).visit()).open()
        await chat.ask()
        await expect(chat.frame.locator("html")).to_have_attribute("dir", "rtl")
        await expect(chat.frame.locator("html")).to_have_attribute("lang", "en")
        assert (await box(chat.launcher))["x"] < 100
        assert (await box(chat.panel))["x"] < 100
        send, attach = await box(chat.button("Send")), await box(chat.button("Attach a file"))
        assert send["x"] < attach["x"]
        mine, theirs = await box(chat.mine.first), await box(chat.answers.locator(".bubble").first)
        assert mine["x"] < theirs["x"]
        # English all the same: the sentence ends at its right, and begins at its left.
        assert await chat.mine.first.evaluate("node => getComputedStyle(node).direction") == "ltr"
        assert await violations(chat.inside) == []
        assert await violations(chat.page) == []
        assert chat.complaints == []


async def box(locator: Locator) -> FloatRect:
    found = await locator.bounding_box()
    assert found
    return found
