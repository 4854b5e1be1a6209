"""A visitor talks with a business in a real Chromium: answered while they wait, remembered, and handed to people."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Request, expect

from local.standins.telnyx_media import png
from tests.journeys.chat import PARKED, PARKING, ROOM, Chat, chatting, visitor
from tests.members import AGENCY, hired
from tests.stack import RunningStack, a_word
from tests.visitors import zero_bits

DESK = "+12815550171"  # the phone that the tenant has named

# Everything that stands in the answer that is being written, at any moment.
WATCH = """() => {
  window.written = [];
  const look = () => {
    const bubble = document.querySelector("li.said.assistant:not(.last) .bubble:not(.typing)");
    if (bubble) window.written.push(bubble.innerText);
  };
  const all = { childList: true, subtree: true, characterData: true };
  new MutationObserver(look).observe(document.querySelector("[role=log]"), all);
}"""


async def test_an_answer_is_read_while_it_is_written_and_its_classes_come_as_cards(
    chromium: Browser, stack: RunningStack
) -> None:
    word = a_word()
    await stack.fault("gemini", path="/", times=2, piece_ms=150, contains=[word])
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.say(f"{ROOM} {word}")
        await expect(chat.writing).to_contain_text("spots")
        early = await chat.writing.inner_text()
        await expect(chat.cards).not_to_have_count(0)
        whole = await chat.answers.last.locator(".bubble").inner_text()
        assert whole.startswith(early)
        assert len(early) < len(whole)
        assert "Sat" in await chat.cards.first.inner_text()
        await chat.cards.first.get_by_role("button", name="Ask about this").click()
        await expect(chat.composer).to_be_focused()
        await expect(chat.composer).to_have_value(f"I have a question about “{await chat.cards_name()}”: ")


async def test_what_is_asked_while_an_answer_is_written_repeats_no_word_of_it(
    chromium: Browser, stack: RunningStack
) -> None:
    word = a_word()
    await stack.fault("gemini", path="/", times=2, piece_ms=400, contains=[word])
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.say(f"{ROOM} {word}")
        await expect(chat.writing).to_contain_text("spots")
        await chat.inside.evaluate(WATCH)
        await chat.say(PARKING)
        await expect(chat.answers.last).to_contain_text(PARKED)
        said = await chat.log.locator("li.said.assistant .bubble").all_inner_texts()
        written = await chat.inside.evaluate("window.written")
        assert len(written) > 1, "it was still being written"
        assert [one for one in written if not any(answer.startswith(one) for answer in said)] == []


async def test_a_suggestion_is_asked_with_one_touch(chromium: Browser, stack: RunningStack) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.button("Where can we park?").click()
        await expect(chat.log).to_be_focused()  # for what was touched is gone
        await expect(chat.answers.last).to_contain_text(PARKED)
        await expect(chat.mine).to_have_text(["Where can we park?"])
        await expect(chat.button("Where can we park?")).to_have_count(0)


async def test_after_a_reload_the_conversation_is_there_again_once_the_visitor_looks(
    chromium: Browser, stack: RunningStack
) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        chat.urls.clear()
        await chat.page.reload()
        await expect(chat.launcher).to_be_visible()
        assert not [url for url in chat.urls if url.startswith(stack.info["functions"])], "asked before they looked"
        await chat.open()
        await expect(chat.mine).to_have_text(["Where can we park?"])
        await expect(chat.answers.last).to_contain_text(PARKED)
        assert [one["fresh"] for one in chat.started] == [True, False]
        assert len({one["visit"] for one in chat.started}) == 1


async def test_what_is_said_in_one_tab_appears_in_the_other(chromium: Browser, stack: RunningStack) -> None:
    async with visitor(chromium) as context:
        one, other = [await Chat(await context.new_page(), stack).visit() for _ in range(2)]
        for chat in (one, other):
            await chat.open()
        await one.ask()
        await expect(other.mine).to_have_text(["Where can we park?"])
        await expect(other.answers.last).to_contain_text(PARKED)
        await other.say("How does a trial lesson work?")
        for chat in (one, other):
            await expect(chat.answers.last).to_contain_text("$15")
            await expect(chat.mine).to_have_text(["Where can we park?", "How does a trial lesson work?"])
            await expect(chat.answers).to_have_count(2)
        assert one.complaints + other.complaints == []


async def test_a_reply_of_the_staff_arrives_live_with_their_name_and_is_counted_where_the_chat_is_closed(
    chromium: Browser, stack: RunningStack
) -> None:
    ann = await hired(stack, name="Ann")
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        id = await chat.conversation()
        await ann.reply(id, "Hi, this is Ann. *Use* the side door.")
        reply = chat.log.locator("li.said.person")
        await expect(reply).to_have_count(1)
        await expect(reply.locator(".name")).to_have_text("Ann")
        await expect(reply.locator(".bubble")).to_have_text("Hi, this is Ann. *Use* the side door.")
        await expect(chat.frame.get_by_text("You are talking to Ann")).to_be_visible()
        await chat.button("Close chat").click()
        await expect(chat.panel).to_be_hidden()
        await ann.reply(id, "It is open now.")
        await expect(chat.launcher).to_have_accessible_name("Open chat, 1 unread")
        await chat.open()
        await expect(reply.last).to_contain_text("It is open now.")
        await chat.button("Close chat").click()
        await expect(chat.launcher).to_have_accessible_name("Open chat")


@pytest.mark.parametrize("way", ["a button", "words"])
async def test_who_asks_for_a_person_reads_that_people_were_told_and_can_say_how_to_reach_them(
    chromium: Browser, stack: RunningStack, way: str
) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        if way == "a button":
            await chat.button("Talk to a person").click()
        else:
            await chat.say("Can I talk to a real person, please?")
        await expect(chat.log).to_contain_text("The people at Testing Agency have been told")
        await expect(chat.frame.get_by_text("Our team will answer here")).to_be_visible()
        await expect(chat.button("Talk to a person")).to_have_count(0)
        await stack.notice(DESK, await chat.conversation())
        await chat.frame.get_by_label("Email").fill("ana@people.example")
        await chat.button("Save").click()
        await expect(chat.frame.get_by_role("heading", name="How can we reach you?")).to_be_hidden()
        stored = await stack.documents(f"tenants/{AGENCY}/conversations")
        [mine] = [one for one in stored if one["id"] == await chat.conversation()]
        assert mine["claims"]["email"] == "ana@people.example"


async def test_a_chat_is_rated_and_the_rating_can_be_changed(chromium: Browser, stack: RunningStack) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        for stars, before in ((2, 1), (5, 2)):
            await chat.choose("Rate this chat")
            await expect(chat.frame.get_by_role("radio", name=f"{before} star")).to_be_focused()
            await chat.frame.get_by_role("radio", name=f"{stars} star").check(force=True)
            await chat.frame.get_by_label("Anything to add?").fill("Quick")
            await chat.button("Save").click()
            await expect(chat.frame.get_by_role("group", name="How was this chat?")).to_be_hidden()
        stored = await stack.documents(f"tenants/{AGENCY}/conversations")
        [rating] = [one["rating"] for one in stored if one["id"] == await chat.conversation()]
        assert (rating["score"], rating["comment"]) == (5, "Quick")


async def test_a_chat_that_was_resolved_says_so_asks_how_it_was_and_begins_anew_with_the_next_words(
    chromium: Browser, stack: RunningStack
) -> None:
    ann = await hired(stack, name="Ann")
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        await ann.done("resolve", conversation=await chat.conversation())
        await expect(chat.frame.get_by_text("This chat has ended")).to_be_visible()
        await expect(chat.frame.get_by_role("group", name="How was this chat?")).to_be_visible()
        await chat.ask("How does a trial lesson work?", "$15")
        await expect(chat.frame.get_by_text("This chat has ended")).to_have_count(0)


async def test_who_was_blocked_reads_that_the_chat_is_closed_and_can_write_no_more(
    chromium: Browser, stack: RunningStack
) -> None:
    ann = await hired(stack, name="Ann")
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        await ann.done("block", conversation=await chat.conversation(), blocked=True)
        await expect(chat.frame.get_by_text("This chat is closed.")).to_be_visible()
        await expect(chat.composer).to_have_count(0)
        await expect(chat.button("Start again")).to_have_count(0)
        await expect(chat.frame.get_by_role("group", name="How was this chat?")).to_have_count(0)
        await expect(chat.mine).to_have_text([PARKING])
        await ann.done("block", conversation=await chat.conversation(), blocked=False)
        await chat.ask("How does a trial lesson work?", "$15")


async def test_where_work_is_demanded_the_browser_does_it_unseen(chromium: Browser, stack: RunningStack) -> None:
    async with chatting(chromium, stack, tenant="bss-cypress-spring") as chat:
        works: list[str | None] = []
        chat.page.on("request", lambda request: works.append(work_of(request)) if "/chat-" in request.url else None)
        await chat.open()
        await chat.attach("pool.png", "image/png", png())
        await expect(chat.button("Send")).to_have_attribute("aria-disabled", "false")
        await chat.ask("How warm is the water?", "90 degrees")
        assert chat.started[0]["work"] == {"bits": 12}
        done = {work for work in works if work}
        assert len(done) == 1, "the file and the message carry the same work"
        assert zero_bits(f"{chat.started[0]['visit']}:{done.pop()}") >= 12
        assert len([work for work in works if work]) == 2
        await chat.ask("And in winter? How warm is the water?", "90 degrees")
        assert len([work for work in works if work]) == 2, "once is enough"


def work_of(request: Request) -> str | None:
    """The proof of work that a call of the frame carries."""
    if "/chat-upload" in request.url:
        return request.headers.get("x-work")
    said = request.post_data_json if "/chat-message" in request.url and request.method == "POST" else None
    return said["work"] if said else None


async def test_who_writes_stop_is_left_in_peace_until_they_start_again(chromium: Browser, stack: RunningStack) -> None:
    async with chatting(chromium, stack) as chat:
        await chat.open()
        await chat.ask()
        await chat.say("STOP")
        silent = chat.log.get_by_text("This chat is silent now: Testing Agency will write nothing more here.")
        await expect(silent).to_be_visible()
        await expect(chat.composer).to_have_count(0)
        await expect(chat.frame.get_by_text("You stopped this chat.")).to_be_visible()
        said = await chat.log.locator("li.said .bubble").all_inner_texts()
        assert said[-2:] == ["STOP", await silent.inner_text()]
        await chat.button("Start again").click()
        await expect(chat.log).to_contain_text("The chat with Testing Agency goes on.")
        await chat.ask("How does a trial lesson work?", "$15")
