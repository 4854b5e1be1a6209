"""Who is signed in on the business's site is known in its chat, and forgotten with the next one who is not."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Locator, expect

from local.site.identity import ANA
from tests.journeys.chat import Chat, chatting
from tests.members import AGENCY
from tests.stack import RunningStack


def ana(chat: Chat) -> Locator:
    return chat.page.get_by_role("switch", name="Signed in as Ana")


async def stored(chat: Chat) -> dict[str, Any]:
    id, found = await chat.conversation(), await chat.stack.documents(f"tenants/{AGENCY}/conversations")
    return next(one for one in found if one["id"] == id)


async def test_who_is_signed_in_is_not_asked_who_they_are(chromium: Browser, stack: RunningStack) -> None:
    async with chatting(chromium, stack) as chat:
        await ana(chat).click()
        await expect(ana(chat)).to_have_attribute("aria-checked", "true")
        await chat.open()
        await chat.ask()
        await expect(chat.frame.get_by_role("heading", name="Before we start")).to_have_count(0)
        assert chat.started[-1]["identified"] is True
        assert (await stored(chat))["verified"]["name"] == ANA["name"]


async def test_who_signs_in_while_they_talk_keeps_their_chat_and_who_signs_out_leaves_nothing_behind(
    chromium: Browser, stack: RunningStack
) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        anonymous = await chat.conversation()
        async with chat.page.expect_response(lambda answer: "/chat-start/" in answer.url):
            await ana(chat).click()
        await expect(chat.mine).to_have_count(1)
        await chat.ask("How does a trial lesson work?", "$15")
        assert await chat.conversation() == anonymous
        assert (await stored(chat))["verified"]["name"] == ANA["name"]
        async with chat.page.expect_response(lambda answer: "/chat-start/" in answer.url):
            await ana(chat).click()
        await expect(chat.mine).to_have_count(0)
        await expect(chat.answers).to_have_count(0)
        await expect(chat.frame.get_by_role("heading", name="Before we start")).to_be_visible()
        assert chat.started[-1]["fresh"] is True
        assert await chat.page.evaluate("Object.keys(localStorage)") == []
        await chat.ask()
        await expect(chat.mine).to_have_count(1)
        assert await chat.conversation() != anonymous
        assert not (await stored(chat)).get("verified")


async def test_a_token_that_nobody_signed_makes_nobody_of_the_visitor_and_the_chat_goes_on(
    chromium: Browser, stack: RunningStack
) -> None:
    forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjdXN0b21lci0xIn0."
    expected = ("identity_refused", "status of 403", "ChatterCheetah:")
    async with chatting(chromium, stack, expected=expected) as chat:
        await chat.page.evaluate("(token) => window.ChatterCheetah.identify(token)", forged)
        await chat.open()
        await chat.ask()
        assert [one["identified"] for one in chat.started] == [False]
        assert not (await stored(chat)).get("verified")
