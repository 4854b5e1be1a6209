"""The line to a visitor breaks and comes back, and what they said is said once."""

from __future__ import annotations

from playwright.async_api import Browser, Route, expect

from tests.journeys.chat import PARKED, Chat, chatting, visitor
from tests.members import AGENCY
from tests.stack import RunningStack

AWAY = ("net::ERR_", "the server responded with a status of", "blocked by CORS policy")  # what Chromium notes then
OFFLINE = "You are offline. Your messages will be sent when you are back online."


async def said(chat: Chat) -> list[str]:
    """What is stored of this visitor's words, sorted."""
    id, found = await chat.conversation(), await chat.stack.documents(f"tenants/{AGENCY}/messages")
    return sorted(one["text"] for one in found if one["conversation_id"] == id and one["direction"] == "in")


async def test_what_is_written_without_a_network_goes_out_by_itself_and_once(
    chromium: Browser, stack: RunningStack
) -> None:
    words = ["Where can we park?", "How does a trial lesson work?", "And the refunds?"]
    async with visitor(chromium) as context:
        chat = await (await Chat(await context.new_page(), stack).visit()).open()
        await chat.ask()
        await context.set_offline(True)
        await expect(chat.frame.get_by_role("alert")).to_have_text(OFFLINE)
        for one in words[1:]:
            await chat.say(one)
        await expect(chat.log.get_by_text("Waiting for a connection")).to_have_count(2)
        await context.set_offline(False)
        await expect(chat.frame.get_by_role("alert")).to_have_count(0)
        await expect(chat.log.get_by_text("Waiting for a connection")).to_have_count(0)
        await expect(chat.mine).to_have_text(words)
        await expect(chat.answers.last).not_to_contain_text(PARKED)
        assert await said(chat) == sorted(words)
        assert chat.unexpected(AWAY) == []


async def test_an_answer_whose_line_broke_is_read_to_its_end_and_stands_below_its_question(
    chromium: Browser, stack: RunningStack
) -> None:
    broken: list[str | None] = []

    async def cut(route: Route) -> None:
        answer = await route.fetch()
        whole = await answer.text()
        broken.append(route.request.post_data)
        await route.fulfill(response=answer, body=whole.partition("event: answer")[0])

    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.page.route("**/chat-message", cut, times=1)
        async with chat.page.expect_request(lambda one: one.url.endswith("/chat-message") and one.post_data in broken):
            await chat.ask()
        await expect(chat.answers).to_have_count(1)
        await expect(chat.log.locator("li.said").last).to_contain_text(PARKED)
        assert await said(chat) == ["Where can we park?"]


async def test_what_was_not_sent_when_the_page_was_left_goes_out_on_the_next_one(
    chromium: Browser, stack: RunningStack
) -> None:
    words = "Where can we park a car?"
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
        assert await said(chat) == [words, "Where can we park?"]


async def test_a_server_that_is_busy_is_asked_again_and_hears_it_once(chromium: Browser, stack: RunningStack) -> None:
    refused: list[str] = []

    async def once(route: Route) -> None:
        refused.append(route.request.url)
        allowed = {"access-control-allow-origin": stack.info["widget"]}
        await route.fulfill(status=503, headers=allowed, json={"error": "unavailable", "detail": "busy"})

    async with chatting(chromium, stack, expected=AWAY) as chat:
        await chat.open()
        await chat.page.route("**/chat-message", once, times=2)
        await chat.ask()
        assert len(refused) == 2
        assert await said(chat) == ["Where can we park?"]


async def test_on_a_phone_the_chat_can_be_closed_while_it_is_still_loading(
    chromium: Browser, stack: RunningStack
) -> None:
    held: list[Route] = []
    async with chatting(chromium, stack, viewport={"width": 390, "height": 780}) as chat:
        await chat.page.route("**/chat-frame/**", lambda route: held.append(route))
        await chat.launcher.click()
        await expect(chat.panel).to_be_visible()
        await chat.launcher.click()
        await expect(chat.panel).to_be_hidden()
        await chat.launcher.click()
        await held[0].continue_()
        await expect(chat.composer).to_be_visible()
        await expect(chat.launcher).to_be_hidden()  # from here on the chat's own button closes it
        await chat.button("Close chat").click()
        await expect(chat.panel).to_be_hidden()
        await expect(chat.launcher).to_be_visible()


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
