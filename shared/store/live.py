"""A tenant's conversations as they change: one stream per tenant and instance, on the documents that somebody watches.

A listener on a document costs one read when it is added and one per change, and slows down nobody's commits; a listener
on a query does both (PLATFORM: Firestore as a tenant). Where nothing is heard, the watcher reads the document every few
seconds, until it is heard again.

A document is kept for a few seconds after its last watcher: a visit that ends and is opened again costs nothing.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from weakref import WeakKeyDictionary

from google.cloud.firestore_v1 import _helpers
from google.cloud.firestore_v1.types import Document

from shared import log
from shared.clock import Clock, SystemClock
from shared.errors import Unavailable
from shared.store.collections import CONVERSATIONS
from shared.store.documents import Conversation
from shared.store.paths import Paths
from shared.store.reading import Reader, conversation
from shared.tenancy import Database
from shared.tenancy.listening import Listening

MOST = 1_000  # documents of one stream; of any more each watcher reads for itself


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `first`: until a document of which nothing is heard is read; then doubling, up to `longest`."""

    first: float = 2.0
    longest: float = 15.0
    linger: float = 5.0  # how long a document is kept that nobody watches


PACE = Pace()
CLOCK = SystemClock()


@dataclass(slots=True, eq=False)
class _Watched:
    """One document: what is known of it, and who wants to know."""

    id: str
    pause: float
    read_at: float  # when it is read next, unless it is heard
    watches: set[Watch] = field(default_factory=set)
    listened: bool = False
    live: bool = False
    news: int = 0  # how often something new was known of it
    conversation: Conversation | None = None
    leaving: asyncio.TimerHandle | None = None
    leaves_at: float = math.inf  # by the clock: where an instance stands still, its timers do too

    def take(self, found: Conversation | None) -> bool:
        """Whether this is news. An answer that comes late is not."""
        known = self.conversation
        if self.news and (known == found or _older(found, known)):
            return False
        self.conversation = found
        self.news += 1
        self.poke()
        return True

    def poke(self) -> None:
        for watch in self.watches:
            watch.poked.set()


def _older(found: Conversation | None, known: Conversation | None) -> bool:
    if found is None or known is None or found.version is None or known.version is None:
        return False
    return found.version < known.version


class Watch:
    """One watcher's view of one conversation: it may miss a state that was not the last one, never the last."""

    def __init__(self, watched: _Watched, watching: Watching, reader: Reader) -> None:
        self.poked = asyncio.Event()
        self._watched = watched
        self._watching = watching
        self._reader = reader
        self._seen = 0

    @property
    def conversation(self) -> Conversation | None:
        """The newest that is known; None where nobody has written yet."""
        return self._watched.conversation

    async def news(self, seconds: float) -> bool:
        """Waits until there is something that this watcher has not seen, at most so long; whether there is.

        The first answer is what is there. Raises Refused where the rules do not let this tenant read it.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._something()
        except TimeoutError:
            return False
        self._seen = self._watched.news
        return True

    async def _something(self) -> None:
        while self._seen == self._watched.news:
            self.poked.clear()
            try:
                async with asyncio.timeout_at(None if self._watched.live else self._watched.read_at):
                    await self.poked.wait()
            except TimeoutError:
                await self._watching.read(self._watched, self._reader)


class Watching:
    """The watched conversations of one tenant, on this instance."""

    def __init__(self, db: Database, pace: Pace, clock: Clock, ended: Callable[[], object]) -> None:
        self._pace = pace
        self._clock = clock
        self._ended = ended
        self._paths = Paths(db)
        self._prefix = f"{db.path}/documents/"
        self._client = db
        self._watched: dict[str, _Watched] = {}  # by the document's path
        self._listening = Listening(db, self, clock)
        self.documents = 0  # billed: heard or read

    # -- watchers

    @asynccontextmanager
    async def watch(self, db: Database, id: str) -> AsyncIterator[Watch]:
        """`db`: of this tenant; whoever came last lends its session to the stream."""
        self._listening.db = db
        watched = self._joined(id)
        watch = Watch(watched, self, Reader(db))
        watched.watches.add(watch)
        try:
            yield watch
        finally:
            watched.watches.discard(watch)
            if not watched.watches:
                watched.leaves_at = self._clock.monotonic() + self._pace.linger
                watched.leaving = asyncio.get_running_loop().call_later(self._pace.linger, self._drop, watched)

    def _joined(self, id: str) -> _Watched:
        name = self._name(id)
        watched = self._watched.get(name)
        if watched is None:
            watched = self._begun(name, id)
        if watched.leaving is not None:
            watched.leaving.cancel()
            watched.leaving = None
        return watched

    def _begun(self, name: str, id: str) -> _Watched:
        now = asyncio.get_running_loop().time()
        watched = self._watched[name] = _Watched(id, self._pace.first, now + self._pace.first)
        if sum(other.listened for other in self._watched.values()) < MOST:
            watched.listened = True
            self._listening.add(name)
        else:
            watched.read_at = now
            log.warning("too many conversations are watched", count="watched_too_many")
        return watched

    def _name(self, id: str) -> str:
        return f"{self._prefix}{self._paths.of(CONVERSATIONS, id).path}"

    def drop_overdue(self) -> None:
        """Between two requests this instance may have stood still, timers and streams with it: nothing of before is
        live any more."""
        now = self._clock.monotonic()
        for watched in list(self._watched.values()):
            if watched.leaving is not None and watched.leaves_at <= now:
                watched.leaving.cancel()
                self._drop(watched)

    def _drop(self, watched: _Watched) -> None:
        name = self._name(watched.id)
        del self._watched[name]
        self._listening.remove(name)
        if not self._watched:
            self._ended()

    async def close(self) -> None:
        for watched in self._watched.values():
            if watched.leaving is not None:
                watched.leaving.cancel()
        self._watched.clear()
        await self._listening.close()

    # -- what the stream says

    def heard(self, name: str, document: Document | None) -> None:
        self.documents += 1
        watched = self._watched.get(name)
        if watched is not None:
            watched.live = True
            watched.take(None if document is None else self._parsed(watched.id, document))

    def refused(self, name: str) -> None:
        """Reading it says why, or serves in its place."""
        log.warning("a conversation is not listened to", count="listening_refused")
        if (watched := self._watched.get(name)) is not None:
            watched.listened = False
            self._silent(watched)

    def lost(self) -> None:
        for watched in self._watched.values():
            if watched.live:
                self._silent(watched)

    def _silent(self, watched: _Watched) -> None:
        watched.live = False
        watched.pause = self._pace.first
        watched.read_at = asyncio.get_running_loop().time() + self._pace.first
        watched.poke()

    def _parsed(self, id: str, document: Document) -> Conversation:
        fields = cast("dict[str, object]", _helpers.decode_dict(document.fields, self._client))
        return Conversation.parse(id, cast("datetime", document.update_time), fields)

    # -- where it says nothing

    async def read(self, watched: _Watched, reader: Reader) -> None:
        """Once for all watchers of the document. A database that does not answer is asked again. Raises Refused."""
        now = asyncio.get_running_loop().time()
        if watched.live or now < watched.read_at:
            return
        watched.read_at = now + watched.pause
        watched.pause = min(watched.pause * 2, self._pace.longest)
        self.documents += 1
        try:
            found = await reader.read([conversation(watched.id)])
        except Unavailable as error:
            log.info("a watched conversation could not be read", code=error.code)
            return
        if not watched.live and watched.take(found.conversation(watched.id)):
            watched.pause = self._pace.first
            watched.read_at = asyncio.get_running_loop().time() + self._pace.first


_all: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Watching]] = WeakKeyDictionary()


@asynccontextmanager
async def watch(db: Database, conversation_id: str, pace: Pace = PACE, clock: Clock = CLOCK) -> AsyncIterator[Watch]:
    """A conversation of this session's tenant, whether it is there yet or not."""
    async with _watching(db, pace, clock).watch(db, conversation_id) as found:
        yield found


def _watching(db: Database, pace: Pace, clock: Clock) -> Watching:
    tenant = db.tenant or ""  # a session without one is refused by the first path
    watchings = _all.setdefault(asyncio.get_running_loop(), {})
    if tenant in watchings:
        watchings[tenant].drop_overdue()
    if tenant not in watchings:
        watchings[tenant] = Watching(db, pace, clock, lambda: watchings.pop(tenant))
    return watchings[tenant]


async def close() -> None:
    """End every stream of this event loop (the local host, on its way out)."""
    for watching in _all.pop(asyncio.get_running_loop(), {}).values():
        await watching.close()
