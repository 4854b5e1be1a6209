"""The line to a visitor breaks and comes back, and what they said is said once."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Route, expect

from tests.journeys.chat import PARKED, Chat, chatting, visitor
from tests.members import AGENCY
from tests.stack import RunningStack, a_word

AWAY = ("net::ERR_", "the server responded with a status of", "blocked by CORS policy")  # what Chromium notes then
OFFLINE = "You are offline. What you write is sent as soon as you are back."


async def stored(stack: RunningStack, words: str) -> list[dict[str, Any]]:
    return [one for one in await stack.documents(f"tenants/{AGENCY}/messages") if words in one["text"]]


async def test_what_is_written_without_a_network_goes_out_by_itself_and_once(
    chromium: Browser, stack: RunningStack
) -> None:
    words = [f"Where can we park, {a_word()}?" for _ in range(2)]
    async with visitor(chromium) as context:
        chat = await (await Chat(await context.new_page(), stack).visit()).open()
        await chat.ask()
        await context.set_offline(True)
        await expect(chat.frame.get_by_role("alert")).to_have_text(OFFLINE)
        for one in words:
            await chat.say(one)
        await expect(chat.log.get_by_text("Waiting for a connection")).to_have_count(2)
        await context.set_offline(False)
        await expect(chat.frame.get_by_role("alert")).to_have_count(0)
        await expect(chat.log.get_by_text("Waiting for a connection")).to_have_count(0)
        await expect(chat.mine).to_have_text(["Where can we park?", *words])
        await expect(chat.mine.last.locator("xpath=../following-sibling::li").get_by_text(PARKED)).to_be_visible()
        for one in words:
            assert len(await stored(stack, one)) == 1
        assert chat.unexpected(AWAY) == []


async def test_an_answer_that_was_being_written_when_the_line_broke_is_read_when_it_is_back(
    chromium: Browser, stack: RunningStack
) -> None:
    word = a_word()
    await stack.fault("gemini", path="/", times=1, latency_ms=15_000, hold=word, contains=[word])
    async with visitor(chromium) as context:
        chat = await (await Chat(await context.new_page(), stack).visit()).open()
        await chat.say(f"Where can we park, {word}?")
        await stack.held("gemini", word)
        await context.set_offline(True)
        await stack.release("gemini", word)
        await stack.idle()
        await context.set_offline(False)
        await expect(chat.answers).to_have_count(1)
        await expect(chat.answers).to_contain_text(PARKED)
        assert len(await stored(stack, word)) == 1
        assert chat.unexpected(AWAY) == []


async def test_what_was_not_sent_when_the_page_was_left_goes_out_on_the_next_one(
    chromium: Browser, stack: RunningStack
) -> None:
    words = f"Where can we park, {a_word()}?"
    async with visitor(chromium) as context:
        chat = await (await Chat(await context.new_page(), stack).visit()).open()
        await chat.ask()
        await context.route("**/chat-message", lambda route: route.abort())
        await chat.say(words)
        await expect(chat.log.get_by_text("Sending")).to_be_visible()
        await context.unroute("**/chat-message")
        await chat.page.goto(f"{chat.home}contact")
        await chat.open()
        await expect(chat.mine).to_have_text(["Where can we park?", words])
        await expect(chat.answers).to_have_count(2)
        assert len(await stored(stack, words)) == 1


async def test_a_server_that_is_busy_is_asked_again_and_hears_it_once(chromium: Browser, stack: RunningStack) -> None:
    words = f"Where can we park, {a_word()}?"
    refused: list[str] = []

    async def once(route: Route) -> None:
        refused.append(route.request.url)
        allowed = {"access-control-allow-origin": stack.info["widget"]}
        await route.fulfill(status=503, headers=allowed, json={"error": "unavailable", "detail": "busy"})

    async with chatting(chromium, stack, expected=AWAY) as chat:
        await chat.open()
        await chat.page.route("**/chat-message", once, times=2)
        await chat.ask(words)
        assert len(refused) == 2
        assert len(await stored(stack, words)) == 1


async def test_a_session_that_is_over_is_renewed_without_a_word(chromium: Browser, stack: RunningStack) -> None:
    async def over(route: Route) -> None:
        allowed = {"access-control-allow-origin": stack.info["widget"]}
        await route.fulfill(status=401, headers=allowed, json={"error": "session_expired", "detail": "over"})

    async with chatting(chromium, stack, expected=AWAY) as chat:
        await chat.open()
        await chat.page.route("**/chat-message", over, times=1)
        await chat.ask()
        assert len(chat.started) == 2
        assert len({one["visit"] for one in chat.started}) == 1
        await expect(chat.mine).to_have_count(1)
