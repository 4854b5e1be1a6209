"""A visitor's browser with a business's chat on its page, as the tests of the chat drive it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Frame,
    Locator,
    Page,
    Response,
    expect,
)

from shared.vault.visits import Visit
from tests.browser import PATIENCE, complaints_of
from tests.members import AGENCY
from tests.stack import RunningStack

ROOM = "Which classes have room on Saturday?"
PARKING = "Where can we park?"
PARKED = "Free parking behind the building."

# The launcher lies in a closed shadow root, which nobody looks into from outside: not even a test that does as it is
# told. What else of a page these tests see is the page as it is.
OPENED = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: "open" }); };
"""
# Everything that the live region says, in order: a screen reader is told of each once.
LISTEN = """() => {
  window.heard = [];
  const region = document.querySelector("[aria-live=polite]");
  new MutationObserver(() => window.heard.push(region.textContent)).observe(region, { childList: true, subtree: true });
}"""


class Chat:
    """The chat on one page. `complaints`: whatever the console held against it, a broken policy among it."""

    def __init__(self, page: Page, stack: RunningStack, tenant: str = AGENCY) -> None:
        self.page = page
        self.stack = stack
        self.tenant = tenant
        self.frame = page.locator("chatter-cheetah iframe").content_frame
        self.started: list[dict[str, Any]] = []
        self.urls: list[str] = []
        self.lines: list[str] = []
        self.complaints = complaints_of(page)
        page.on("request", lambda request: self.urls.append(request.url))
        page.on("console", lambda line: self.lines.append(line.text))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("response", self._answered)

    async def _answered(self, response: Response) -> None:
        if "/chat-start/" in response.url and response.request.method == "POST" and response.ok:
            self.started.append(await response.json())

    def unexpected(self, expected: Sequence[str] = ()) -> list[str]:
        return [line for line in self.complaints if not any(part in line for part in expected)]

    # -- the page

    @property
    def home(self) -> str:
        return f"{self.stack.info['site']}/{self.tenant}/"

    async def visit(self, path: str = "") -> Chat:
        await self.page.goto(self.home + path)
        await expect(self.launcher).to_be_visible()
        return self

    @property
    def launcher(self) -> Locator:
        return self.page.locator("chatter-cheetah .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.locator("chatter-cheetah .panel")

    async def open(self) -> Chat:
        await self.launcher.click()
        await expect(self.composer).to_be_visible()
        return self

    # -- the frame

    @property
    def inside(self) -> Frame:
        """The frame itself, for what has to run in it."""
        return next(frame for frame in self.page.frames if "/chat-frame/" in frame.url)

    @property
    def composer(self) -> Locator:
        return self.frame.get_by_role("textbox", name="Your message")

    @property
    def log(self) -> Locator:
        return self.frame.get_by_role("log")

    @property
    def answers(self) -> Locator:
        """What the assistant has said; not the greeting, which nobody stores."""
        return self.log.locator("li.day ~ li.said.assistant:not(:has(.typing)).last")

    @property
    def writing(self) -> Locator:
        """The answer that is being written."""
        return self.log.locator("li.said.assistant:not(.last) .bubble:not(.typing)")

    @property
    def cards(self) -> Locator:
        return self.log.locator(".card")

    async def cards_name(self) -> str:
        return await self.cards.first.get_by_role("heading").inner_text()

    @property
    def mine(self) -> Locator:
        return self.log.locator("li.said.visitor .bubble")

    @property
    def notices(self) -> Locator:
        """What code says."""
        return self.log.locator("li.said.system")

    def button(self, name: str) -> Locator:
        return self.frame.get_by_role("button", name=name, exact=True)

    async def say(self, words: str) -> None:
        await self.composer.fill(words)
        await self.composer.press("Enter")

    async def ask(self, words: str = PARKING, answer: str = PARKED) -> None:
        await self.say(words)
        await expect(self.answers.last).to_contain_text(answer)

    async def choose(self, name: str) -> None:
        """An entry of the menu in the chat's head."""
        await self.button("More").click()
        await self.button(name).click()

    async def attach(self, name: str, type: str, content: bytes) -> None:
        """Picks a file for the next message."""
        given: FilePayload = {"name": name, "mimeType": type, "buffer": content}
        await self.frame.locator("input[type=file]").set_input_files(given)

    # -- the conversation

    async def conversation(self) -> str:
        """Its id, as the business's own people know it."""
        key = self.stack.tenant(self.tenant)["widget_key"]
        async with asyncio.timeout(PATIENCE / 1000):
            while not self.started:  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.02)
        return Visit(self.tenant, key, self.started[-1]["visit"], self.stack.info["site"], "en").conversation


@asynccontextmanager
async def visitor(chromium: Browser, **options: Any) -> AsyncIterator[BrowserContext]:
    """A browser of their own: nothing of another visitor lies in it."""
    given: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}, "locale": "en-US", **options}
    context = await chromium.new_context(**given)
    await context.add_init_script(OPENED)
    yield context
    await context.close()


@asynccontextmanager
async def chatting(
    chromium: Browser, stack: RunningStack, expected: Sequence[str] = (), tenant: str = AGENCY, **options: Any
) -> AsyncIterator[Chat]:
    """A visitor on a business's first page, and nothing in the console when they leave but lines of these parts."""
    async with visitor(chromium, **options) as context:
        chat = await Chat(await context.new_page(), stack, tenant).visit()
        yield chat
        assert chat.unexpected(expected) == []
