"""What a visitor's page is told while it is open, on the emulator and through the real pipeline."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from shared.channels.types import Accepted, InboundText, Outcome
from shared.conversations.visits import TIMES, Changed, Event, Place, State, Still, Times, Visits
from shared.store import live
from shared.store.live import Pace
from tests.contract.live_support import Door, nothing_left, soon, tasks
from tests.contract.pipeline_support import FIRST, OURS, PARKING, House

WATCHING = Pace(first=30, longest=30, linger=0.2)
QUICK = Times(whole=3, still=0.5, watching=WATCHING)
QUESTION = "Where can I park?"


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    await live.close()


class Page:
    """A visitor's page: asks with the last cursor, and keeps what it is told."""

    def __init__(self, house: House, cursor: str | None = None, times: Times = QUICK) -> None:
        self.cursor = cursor
        self.texts: dict[str, tuple[str, str | None]] = {}  # by id: text and state
        self._visits = Visits(house.db, house.clock, times)
        self._id = house.conversation_id
        self._stream: AsyncIterator[Event] | None = None

    async def __aenter__(self) -> Page:
        self._stream = self._visits.follow(self._id, self.cursor)
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self._stream.aclose()  # type: ignore[union-attr]

    async def next(self) -> State | Changed:
        """The next that says something."""
        async with asyncio.timeout(10):
            while isinstance(event := await anext(self._stream), Still):
                pass
        self.cursor = event.cursor
        self.texts |= {item.id: (item.text, item.state and item.state.value) for item in event.messages}
        return event

    async def silent(self) -> bool:
        return isinstance(await anext(self._stream), Still)


async def test_a_visit_in_which_nobody_has_written_sees_the_first_message_and_its_answer(
    door: Door, house: House
) -> None:
    async with Page(house) as page:
        first = await page.next()
        assert isinstance(first, State)
        assert (first.conversation, first.messages) == (None, ())
        await house.text(QUESTION)
        asked = await page.next()
        assert isinstance(asked, Changed)
        assert [message.text for message in asked.messages] == [QUESTION]
        house.say(PARKING)
        await house.answer()
        answered = await page.next()
        assert isinstance(answered, Changed)
        assert [message.text for message in answered.messages] == [FIRST]
        assert answered.conversation.open == ()


async def test_a_page_without_a_cursor_is_told_everything_oldest_first(door: Door, house: House) -> None:
    for words in ("one", "two", "three"):
        await house.text(words)
    async with Page(house) as page:
        state = await page.next()
        assert isinstance(state, State)
        assert [message.text for message in state.messages] == ["one", "two", "three"]
        assert state.conversation == await house.conversation()
        assert await page.silent()


async def test_a_page_that_comes_back_with_its_cursor_is_told_nothing_twice(door: Door, house: House) -> None:
    await house.text(QUESTION)
    async with Page(house) as page:
        await page.next()
    queries = door.calls["RunQuery"]
    async with Page(house, page.cursor) as again:
        assert await again.silent()
        assert await again.silent()
        assert door.calls["RunQuery"] == queries
        await house.text("And when?")
        changed = await again.next()
        assert isinstance(changed, Changed)
        assert [message.text for message in changed.messages] == ["And when?"]


async def test_what_happened_between_two_streams_is_told_once(door: Door, house: House) -> None:
    await house.text("one")
    async with Page(house) as page:
        await page.next()
    await house.text("two")
    await house.change(owner="human", epoch=1)
    async with Page(house, page.cursor) as again:
        changed = await again.next()
        assert isinstance(changed, Changed)
        assert [message.text for message in changed.messages] == ["two"]
        assert changed.conversation.owner == "human"
        assert await again.silent()


async def test_a_page_that_is_fifty_messages_behind_is_told_everything_anew(door: Door, house: House) -> None:
    await house.text("one")
    async with Page(house) as page:
        await page.next()
    for number in range(52):
        await house.text(f"more {number}")
    async with Page(house, page.cursor) as again:
        state = await again.next()
        assert isinstance(state, State)
        assert [message.text for message in state.messages] == [f"more {number}" for number in range(2, 52)]


@pytest.mark.parametrize(
    "cursor", ["", "x", "1-2-3", "1-2-3-4", "1-2-3-1 ", "-1-2-3-0", f"{'9' * 18}-1-1-0", "١-1-1-0"]
)
async def test_a_cursor_that_is_none_is_as_good_as_none(door: Door, house: House, cursor: str) -> None:
    await house.text(QUESTION)
    async with Page(house, cursor) as page:
        assert isinstance(await page.next(), State)


@pytest.mark.parametrize("cursor", ["0-0-0-0", f"{'9' * 17}-{'9' * 17}-{'9' * 17}-1", f"1-{'9' * 17}-0-0"])
async def test_a_made_up_cursor_hides_messages_from_its_maker_and_breaks_nothing(
    door: Door, house: House, cursor: str
) -> None:
    await house.text(QUESTION)
    async with Page(house, cursor) as page:
        assert isinstance(await page.next(), Changed)
        await house.change(owner="human", epoch=1)
        assert (await page.next()).conversation.owner == "human"  # type: ignore[union-attr]


async def test_the_steps_of_an_answer_that_nobody_sees_cost_no_query_and_no_event(door: Door, house: House) -> None:
    await house.text(QUESTION)
    async with Page(house) as page:
        await page.next()
        queries = door.calls["RunQuery"]
        await house.change(attempts=1, lease={"by": "somebody", "until": house.clock.now()})
        assert await page.silent()
        assert door.calls["RunQuery"] == queries


async def test_a_change_of_hands_alone_is_told_without_messages(door: Door, house: House) -> None:
    await house.text(QUESTION)
    async with Page(house) as page:
        await page.next()
        await house.change(owner="human", owned_by="uid-ann", epoch=1)
        changed = await page.next()
        assert isinstance(changed, Changed)
        assert (changed.conversation.owned_by, changed.messages) == ("uid-ann", ())


async def test_a_message_that_is_sent_without_a_word_to_its_conversation_is_seen_to_be(
    door: Door, house: House
) -> None:
    await house.text(QUESTION)
    house.say(PARKING)
    await house.answer()
    (sent,) = await house.outbound()
    called = asyncio.Event()

    async def accepted() -> Outcome:
        await called.wait()
        return Accepted("p-1")

    house.carrier.outcomes.append(accepted)
    async with Page(house) as page:
        await page.next()
        assert page.texts[sent.id] == (FIRST, "queued")
        sending = asyncio.create_task(house.sending.send(sent.id, house.conversation_id))
        while page.texts[sent.id][1] != "sending":
            await page.next()
        called.set()
        await sending
        changed = await page.next()
        assert [(message.id, message.state) for message in changed.messages] == [(sent.id, "sent")]
        queries = door.calls["RunQuery"]
        assert await page.silent()
        assert door.calls["RunQuery"] == queries  # what is settled is not looked at again


async def test_a_message_that_was_sent_between_two_streams_is_seen_to_be(door: Door, house: House) -> None:
    await house.text(QUESTION)
    house.say(PARKING)
    await house.answer()
    (sent,) = await house.outbound()
    await house.sending.send(sent.id, house.conversation_id)
    async with Page(house, await cursor_before_the_last_step(house)) as again:
        changed = await again.next()
        assert [(message.id, message.state) for message in changed.messages] == [(sent.id, "sent")]
        assert await again.silent()


async def cursor_before_the_last_step(house: House) -> str:
    """Of a page that was told of everything but that the message is sent now: of its conversation it knows all."""
    async with Page(house) as page:
        await page.next()
    place = Place.parse(page.cursor)
    assert place is not None
    return str(Place(place.version, place.since, place.seen - 1, sending=True))


async def test_a_message_that_nobody_sends_is_not_looked_at_for_ever(door: Door, house: House) -> None:
    await house.text(QUESTION)
    house.say(PARKING)
    await house.answer()
    house.tick(seconds=121)
    async with Page(house) as page:
        await page.next()
        queries = door.calls["RunQuery"]
        assert await page.silent()
        assert await page.silent()
        assert door.calls["RunQuery"] == queries


async def test_a_visitor_sees_no_message_of_another_conversation(door: Door, house: House) -> None:
    await house.text(QUESTION)
    async with Page(house) as page:
        await page.next()
        other = InboundText("telnyx", secrets.token_hex(8), "+12815550199", OURS, "a secret", house.clock.now())
        await house.receiving.receive(other)
        assert await page.silent()
        await house.text("mine")
        assert [message.text for message in (await page.next()).messages] == ["mine"]


async def test_a_stream_says_that_it_is_there_and_ends_in_time(door: Door, house: House) -> None:
    started = time.monotonic()
    times = Times(whole=1.3, still=0.5, watching=WATCHING)
    async with aclosing(Visits(house.db, house.clock, times).follow(house.conversation_id, None)) as events:
        kinds = [type(event) async for event in events]
    assert 1.2 < time.monotonic() - started < 2.5
    assert kinds == [State, Still, Still]
    assert (TIMES.whole, TIMES.still) == (55, 15)


async def test_a_page_that_is_closed_in_the_middle_leaves_nothing_behind(door: Door, house: House) -> None:
    before = tasks()
    async with Page(house) as page:
        await page.next()
        assert door.open == 1
    await soon(lambda: door.open == 0)
    await nothing_left(before)


async def test_a_reader_that_is_cancelled_while_it_waits_leaves_nothing_behind(door: Door, house: House) -> None:
    before = tasks()

    async def read() -> None:
        async with aclosing(Visits(house.db, house.clock, TIMES).follow(house.conversation_id, None)) as events:
            async for _ in events:
                pass

    reading = asyncio.create_task(read())
    await soon(lambda: door.targets == 1)
    reading.cancel()
    await asyncio.wait([reading])
    await soon(lambda: door.open == 0, seconds=10)
    await nothing_left(before)


async def test_without_a_stream_a_visit_goes_on_by_reading(door: Door, house: House) -> None:
    door.deaf = True
    times = Times(whole=5, still=0.5, watching=Pace(first=0.05, longest=0.4, linger=0.2))
    async with Page(house, times=times) as page:
        assert isinstance(await page.next(), State)
        await house.text(QUESTION)
        assert [message.text for message in (await page.next()).messages] == [QUESTION]
        assert door.opened == 0
