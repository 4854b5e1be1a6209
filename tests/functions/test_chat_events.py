"""chat-events: an open page is told what is said in its own conversation, and goes on where it was."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest

from shared.boundary.networks import CALLS_OF_ONE_BURST, OPEN_OF_ONE
from tests.members import DESK, sign_in
from tests.stack import RunningStack, eventually
from tests.visitors import Browser, Happened

TENANT = "testing-agency"


@pytest.fixture
async def browser(stack: RunningStack) -> Browser:
    return await Browser(stack, TENANT).start()


class Page:
    """An open page's stream."""

    def __init__(self, browser: Browser, after: str | None = None, seen: str | None = None) -> None:
        self.heard: list[Happened] = []
        self._task = asyncio.create_task(self._listen(browser, after, seen))

    async def _listen(self, browser: Browser, after: str | None, seen: str | None) -> None:
        async for happened in browser.stream("chat-events", {"seen": seen}, after):
            self.heard.append(happened)

    async def first(self, name: str) -> Happened:
        async def there() -> Happened | None:
            return next((one for one in self.heard if one.name == name), None)

        found: Happened = await eventually(there, f"a {name} event", 20)
        return found

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_a_page_is_told_everything_first_and_then_what_is_new(browser: Browser) -> None:
    await browser.say("Where can I park?")
    page = Page(browser)
    state = await page.first("state")
    assert [message["author"] for message in state.data["messages"]] == ["visitor", "assistant"]
    assert state.data["whole"] is True
    await browser.say("Thanks!")
    changed = await page.first("changed")
    assert changed.data["messages"][0]["text"] == "Thanks!"
    await page.close()


async def test_one_visit_holds_ten_streams_and_a_closed_one_makes_room(browser: Browser) -> None:
    await browser.say("Where can I park?")
    pages = [Page(browser) for _ in range(OPEN_OF_ONE)]
    for page in pages:
        await page.first("state")
    refused = await browser.call("chat-events", {"seen": None})
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_requests")
    await pages.pop().close()

    async def room() -> bool | None:
        url, asked = browser.stack.function("chat-events"), json.dumps({"seen": None})
        async with browser.stack.client.stream("POST", url, content=asked, headers=browser.frame()) as answer:
            return answer.status_code == 200 or None

    await eventually(room, "room for another stream", 10)
    for page in pages:
        await page.close()


async def test_one_visit_calls_sixty_times_at_once_and_then_waits(browser: Browser) -> None:
    calls = [browser.call("chat-rate", {"score": 6}) for _ in range(CALLS_OF_ONE_BURST + 10)]
    answered = Counter([answer.status_code for answer in await asyncio.gather(*calls)])
    assert set(answered) == {400, 429}
    assert CALLS_OF_ONE_BURST <= answered[400] < CALLS_OF_ONE_BURST + 10


async def test_a_page_that_comes_back_is_told_what_it_has_missed(browser: Browser) -> None:
    await browser.say("Where can I park?")
    page = Page(browser)
    before = await page.first("state")
    await page.close()
    await browser.say("Thanks!")
    again = Page(browser, after=before.id)
    changed = await again.first("changed")
    assert changed.data["messages"][0]["text"] == "Thanks!"
    assert not [one for one in again.heard if one.name == "state"]
    await again.close()


async def test_a_page_before_the_first_word_is_told_of_it(browser: Browser) -> None:
    page = Page(browser)
    state = await page.first("state")
    assert (state.data["messages"], state.data["conversation"]["owner"]) == ([], "ai")
    await browser.say("Where can I park?")
    assert (await page.first("changed")).data["messages"]
    await page.close()


async def test_a_persons_words_arrive_live_and_count_as_delivered_once_seen(
    browser: Browser, stack: RunningStack
) -> None:
    await browser.say("Where can I park?")
    page = Page(browser)
    await page.first("state")
    sent = await (await sign_in(stack, DESK)).reply(browser.conversation_id, "Hello from the desk.")
    assert sent.status_code == 200, sent.text
    changed = await page.first("changed")
    (said,) = changed.data["messages"]
    assert (said["author"], said["text"], said["state"]) == ("person", "Hello from the desk.", "sent")
    assert changed.data["conversation"]["owner"] == "human"
    await page.close()
    again = Page(browser, seen=said["id"])
    await again.first("state")
    await again.close()
    stored = await stack.documents(f"tenants/{TENANT}/messages")
    assert next(one["state"] for one in stored if one["id"] == said["id"]) == "delivered"


async def test_another_conversations_message_is_not_marked(browser: Browser, stack: RunningStack) -> None:
    theirs = await (await Browser(stack, TENANT).start()).answer("Where can I park?")
    async for _ in browser.stream("chat-events", {"seen": theirs["id"]}):
        break
    stored = await stack.documents(f"tenants/{TENANT}/messages")
    assert next(one["state"] for one in stored if one["id"] == theirs["id"]) == "sent"


async def test_without_a_session_nobody_listens(browser: Browser) -> None:
    answer = await browser.call("chat-events", {"seen": None}, authorization="Bearer x.y")
    assert (answer.status_code, answer.json()["error"]) == (401, "session_invalid")
