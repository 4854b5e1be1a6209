"""How far a visitor has been told: what a cursor carries, and what the next look must cover."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.conversations.visits import OVERLAP, SENDING, Place
from shared.store.documents import Conversation, Message, State

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
CONVERSATION = Conversation("c", NOW)


def micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def message(at: datetime, state: State | None = None, version: datetime | None = None) -> Message:
    return Message("m", version or at, "c", "out", "webchat", "assistant", "Hi", "", "", at, state=state)


def behind(*messages: Message, place: Place | None = None) -> Place:
    return (place or Place()).behind(CONVERSATION, messages, NOW)


@given(*[st.integers(0, 10**17 - 1)] * 3, st.booleans())
def test_a_cursor_is_read_as_it_was_written(version: int, since: int, seen: int, sending: bool) -> None:
    place = Place(version, since, seen, sending)
    assert Place.parse(str(place)) == place


def test_before_anything_is_said_the_next_look_covers_everything() -> None:
    assert behind() == Place(version=micros(NOW))


def test_a_message_that_was_stored_a_little_earlier_and_committed_later_is_covered_by_the_next_look() -> None:
    """A server stamps a message before its commit is through: the newest one is no border."""
    assert behind(message(NOW)).since == micros(NOW - OVERLAP)
    assert timedelta(seconds=10) < OVERLAP  # a commit's own deadline


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.UNCERTAIN])
def test_a_message_that_is_being_sent_is_covered_however_old_it_is(state: State) -> None:
    old = NOW - timedelta(hours=8)
    place = behind(message(old, state), message(NOW, State.SENT))
    assert (place.since, place.sending) == (micros(old), False)


@pytest.mark.parametrize("state", [None, State.SENT, State.DELIVERED, State.FAILED, State.CANCELLED, State.UNCONFIRMED])
def test_a_settled_message_is_not_waited_for(state: State | None) -> None:
    old = NOW - timedelta(minutes=1)
    assert behind(message(old, state), message(NOW)) == behind(message(NOW), place=Place(seen=micros(old)))


def test_a_message_is_looked_at_while_it_is_young() -> None:
    assert behind(message(NOW - SENDING / 2, State.SENDING)).sending
    assert not behind(message(NOW - SENDING * 2, State.SENDING)).sending


def test_what_has_been_seen_is_the_newest_version_not_the_newest_message() -> None:
    changed = message(NOW - timedelta(hours=1), State.SENT, version=NOW + timedelta(seconds=5))
    assert behind(changed, message(NOW)).seen == micros(NOW + timedelta(seconds=5))
    assert behind(message(NOW), place=Place(seen=micros(NOW) + 7)).seen == micros(NOW) + 7
