"""Those who are not the visitor, and what they get of a chat: pages that may not have it, frames beside it, and words
that would like to be more than words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Frame, Page, Route, expect

from local.standins.telnyx_media import png
from tests.journeys.chat import PARKED, Chat, chatting, visitor
from tests.journeys.neighbours import neighbour
from tests.members import AGENCY, hired
from tests.stack import RunningStack

RUNS = "<img src=x onerror=alert()>"
TAGS = (
    f"{RUNS}<script>alert()</script><svg onload=alert()> <style>*{{display:none}}</style> `<b>` **bold** "
    "![x](x onerror=y) <form><input autofocus onfocus=alert()>"
)
# These do not come as far as a visitor: the guard keeps foreign links from them. Should it fail, the widget does.
LINKS = (
    "[here](javascript:alert()) [there](data:text/html,<script>alert()</script>) <a href='javascript:alert()'>x</a> "
    "<iframe src=javascript:alert()></iframe> [our site](https://user:word@evil.example/) "
)
MARKUP = LINKS + TAGS
# Whatever an answer may become (docs/chat.md: Markdown where the author is the assistant).
ALLOWED = {"P", "BR", "STRONG", "EM", "CODE", "PRE", "OL", "UL", "LI", "A"}
INSIDE = """bubbles => bubbles.flatMap((bubble) => [...bubble.querySelectorAll("*")]).map((node) => [
  node.tagName, [...node.attributes].map(({ name, value }) => `${name}=${value}`)])"""
HANDLERS = """() => [...document.querySelectorAll("*")].flatMap((node) => [...node.attributes])
  .filter(({ name, value }) => name.startsWith("on") || /^\\s*(javascript|data|vbscript):/i.test(value))
  .map(({ name, value }) => `${name}=${value}`)"""


@pytest.fixture(scope="module")
async def elsewhere(stack: RunningStack) -> AsyncIterator[str]:
    async with neighbour(stack.info["widget"]) as url:
        yield url


@pytest.fixture
def key(stack: RunningStack) -> str:
    return str(stack.tenant(AGENCY)["widget_key"])


async def markup_of(chat: Chat) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = await chat.log.locator(".bubble").evaluate_all(INSIDE)
    return found


async def expect_nothing_runs(chat: Chat) -> None:
    markup = await markup_of(chat)
    assert {name for name, _ in markup} <= ALLOWED
    links = {attribute for _, attributes in markup for attribute in attributes if attribute.startswith("href=")}
    assert all(link.startswith(("href=https://", "href=http://", "href=mailto:", "href=tel:")) for link in links)
    assert await chat.inside.evaluate(HANDLERS) == []
    assert chat.complaints == []


# -- pages


async def test_a_page_that_is_not_in_the_list_shows_nothing(
    chromium: Browser, stack: RunningStack, elsewhere: str, key: str
) -> None:
    async with visitor(chromium) as context:
        chat = Chat(await context.new_page(), stack)
        async with chat.page.expect_console_message(lambda line: "ChatterCheetah is hidden" in line.text):
            await chat.page.goto(f"{elsewhere}/{key}")
        await expect(chat.page.locator("chatter-cheetah")).to_have_count(0)
        assert not [url for url in chat.urls if url.startswith(stack.info["functions"]) or "/chat-frame/" in url]
        assert chat.unexpected(["status of 403"]) == []


async def test_a_key_that_nobody_has_shows_nothing(chromium: Browser, stack: RunningStack, elsewhere: str) -> None:
    async with visitor(chromium) as context:
        chat = Chat(await context.new_page(), stack)
        async with chat.page.expect_console_message(lambda line: "unknown_widget" in line.text):
            await chat.page.goto(f"{elsewhere}/nobody_web_IiQfE0hU0zJXImfYy1VYZ24v")
        await expect(chat.page.locator("chatter-cheetah")).to_have_count(0)


async def test_a_foreign_page_that_frames_the_chat_shows_nothing_of_it(
    chromium: Browser, stack: RunningStack, elsewhere: str, key: str
) -> None:
    async with visitor(chromium) as context:
        page = await context.new_page()
        async with page.expect_console_message(lambda line: "frame-ancestors" in line.text):
            await page.goto(f"{elsewhere}/frame/{key}")
        [_, stolen] = page.frames
        assert "/chat-frame/" not in stolen.url
        assert await stolen.evaluate("document.getElementById('app')") is None


# -- frames


async def _framed(page: Page, source: str) -> Frame:
    """A frame of the host page's own beside the chat's."""
    await page.evaluate(
        """(source) => {
          const frame = document.createElement("iframe");
          frame.src = source;
          const loaded = new Promise((done) => frame.addEventListener("load", done));
          document.body.append(frame);
          return loaded.then(() => null);
        }""",
        source,
    )
    return page.frames[-1]


async def test_a_frame_beside_the_chat_that_says_it_is_ready_is_told_nothing(
    chromium: Browser, stack: RunningStack, elsewhere: str
) -> None:
    async with visitor(chromium, bypass_csp=True) as context:
        chat = await Chat(await context.new_page(), stack).visit()
        evil = await _framed(chat.page, f"{elsewhere}/evil")
        ready = "parent.postMessage({ chattercheetah: 'ready' }, '*')"
        await evil.evaluate(ready)
        await chat.open()
        await evil.evaluate(ready)
        await chat.ask()
        await evil.evaluate(ready)
        assert await evil.evaluate("parent.length") == 1, "the chat's own window is nobody's to reach"
        await chat.page.wait_for_timeout(300)
        assert await evil.evaluate("window.told") == []
        assert len(chat.started) == 1


async def test_the_host_pages_other_frames_cannot_give_the_chat_a_session(
    chromium: Browser, stack: RunningStack
) -> None:
    """One of the page's own origin, which reaches the chat's window: it is not the page, so it is not listened to."""
    async with visitor(chromium) as context:
        chat = await Chat(await context.new_page(), stack).visit()
        asked: list[Route] = []
        await chat.page.route(f"{stack.info['functions']}/chat-start/**", lambda route: asked.append(route))
        await chat.launcher.click()
        await expect(chat.frame.locator(".skeleton")).to_be_visible()
        sibling = await _framed(chat.page, "about:blank")
        await sibling.evaluate(
            """(visit) => {
              const chat = parent.document.querySelector("chatter-cheetah").shadowRoot.querySelector("iframe");
              const config = { functions: "http://127.0.0.1:9", name: "Evil", color: "#000000", scheme: "light",
                position: "end", locale: "en", greetings: [], suggestions: [], uploads: true };
              const page = { locale: "en", page: "http://x/", colors: "light" };
              const start = { chattercheetah: "start", config, visit, ...page };
              chat.contentWindow.postMessage(start, "*", [new MessageChannel().port2]);
            }""",
            {"session": "evil", "expires_in": 900, "resume": "evil", "visit": "0" * 32, "fresh": True, "work": None},
        )
        await chat.page.wait_for_timeout(300)
        await expect(chat.frame.locator(".skeleton")).to_be_visible()
        await asked[0].continue_()
        await expect(chat.frame.get_by_role("heading", name="Testing Agency", exact=True)).to_be_visible()
        await chat.ask()
        assert chat.complaints == []


# -- tokens


async def test_a_session_is_in_no_address_no_line_of_the_console_and_nowhere_in_the_page(
    chromium: Browser, stack: RunningStack
) -> None:
    kept = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"
    async with chatting(chromium, stack) as chat:
        await chat.open()
        assert await chat.page.evaluate(kept) == '[{},{},""]', "kept before anything was said"
        await chat.ask()
        await chat.conversation()
        page = await chat.page.evaluate(
            "document.documentElement.outerHTML + document.querySelector('chatter-cheetah').shadowRoot.innerHTML"
        )
        frame = await chat.inside.evaluate("document.documentElement.outerHTML")
        [started] = chat.started
        for token in (started["session"], started["resume"]):
            assert token not in page + frame + "".join(chat.urls + chat.lines)
        assert started["session"] not in await chat.page.evaluate(kept)
        for token in (started["session"], started["resume"]):
            assert token not in await chat.inside.evaluate(kept)
        assert started["resume"] in await chat.page.evaluate(kept), "the visit would not outlive the page"


async def test_the_pages_own_scripts_do_not_see_into_the_chat(chromium: Browser, stack: RunningStack) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(f"{stack.info['site']}/{AGENCY}/")
    await expect(page.locator("chatter-cheetah")).to_be_attached()
    async with page.expect_event("frameattached"):
        await page.get_by_role("button", name="Ask in the chat").click()
    assert await page.evaluate("document.querySelector('chatter-cheetah').shadowRoot") is None
    assert await page.evaluate("window.length") == 0
    assert sorted(await page.evaluate("Object.keys(window.ChatterCheetah)")) == [
        *("close", "identify", "logout", "on", "open", "push"),
    ]
    await context.close()


# -- words


async def test_an_answer_with_markup_in_it_is_words(chromium: Browser, stack: RunningStack) -> None:
    """As it comes from the model, and as it would stand in the database if nothing had looked at it."""
    words, answer = "Where can we park a bus?", f"{PARKED} {TAGS}"
    said = {"role": "model", "parts": [{"text": answer}]}
    reply = {"candidates": [{"content": said, "finishReason": "STOP", "index": 0}], "modelVersion": "scripted"}
    script = [{"body": reply, "contains": [words]}]
    (await stack.client.put(stack.standin("gemini", "/__script"), json=script)).raise_for_status()
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask(words, RUNS)
        await expect(chat.answers.locator("strong")).to_have_text("bold")
        await expect_nothing_runs(chat)
        await _rewritten(stack, await chat.conversation(), MARKUP)
        await chat.page.reload()
        await chat.open()
        await expect(chat.answers).to_contain_text("[here](javascript:alert())")
        await expect(chat.answers.get_by_role("link")).to_have_count(0)
        await expect_nothing_runs(chat)


async def _rewritten(stack: RunningStack, conversation: str, text: str) -> None:
    """The newest message of ours says this, whatever was to be said: as the emulator's owner."""
    stored = await stack.documents(f"tenants/{AGENCY}/messages")
    [ours] = [one for one in stored if one["conversation_id"] == conversation and one["direction"] == "out"]
    url = f"http://{stack.info['firestore']}/v1/projects/{stack.info['project']}/databases/(default)/documents"
    answer = await stack.client.patch(
        f"{url}/tenants/{AGENCY}/messages/{ours['id']}?updateMask.fieldPaths=text",
        json={"fields": {"text": {"stringValue": text}}},
        headers={"authorization": "Bearer owner"},
    )
    answer.raise_for_status()


async def test_what_visitors_and_staff_write_and_are_called_is_words(chromium: Browser, stack: RunningStack) -> None:
    ann = await hired(stack, name=f"Ann {RUNS}")
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.say(MARKUP)
        await expect(chat.mine).to_contain_text(RUNS)
        await expect(chat.answers).to_have_count(1)
        await ann.reply(await chat.conversation(), f"{MARKUP} see https://testing-agency.example/directions.")
        reply = chat.log.locator("li.said.person")
        await expect(reply.locator(".bubble")).to_contain_text("**bold**")
        await expect(reply.locator(".name")).to_have_text(f"Ann {RUNS}")
        await expect(reply.get_by_role("link")).to_have_attribute("href", "https://testing-agency.example/directions")
        await expect(chat.frame.get_by_text(f"You are talking to Ann {RUNS}")).to_be_visible()
        await expect_nothing_runs(chat)


async def test_a_files_name_is_words(chromium: Browser, stack: RunningStack) -> None:
    name = f'"{RUNS}.png'.replace("/", "")
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.attach(name, "image/png", png())
        await expect(chat.frame.locator(".tray")).to_contain_text(name)
        await chat.button("Send").click()
        await expect(chat.log.get_by_role("button", name=f"Enlarge {name}")).to_be_visible()
        assert await chat.inside.evaluate(HANDLERS) == []
        assert await chat.log.locator("img").evaluate_all("all => all.map((one) => one.alt)") == [name]
