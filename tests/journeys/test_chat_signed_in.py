"""Who is signed in on the business's site is known in its chat, and forgotten with the next one who is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Browser, Locator, Route, expect

from local.seed_data import TESTING_AGENCY
from local.site.identity import ANA, identity_token
from tests.journeys.chat import PARKED, Chat, chatting, visitor
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


async def refuse(route: Route) -> None:
    allowed = {"access-control-allow-origin": "*"}
    await route.fulfill(status=503, headers=allowed, json={"error": "unavailable", "detail": "busy"})


async def expect_nothing_left(chat: Chat) -> None:
    """The chat cannot be opened now, and nothing that was said in it is there."""
    await expect(chat.frame.get_by_role("alert")).to_be_visible()
    await expect(chat.button("Try again")).to_be_visible()
    await expect(chat.composer).to_have_count(0)
    assert PARKED not in await chat.frame.locator("body").inner_text()


async def test_who_signs_out_while_the_server_is_busy_leaves_nothing_on_the_screen_and_the_next_one_begins_anew(
    chromium: Browser, stack: RunningStack
) -> None:
    async with chatting(chromium, stack, expected=("status of 503",)) as chat:
        await chat.open()
        await chat.ask()
        last = await chat.conversation()
        await chat.composer.fill("And where does my daughter")
        steps = await chat.page.evaluate("history.length")
        await chat.page.route("**/chat-start/**", refuse)
        await chat.page.evaluate("window.ChatterCheetah.logout()")
        await expect_nothing_left(chat)
        await chat.page.unroute("**/chat-start/**")
        await chat.button("Try again").click()
        await expect(chat.frame.get_by_role("heading", name="Before we start")).to_be_visible()
        await expect(chat.mine).to_have_count(0)
        await expect(chat.composer).to_have_value("")
        assert await chat.page.evaluate("[history.length, Object.keys(localStorage)]") == [steps, []]
        await chat.ask()
        assert await chat.conversation() != last


async def test_who_signs_in_over_somebody_elses_chat_does_not_see_it_while_the_server_is_busy(
    chromium: Browser, stack: RunningStack
) -> None:
    widget, ben = TESTING_AGENCY.widget, {"sub": "customer-2", "name": "Ben Okafor"}
    assert widget
    async with chatting(chromium, stack, expected=("status of 503",)) as chat:
        await ana(chat).click()
        await chat.open()
        await chat.ask()
        last = await chat.conversation()
        await chat.page.route("**/chat-start/**", refuse)
        token = identity_token(widget.identity_key, widget.key, ben, datetime.now(UTC))
        await chat.page.evaluate("(token) => window.ChatterCheetah.identify(token)", token)
        await expect_nothing_left(chat)
        await chat.page.unroute("**/chat-start/**")
        await chat.button("Try again").click()
        await chat.ask()
        await expect(chat.mine).to_have_count(1)
        assert await chat.conversation() != last
        assert (await stored(chat))["verified"]["name"] == ben["name"]


async def test_a_site_that_clears_its_storage_signs_out_in_every_tab(chromium: Browser, stack: RunningStack) -> None:
    async with visitor(chromium) as context:
        one, other = [await Chat(await context.new_page(), stack).visit() for _ in range(2)]
        for chat in (one, other):
            await chat.open()
        await one.ask()
        await expect(other.mine).to_have_count(1)
        await one.page.evaluate("localStorage.clear()")
        await expect(other.frame.get_by_role("heading", name="Before we start")).to_be_visible()
        await expect(other.mine).to_have_count(0)
        assert await other.page.evaluate("Object.keys(localStorage)") == []
        assert one.complaints + other.complaints == []


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
