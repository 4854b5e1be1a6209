"""A visitor of a site uploads a file, which a message of theirs may then carry.

What it is, its own first bytes say. Its id follows from the visit, the content and the name: uploaded twice, it is the
same file. The bytes come first and are written once, so a document that says `stored` is true. How much a visit, and
all visits of a tenant, have uploaded is counted over the documents; uploads at the same moment do not see each other,
and may go past it together.
"""

from __future__ import annotations

import hashlib
import math
from contextlib import suppress
from datetime import datetime, timedelta

from shared import log
from shared.clock import Clock
from shared.conversations.collecting import described
from shared.conversations.limits import UploadBudget, hour_of
from shared.conversations.pictures import file_type
from shared.conversations.typed import file_name
from shared.errors import BadRequest, FileRefused, TooManyRequests, Unavailable
from shared.ids import digest
from shared.store.blobs import Blob, Blobs
from shared.store.changes import Changes
from shared.store.errors import Exists
from shared.store.media import MediaFile, MediaState
from shared.store.reading import Reader, media
from shared.tenancy import Database

MOST_UPLOADS = 20  # of one visit, within WITHIN
MOST_BYTES = 50 * 1024 * 1024
WITHIN = timedelta(hours=1)

EMPTY = "This file is empty. Choose another one."
REFUSED = "This kind of file cannot be sent here. Send a picture (JPEG, PNG, GIF, WebP, HEIC) or a PDF."
SPENT = "No more files can be sent here in this hour. Write what is in it, or send it later."
TOO_MANY = "You have sent many files within an hour. Wait a while, then send this one again."


class Uploading:
    """Keeps what one visitor uploads."""

    def __init__(self, db: Database, blobs: Blobs, conversation_id: str, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._budget = UploadBudget(self._reader, db.tenant or "")
        self._blobs = blobs
        self._conversation_id = conversation_id
        self._clock = clock

    async def keep(self, content: bytes, name: str) -> MediaFile:
        """The stored file. `name`: percent-encoded, as the browser says it.

        Raises BadRequest, FileRefused and TooManyRequests with what to do, Unavailable.
        """
        kind = _expect_known(content)
        name = file_name(name, kind)
        id = digest("upload", self._conversation_id, hashlib.sha256(content).hexdigest(), name)
        known = (await self._reader.read([media(id)])).media(id)
        if known is not None:
            return known
        await self._expect_room(len(content))
        await self._blobs.put(id, content, kind)
        return await self._said(id, Blob(content, kind), name)

    async def _expect_room(self, size: int) -> None:
        now = self._clock.now()
        lately = await self._reader.uploads_since(self._conversation_id, now - WITHIN, MOST_UPLOADS)
        if len(lately) >= MOST_UPLOADS or sum(file.size for file in lately) + size > MOST_BYTES:
            log.warning("a visitor uploads too much", count="uploads_limited", conversation=self._conversation_id)
            raise TooManyRequests(TOO_MANY, seconds=_until_room(lately[-1], now))
        if not await self._budget.take(size, now):
            log.error("this hour's files of all visitors are spent", count="uploads_spent")
            raise TooManyRequests(SPENT, seconds=600)

    async def _said(self, id: str, kept: Blob, name: str) -> MediaFile:
        hour = hour_of(self._clock.now())
        origin = {"conversation_id": self._conversation_id, "direction": "in", "name": name, "hour": hour}
        changes = Changes(self._db)
        changes.create_media(id, {**origin, "state": MediaState.STORED.value, **described(kept)})
        with suppress(Exists):  # the same upload, a moment ago
            await changes.commit()
        log.info("file uploaded", count="file_uploaded", media=id, size=len(kept.content))
        found = (await self._reader.read([media(id)])).media(id)
        if found is None:
            raise Unavailable("This file could not be stored. Send it again.")
        return found


def _expect_known(content: bytes) -> str:
    if not content:
        raise BadRequest(EMPTY)
    kind = file_type(content)
    if kind is None:
        raise FileRefused(REFUSED)
    return kind


def _until_room(oldest: MediaFile, now: datetime) -> int:
    """Seconds until the oldest one counts no more."""
    at = oldest.stored_at or now
    return max(1, math.ceil((at + WITHIN - now).total_seconds()))
