"""The feed asks the carrier only while somebody listens, and tells each listener exactly what changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from local.phone import feed as feeds
from local.phone.feed import Bubble, Feed
from local.phone.states import State
from shared.errors import Unavailable

HELLO = Bubble("1", "+12815550101", "+12817679141", True, "Hello", (), "2026-03-01T12:00:00Z", State("done", "x"))
REPLY = replace(HELLO, id="2", mine=False, text="Hi!", state=State("waiting", "Queued"))


class Carrier:
    """Shows what a test puts in; `looks` counts how often it was asked."""

    def __init__(self) -> None:
        self.bubbles: list[Bubble] = []
        self.away = False
        self.looks = 0
        self.looked = asyncio.Event()

    async def look(self) -> Sequence[Bubble]:
        self.looks += 1
        self.looked.set()
        if self.away:
            raise Unavailable("The carrier does not answer.")
        return list(self.bubbles)

    async def next_look(self) -> None:
        """Returns at the beginning of the second look from now: whatever was put in before is told by then."""
        for _ in range(2):
            self.looked.clear()
            await asyncio.wait_for(self.looked.wait(), 5)


def feed_of(carrier: Carrier) -> Feed:
    return Feed(carrier.look, interval=0.001)


async def told(stream: AsyncIterator[str]) -> tuple[str, dict[str, object]]:
    """The next event's name and data."""
    name, data = (await asyncio.wait_for(anext(stream), 5)).strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def texts(event: tuple[str, dict[str, object]]) -> tuple[str, list[str]]:
    name, data = event
    listed = data["messages"]
    assert isinstance(listed, list)
    return name, [one["text"] for one in listed]


async def test_nobody_listening_means_nobody_is_asked() -> None:
    carrier = Carrier()
    feed = feed_of(carrier)
    assert feed.resting
    with feed.listening():
        await carrier.next_look()
    assert feed.resting
    looks = carrier.looks
    await asyncio.sleep(0.02)
    assert carrier.looks == looks


async def test_it_keeps_asking_until_the_last_listener_has_gone() -> None:
    carrier = Carrier()
    feed = feed_of(carrier)
    with feed.listening():
        with feed.listening():
            await carrier.next_look()
        await carrier.next_look()
        assert not feed.resting
    assert feed.resting


async def test_a_listener_hears_everything_first_and_then_only_what_changed() -> None:
    carrier = Carrier()
    carrier.bubbles = [HELLO]
    feed = feed_of(carrier)
    with feed.listening():
        stream = feed.events()
        assert texts(await told(stream)) == ("all", ["Hello"])
        carrier.bubbles = [HELLO, REPLY]
        assert texts(await told(stream)) == ("changed", ["Hi!"])
        carrier.bubbles = [HELLO, replace(REPLY, state=State("done", "Delivered"))]
        name, data = await told(stream)
        assert name == "changed"
        assert [one["state"]["label"] for one in data["messages"]] == ["Delivered"]  # type: ignore[attr-defined]  # JSON


async def test_an_empty_carrier_is_told_as_empty_not_as_loading() -> None:
    feed = feed_of(Carrier())
    with feed.listening():
        assert texts(await told(feed.events())) == ("all", [])


async def test_a_carrier_that_started_anew_is_told_in_full() -> None:
    carrier = Carrier()
    carrier.bubbles = [HELLO, REPLY]
    feed = feed_of(carrier)
    with feed.listening():
        stream = feed.events()
        await told(stream)
        carrier.bubbles = [REPLY]
        assert texts(await told(stream)) == ("all", ["Hi!"])


async def test_a_late_listener_hears_everything_too() -> None:
    carrier = Carrier()
    carrier.bubbles = [HELLO]
    feed = feed_of(carrier)
    with feed.listening():
        await told(feed.events())
        with feed.listening():
            assert texts(await told(feed.events())) == ("all", ["Hello"])


async def test_a_carrier_that_is_away_and_comes_back_is_told_once_each() -> None:
    carrier = Carrier()
    carrier.bubbles = [HELLO]
    feed = feed_of(carrier)
    with feed.listening():
        stream = feed.events()
        await told(stream)
        carrier.away = True
        assert await told(stream) == ("carrier", {"problem": "The carrier does not answer."})
        carrier.bubbles = [HELLO, REPLY]
        carrier.away = False
        assert await told(stream) == ("carrier", {"problem": None})
        assert texts(await told(stream)) == ("changed", ["Hi!"])


async def test_a_carrier_that_was_never_there_is_not_taken_for_an_empty_one() -> None:
    carrier = Carrier()
    carrier.away = True
    feed = feed_of(carrier)
    with feed.listening():
        stream = feed.events()
        assert (await told(stream))[0] == "carrier"
        carrier.away = False
        assert await told(stream) == ("carrier", {"problem": None})
        assert texts(await told(stream)) == ("all", [])


async def test_a_quiet_stream_says_that_it_is_still_there() -> None:
    feed = Feed(Carrier().look, interval=0.001, keep_alive=0.01)
    with feed.listening():
        stream = feed.events()
        await told(stream)
        assert await asyncio.wait_for(anext(stream), 5) == ": still here\n\n"


async def test_closing_ends_every_stream() -> None:
    feed = feed_of(Carrier())
    with feed.listening():
        stream = feed.events()
        await told(stream)
        rest = asyncio.create_task(anext(stream, None))
        feed.close()
        assert await asyncio.wait_for(rest, 5) is None
        assert [event async for event in feed.events()] == []


async def test_line_breaks_in_a_text_cannot_break_out_of_the_event() -> None:
    carrier = Carrier()
    carrier.bubbles = [replace(HELLO, text="one\n\nevent: all\r\ndata: {}\u2028")]
    feed = feed_of(carrier)
    with feed.listening():
        assert texts(await told(feed.events())) == ("all", ["one\n\nevent: all\r\ndata: {}\u2028"])


async def test_the_page_holds_a_bounded_number_of_texts_the_newest() -> None:
    carrier = Carrier()
    carrier.bubbles = [replace(HELLO, id=str(number), text=str(number)) for number in range(feeds.LATEST + 5)]
    feed = feed_of(carrier)
    with feed.listening():
        _, shown = texts(await told(feed.events()))
    assert (len(shown), shown[-1]) == (feeds.LATEST, str(feeds.LATEST + 4))
