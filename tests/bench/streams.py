"""Open pages of many visitors on one instance. Alone: `python -m tests.bench.streams`.

Each has a short conversation and a stream of chat-events, which is opened again where it ends, as the widget does. Then
a person answers one of them: that page alone hears it. What an idle visit bills in an hour is measured by `visits`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx

from tests.bench.apart import Apart, apart, tasks_paused, without_limits
from tests.bench.meter import Meter, Tally
from tests.bench.processes import processor, resident
from tests.bench.table import Row, alone
from tests.members import AGENCY, DESK, sign_in
from tests.stack import RunningStack, eventually
from tests.visitors import Browser, any_network

OPEN = 500
AT_A_TIME = 16  # visitors who begin at once
IDLE = 60.0  # seconds: every stream ends and is opened again in them
PATIENCE = 120.0
WORDS = "Hello, a person is here."


class Page:
    """An open page: how often it was told everything, and what it has heard since. `told`: once something, or never."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.told = asyncio.Event()
        self.states = 0
        self.heard: list[tuple[float, str]] = []
        self.task = asyncio.create_task(self._stay())
        self.task.add_done_callback(lambda _: self.told.set())

    async def _stay(self) -> None:
        last: str | None = None
        while True:
            self.browser.network = any_network()
            async for happened in self.browser.stream("chat-events", {"seen": None}, last):
                last = happened.id or last
                self.states += happened.name == "state"
                self.told.set()
                if happened.name == "changed":
                    texts = (said["text"] for said in happened.data["messages"])
                    self.heard += [(time.perf_counter(), text) for text in texts]


async def rows(stack: RunningStack) -> list[Row]:
    meter = Meter(stack.info["firestore"])
    await meter.start()
    await without_limits(stack)
    try:
        async with (
            tasks_paused(stack),
            apart(stack, "chat-events", FIRESTORE_EMULATOR_HOST=f"127.0.0.1:{meter.port}") as cloud,
        ):
            browsers = await _conversations(cloud)
            await _warmed(cloud, browsers[0])
            return await _measured(cloud, meter, browsers)
    finally:
        await meter.stop()


async def _measured(cloud: Apart, meter: Meter, browsers: Sequence[Browser]) -> list[Row]:
    pid = cloud.processes["chat-events"].pid
    before = resident(pid)
    meter.reset()
    async with _opened(browsers) as pages:
        opening, open_now = meter.reset(), resident(pid)
        began = processor(pid)
        await asyncio.sleep(IDLE)
        share, idle = (processor(pid) - began) / IDLE, meter.reset()
        broken = [page for page in pages if page.task.done() or page.states != 1]
        delay, others = await _told(cloud, pages)
    each = (open_now - before) * 1024 / OPEN
    return [
        Row(f"{OPEN} open pages on one instance of chat-events: open", f"{OPEN - len(broken)}", f"{OPEN}", not broken),
        Row("their memory", f"{before:.0f} → {open_now:.0f} MB, {each:.0f} KB each", "", None),
        Row("their share of a processor while nothing happens", f"{share:.1%}", "", None),
        Row("documents billed to open a page", f"{_read(opening) / OPEN:.2f}", "", None),
        Row(f"documents billed in an idle minute of {OPEN} pages", f"{_read(idle)}", "", None),
        Row("a person's words reach their page", f"{delay * 1000:.0f} ms", "≤ 1 s", delay <= 1.0),
        Row("pages of others that hear them", f"{others}", "none", others == 0),
    ]


async def _conversations(cloud: Apart) -> list[Browser]:
    """Every visit with one question and its answer."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def one() -> Browser:
        async with turn:
            browser = await Browser(cloud, AGENCY).start()
            await browser.answer("Where can I park?")
            return browser

    return await asyncio.gather(*(one() for _ in range(OPEN)))


async def _warmed(cloud: Apart, browser: Browser) -> None:
    """The instance has imported, connected and read what it holds."""
    async for happened in browser.stream("chat-events", {"seen": None}):
        assert happened.name == "state"
        break
    await asyncio.sleep(10)  # longer than a conversation is kept that nobody watches


@asynccontextmanager
async def _opened(browsers: Sequence[Browser]) -> AsyncIterator[list[Page]]:
    turn = asyncio.Semaphore(AT_A_TIME)

    async def opened(browser: Browser) -> Page:
        async with turn, asyncio.timeout(PATIENCE):
            page = Page(browser)
            await page.told.wait()
            return page

    pages = await asyncio.gather(*map(opened, browsers))
    try:
        yield pages
    finally:
        for page in pages:
            page.task.cancel()
        await asyncio.gather(*(page.task for page in pages), return_exceptions=True)


async def _told(cloud: Apart, pages: Sequence[Page]) -> tuple[float, int]:
    """Seconds from a person's `reply`, once it is stored, to their page; how many other pages hear of it."""
    desk, mine = await sign_in(cloud, DESK), pages[OPEN // 2]
    answer: httpx.Response = await desk.reply(mine.browser.conversation_id, WORDS)
    answer.raise_for_status()
    stored = time.perf_counter()

    async def there() -> float | None:
        return next((at for at, text in mine.heard if text == WORDS), None)

    at: float = await eventually(there, "a person's words", 20)
    await asyncio.sleep(2)
    others = sum(any(text == WORDS for _, text in page.heard) for page in pages if page is not mine)
    return max(at - stored, 0.0), others


def _read(tally: Tally) -> int:
    return tally.reads + tally.history


if __name__ == "__main__":
    asyncio.run(alone(rows, "streams"))
