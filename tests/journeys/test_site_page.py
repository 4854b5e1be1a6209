"""The businesses' sites in a real Chromium: a chat on another origin works under their policy, and learns who is there.

The chat here is a small one of this test's own, which uses what the real one uses: a script, a frame, two origins to
call. Whether the real one works is shown by its own journeys.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, expect
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.seed_data import TENANTS, TESTING_AGENCY
from local.site import Neighbours, site_app
from local.wire import serve_http
from tests.browser import PATIENCE, READABLE, complaints_of, contrasts

LOADER = """
const script = document.currentScript;
const functions = "FUNCTIONS";
window.calls = [];
const waiting = window.ChatterCheetah || [];
window.ChatterCheetah = { push: (call) => window.calls.push(call) };
waiting.forEach(window.ChatterCheetah.push);
const origin = new URL(script.src).origin;
const asked = [fetch(`${origin}/chat-start/${script.dataset.key}`), fetch(`${functions}/chat-start/key`)];
Promise.all(asked).then(() => {
  const frame = document.createElement("iframe");
  frame.title = "Chat";
  frame.src = `${origin}/chat-frame/${script.dataset.key}`;
  document.body.append(frame);
});
"""
# What the site wants to be told of the chat happens.
HAPPENS = """(event) => {
  for (const [name, of, hear] of window.calls) if (name === "on" && of === event) hear();
}"""
ASKED = """(window.calls ?? []).filter(([name]) => name !== "on")"""


@dataclass
class Chat:
    """Serves the small chat; as the functions too, on another port."""

    functions: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path == "/widget.js":
            return Response(LOADER.replace("FUNCTIONS", self.functions), media_type="text/javascript")
        if path.startswith("/chat-frame/"):
            return HTMLResponse(f"<p>The chat of {path.rpartition('/')[2]}</p>")
        return JSONResponse({}, headers={"access-control-allow-origin": "*"})


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[str]:
    functions = await serve_http(Chat(), lifespan="off")
    widget = await serve_http(Chat(functions.url), lifespan="off")
    neighbours = Neighbours(widget.url, functions.url, "http://127.0.0.1:1")
    served = await serve_http(site_app(TENANTS, neighbours))
    yield served.url
    for one in (served, widget, functions):
        await one.stop()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = await context.new_page()
    complaints = complaints_of(page)
    yield page
    await context.close()
    assert complaints == []


async def calls(page: Page, count: int) -> list[list[Any]]:
    """What the site has asked of the chat, once that is `count` calls. Looked at from here: the page allows no eval."""
    async with asyncio.timeout(PATIENCE / 1000):
        while len(asked := await page.evaluate(ASKED)) < count:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.02)
    found: list[list[Any]] = asked
    return found


@pytest.mark.parametrize("path", ["", "classes", "contact"])
async def test_the_chat_of_the_business_opens_under_the_sites_own_policy(page: Page, site: str, path: str) -> None:
    await page.goto(f"{site}/testing-agency/{path}")
    assert TESTING_AGENCY.widget
    frame = page.get_by_title("Chat").content_frame
    await expect(frame.get_by_text(f"The chat of {TESTING_AGENCY.widget.key}")).to_be_visible()
    await page.get_by_role("button", name="Ask in the chat").click()
    assert await calls(page, 1) == [["open"]]


async def test_what_is_asked_of_the_chat_before_it_has_loaded_waits_for_it(page: Page, site: str) -> None:
    await page.goto(f"{site}/testing-agency/")
    await page.evaluate("fetch('/testing-agency/session', {method: 'POST'})")
    await page.goto(f"{site}/testing-agency/classes")
    assert [call[0] for call in await calls(page, 1)] == ["identify"]


async def test_the_chat_is_told_who_signs_in_and_forgets_who_signs_out(page: Page, site: str) -> None:
    await page.goto(f"{site}/testing-agency/")
    ana = page.get_by_role("switch", name="Signed in as Ana")
    await expect(ana).to_have_attribute("aria-checked", "false")
    await ana.click()
    [[name, token]] = await calls(page, 1)
    assert (name, token.count(".")) == ("identify", 2)
    await page.reload()
    await expect(ana).to_have_attribute("aria-checked", "true")
    [[_, another]] = await calls(page, 1)
    assert another != token
    await ana.press("Space")
    assert (await calls(page, 2))[1] == ["logout"]
    await page.reload()
    await expect(ana).to_have_attribute("aria-checked", "false")
    await expect(page.get_by_title("Chat")).to_be_visible()
    assert await calls(page, 0) == []


async def test_who_opens_the_chat_when_their_token_may_be_over_is_told_of_again_until_the_chat_knows_them(
    page: Page, site: str
) -> None:
    await page.goto(f"{site}/testing-agency/")
    ana = page.get_by_role("switch", name="Signed in as Ana")
    await ana.click()
    await calls(page, 1)
    await page.evaluate(HAPPENS, "open")
    [[_, token], [name, another]] = await calls(page, 2)
    assert name == "identify"
    assert another != token
    await page.evaluate(HAPPENS, "identified")
    await page.evaluate(HAPPENS, "open")
    await ana.click()
    assert (await calls(page, 3))[2] == ["logout"]
    await page.evaluate(HAPPENS, "open")
    await expect(ana).to_have_attribute("aria-checked", "false")
    assert len(await calls(page, 3)) == 3, "nobody is signed in"


@pytest.mark.parametrize("tenant", [tenant.id for tenant in TENANTS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_is_readable_in_light_and_in_dark_and_fits_a_phone(
    chromium: Browser, site: str, scheme: Literal["light", "dark"], tenant: str
) -> None:
    context = await chromium.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    for path in ("", "classes", "contact"):
        await page.goto(f"{site}/{tenant}/{path}")
        measured = await contrasts(page, "h1, h2, h3, p, dt, dd, nav a, .brand, .ask, .more, [role=switch]")
        assert len(measured) > 10
        assert [one for one in measured if one[1] < READABLE] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()
