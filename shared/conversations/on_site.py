"""A visitor writes on a business's site: stored like a text, and answered while they wait (PIPELINE §2, DESIGN §4).

The request that brings a message answers it, so its task is a safety net: it runs when a model's longest answer would
be over, and finds nothing open. STOP and START are a visitor's too: nobody writes to a chat that was stopped. The other
words of the carriers' lists ("cancel", "end", "help") mean something else on a site, and ask the assistant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.clock import Clock
from shared.conversations.arriving import Arrived, Arriving
from shared.conversations.consent import Wish
from shared.conversations.keywords import Keyword, keyword, letters
from shared.conversations.timers import SAFETY_NET
from shared.conversations.work import Work
from shared.errors import BadRequest
from shared.ids import message_id
from shared.store.documents import ON_SITE, Conversation, Message
from shared.store.reading import Found, Reader, media, message
from shared.tasks import TaskQueue
from shared.tenancy import Database
from shared.vault.visits import Visit

MOST_TEXT = 4_000  # characters
MOST_FILES = 5
STOPS = frozenset({"stop", "stopall", "unsubscribe", "optout", "alto", "parar"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a visitor wrote. `client_id`: the widget's own for this message. `files`: ids of uploads of this visit."""

    client_id: str
    text: str
    files: tuple[str, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """`new`: it was not there before. `asks`: somebody is to answer it; code has answered a wish."""

    message: Message
    files: Found
    new: bool
    asks: bool


class OnSite:
    """Receives what one visitor writes."""

    def __init__(self, db: Database, visit: Visit, queue: TaskQueue, clock: Clock) -> None:
        self._reader = Reader(db)
        self._arriving = Arriving(db, visit.tenant, Work(queue, visit.tenant), clock)
        self._visit = visit
        self._clock = clock

    async def receive(self, said: Said) -> Received:
        """Store it. Raises BadRequest for a file that is not this visit's, Unavailable where it may not be stored."""
        files = await self._own(said.files)
        came = self._arrived(said)
        new = await self._arriving.store(came)
        kept = self._as_stored(came) if new else await self._stored(came)
        return Received(kept, files, new=new, asks=came.wish is None)

    async def _own(self, files: Sequence[str]) -> Found:
        known = await self._reader.read(map(media, files))
        for file in map(known.media, files):
            mine = file is not None and file.conversation_id == self._visit.conversation and file.direction == "in"
            if not mine:
                raise BadRequest("A file of this message is not there any more. Attach it again.", code="unknown_file")
        return known

    def _as_stored(self, came: Arrived) -> Message:
        """As good as read: only the moment is ours, from before the database's own. No answer to it is older."""
        return Message.parse(came.id, None, {**came.fields, "received_at": came.fields["sent_at"]})

    async def _stored(self, came: Arrived) -> Message:
        """What came before stands where it stood: an answer to it may be there already."""
        found = (await self._reader.read([message(came.id)])).message(came.id)
        return found or self._as_stored(came)

    def _arrived(self, said: Said) -> Arrived:
        visit, now = self._visit, self._clock.now()
        of = Conversation(visit.conversation, None, channel=ON_SITE, channel_id=visit.widget)
        return Arrived(
            id=message_id(ON_SITE, visit.id, said.client_id),
            of=of,
            text=said.text,
            fields={
                "conversation_id": of.id,
                "direction": "in",
                "channel": of.channel,
                "channel_id": of.channel_id,
                "provider": ON_SITE,
                "provider_id": f"{visit.id}|{said.client_id}",
                "author": "customer",
                "text": said.text,
                "sender": "",
                "recipient": "",
                "sent_at": now,
                "media": list(said.files),
            },
            address_id=of.id,
            wish=wish_of(said.text),
            answer_at=now + SAFETY_NET,
            heard={"page": said.page, "language": visit.language},
        )


def wish_of(text: str) -> Wish | None:
    """STOP where the text is one of its plain words, START; None for everything else."""
    word = keyword(text)
    if word is Keyword.START:
        return Wish(word, "keyword")
    return Wish(Keyword.STOP, "keyword") if word is Keyword.STOP and letters(text) in STOPS else None
