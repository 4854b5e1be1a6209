"""What a visitor's page is told of its conversation while it is open: everything first, then what has changed.

A message is written together with its conversation, so the conversation alone is watched, and messages are read when
it has changed. One thing changes without it: the state of a message that is being sent. While there is such a message,
it is looked at again after growing pauses.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.clock import Clock
from shared.conversations.turns import Still
from shared.store.documents import Conversation, Message
from shared.store.live import PACE, Pace, Watch, watch
from shared.store.reading import Reader
from shared.tenancy import Database

MOST_MESSAGES = 50
# A message is visible only once its commit is: one that was stored earlier may be seen later, by as much.
OVERLAP = timedelta(seconds=30)
SENDING = timedelta(minutes=2)  # how long a message that is being sent is looked at again
LOOKS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds from one look to the next, the last one again and again


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds. A visit's stream ends after `whole`; after `still` without an event it says that it is there."""

    whole: float = 55.0
    still: float = 15.0
    watching: Pace = PACE


TIMES = Times()


@dataclass(frozen=True, slots=True)
class State:
    """All that there is: the newest messages, oldest first. None where nobody has written yet."""

    conversation: Conversation | None
    messages: tuple[Message, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The conversation as it is now, and the messages that are new or different."""

    conversation: Conversation
    messages: tuple[Message, ...]
    cursor: str


Event = State | Changed | Still


class Visits:
    """The open visits of one tenant."""

    def __init__(self, db: Database, clock: Clock, times: Times = TIMES) -> None:
        self._db = db
        self._clock = clock
        self._times = times

    async def follow(self, conversation_id: str, cursor: str | None) -> AsyncGenerator[Event]:
        """What happens behind `cursor`, an earlier event's; without one, or with one that is too old, `State` first.

        Close it (`contextlib.aclosing`): until then the conversation is watched. Raises Unavailable and Refused.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + self._times.whole
        async with watch(self._db, conversation_id, self._times.watching) as watched:
            visit = _Visit(conversation_id, watched, Reader(self._db), self._clock, Place.parse(cursor))
            while loop.time() < end:
                event = await visit.event(min(loop.time() + self._times.still, end))
                if event is not None:
                    yield event
                elif loop.time() < end:
                    yield Still()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(\d{1,17})-(\d{1,17})-(\d{1,17})-([01])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a visitor has been told. Moments are in microseconds since the epoch, as the database's are.

    What is different since is what has a version behind `seen`: a query sees everything that was committed before.
    """

    version: int = 0  # the conversation's
    since: int = 0  # nothing that was stored before can still change, or appear
    seen: int = 0  # the newest version of a message
    sending: bool = False  # one of them is being sent

    @classmethod
    def parse(cls, cursor: str | None) -> Place | None:
        """It comes from a browser: whatever is none is as good as none."""
        found = _CURSOR.fullmatch(cursor or "")
        return cls(int(found[1]), int(found[2]), int(found[3]), found[4] == "1") if found else None

    def __str__(self) -> str:
        return f"{self.version}-{self.since}-{self.seen}-{int(self.sending)}"

    def behind(self, conversation: Conversation | None, messages: Sequence[Message], now: datetime) -> Place:
        """Where the visitor is who has been told this too."""
        if not messages:
            return replace(self, version=_version(conversation), sending=False)
        stored = [at for message in messages if (at := message.received_at) is not None]
        sending = [at for message in messages if (at := message.received_at) and _is_being_sent(message)]
        return Place(
            version=_version(conversation),
            since=_micros(min([max(stored, default=_EPOCH + OVERLAP) - OVERLAP, *sending])),
            seen=max(self.seen, *map(_version, messages)),
            sending=any(now - at < SENDING for at in sending),
        )


def _is_being_sent(message: Message) -> bool:
    return message.state is not None and not message.state.settled


def _version(of: Conversation | Message | None) -> int:
    return 0 if of is None or of.version is None else _micros(of.version)


def _micros(at: datetime) -> int:
    return max(0, (at - _EPOCH) // timedelta(microseconds=1))


def _visible(conversation: Conversation) -> Conversation:
    """Without what changes with every step of an answer, and says nothing to a visitor."""
    return replace(conversation, version=None, lease_by=None, lease_until=None, attempts=0)


class _Visit:
    """One visitor, and how far they have been told."""

    def __init__(self, id: str, watched: Watch, reader: Reader, clock: Clock, place: Place | None) -> None:
        self._id = id
        self._watched = watched
        self._reader = reader
        self._clock = clock
        self._place = place
        self._told: Conversation | None = None  # what is visible of the conversation
        self._known = False  # whether anything has been heard of it in this stream
        self._looks = 0  # since the conversation's last news
        self._look_at = math.inf  # when messages are looked at though the conversation has not changed

    async def event(self, until: float) -> State | Changed | None:
        """The next one, or None where there is none until then."""
        loop, event = asyncio.get_running_loop(), None
        while event is None and loop.time() < until:
            if await self._watched.news(min(until, self._look_at) - loop.time()):
                event = await self._after(self._watched.conversation)
            elif loop.time() >= self._look_at:
                event = await self._look(self._watched.conversation, changed=False)
        return event

    async def _after(self, conversation: Conversation | None) -> State | Changed | None:
        """What the conversation's news are to the visitor."""
        self._looks = 0
        if self._place is None:
            self._remember(conversation)
            return await self._state(conversation)
        if not self._known:
            changed = _version(conversation) != self._place.version
            self._remember(conversation)
            return await self._look(conversation, changed=changed) if changed or self._place.sending else None
        if conversation is None or self._told == _visible(conversation):
            return None
        self._remember(conversation)
        return await self._look(conversation, changed=True)

    def _remember(self, conversation: Conversation | None) -> None:
        self._known = True
        self._told = None if conversation is None else _visible(conversation)

    async def _look(self, conversation: Conversation | None, *, changed: bool) -> State | Changed | None:
        """Reads the messages that may be new or different."""
        place = self._place or Place()
        if conversation is None:
            return None
        since = _EPOCH + timedelta(microseconds=place.since)
        found = await self._reader.history_since(self._id, since, MOST_MESSAGES)
        fresh = tuple(message for message in found if _version(message) > place.seen)
        if len(fresh) == MOST_MESSAGES:
            return await self._state(conversation)
        now = self._go_on(place.behind(conversation, found, self._clock.now()))
        if fresh or changed or now.sending != place.sending:
            return Changed(conversation, fresh, str(now))
        return None

    async def _state(self, conversation: Conversation | None) -> State:
        found = () if conversation is None else await self._reader.history(self._id, MOST_MESSAGES)
        place = self._go_on(Place().behind(conversation, found, self._clock.now()))
        return State(conversation, found, str(place))

    def _go_on(self, place: Place) -> Place:
        pause = LOOKS[min(self._looks, len(LOOKS) - 1)] if place.sending else math.inf
        self._look_at = asyncio.get_running_loop().time() + pause
        self._looks += 1
        self._place = place
        return place
