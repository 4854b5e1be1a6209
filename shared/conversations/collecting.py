"""Files of a customer's text, fetched early: providers keep them for days, and everybody's address is in them.

    known already → nothing · fetched, and a picture → its bytes, then its document · refused → the document says why

The bytes come first and are written once, so a document that says `stored` is true. What cannot be had for now comes
again with the task, and after MOST_TRIES of them is refused visibly: an inbox shows no picture that never loads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from shared import log
from shared.conversations.pictures import MOST_FILES, MOST_SIZE, MOST_TOGETHER, picture_type
from shared.errors import Unavailable
from shared.safe_fetch import BasicAuth, FetchFailed, FetchRefused, SafeFetch
from shared.store.blobs import Blob, Blobs
from shared.store.changes import Changes
from shared.store.documents import Message
from shared.store.errors import Exists
from shared.store.media import MediaState, media_id
from shared.store.reading import Found, Reader, media, message
from shared.tenancy import Database

SECONDS = 12.0  # for one file; ten of them fit into the task's deadline
MOST_TRIES = 10

Credentials = Callable[[Message], Awaitable[BasicAuth | None]]


async def no_credentials(_text: Message) -> BasicAuth | None:
    """Whoever knows the URL may fetch it (Telnyx)."""
    return None


class Collecting:
    """Fetches files of one tenant's texts. `credentials`: what a text's provider wants to see, and at which host."""

    def __init__(self, db: Database, blobs: Blobs, fetch: SafeFetch, credentials: Credentials = no_credentials) -> None:
        self._db = db
        self._reader = Reader(db)
        self._blobs = blobs
        self._fetch = fetch
        self._credentials = credentials

    async def collect(self, message_id: str, *, tries: int = 0) -> None:
        """Settle every file of this text. `tries`: how often the task was tried before.

        Raises Unavailable where a file cannot be had for now.
        """
        text = (await self._reader.read([message(message_id)])).message(message_id)
        if text is None or not text.attached:
            return
        known = await self._reader.read(media(id) for id in text.media_ids)
        auth = await self._credentials(text)
        kept, later = _kept(text, known), False
        for place, id in enumerate(text.media_ids):
            if known.media(id) is None:
                size = await self._settle(text, place, MOST_TOGETHER - kept, auth, final=tries + 1 >= MOST_TRIES)
                kept, later = kept + (size or 0), later or size is None
        if later:
            raise Unavailable("a file of this text cannot be had for now")

    async def _settle(self, text: Message, place: int, room: int, auth: BasicAuth | None, *, final: bool) -> int | None:
        """The bytes that were kept, 0 for a file that is refused; None for one that may be had later."""
        try:
            content = await self._content(text, place, room, auth)
        except FetchFailed as failed:
            return await self._refuse(text, place, failed.reason) if final else None
        except FetchRefused as refused:
            return await self._refuse(text, place, refused.reason)
        return await self._keep(text, place, content)

    async def _content(self, text: Message, place: int, room: int, auth: BasicAuth | None) -> bytes:
        if place >= MOST_FILES:
            raise FetchRefused(f"a text may have {MOST_FILES} files")
        url = text.attached[place].url
        content = await self._fetch.get(url, most=min(MOST_SIZE, room), seconds=SECONDS, auth=auth)
        if picture_type(content) is None:
            raise FetchRefused("the file is not a picture of a kind that we know")
        return content

    async def _keep(self, text: Message, place: int, content: bytes) -> int:
        kept = await keep(self._blobs, media_id(text.id, place), content)
        await self._say(text, place, {"state": MediaState.STORED.value, **described(kept)})
        return len(kept.content)

    async def _refuse(self, text: Message, place: int, reason: str) -> int:
        await self._say(text, place, {"state": MediaState.REFUSED.value, "reason": reason})
        return 0

    async def _say(self, text: Message, place: int, fields: dict[str, object]) -> None:
        origin = {"message_id": text.id, "conversation_id": text.conversation_id, "direction": "in"}
        changes = Changes(self._db)
        changes.create_media(media_id(text.id, place), origin | fields)
        try:
            await changes.commit()
        except Exists:
            return  # another delivery of this task was faster
        state, reason = fields["state"], fields.get("reason")
        log.info("file settled", count=f"media_{state}", message_id=text.id, place=place, reason=str(reason or "none"))


async def keep(blobs: Blobs, id: str, content: bytes) -> Blob:
    """Write a picture once, and answer what is there: an earlier try may have fetched other bytes.

    Raises Unavailable.
    """
    wanted = Blob(content, picture_type(content) or "")
    if await blobs.put(id, wanted.content, wanted.content_type):
        return wanted
    there = await blobs.get(id)
    if there is None:
        raise Unavailable("the file vanished; try again")
    return there


def described(kept: Blob) -> dict[str, object]:
    """What its document says of a picture."""
    return {
        "content_type": kept.content_type,
        "size": len(kept.content),
        "sha256": hashlib.sha256(kept.content).hexdigest(),
    }


def _kept(text: Message, known: Found) -> int:
    return sum(file.size for file in map(known.media, text.media_ids) if file is not None)
