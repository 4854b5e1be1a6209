"""Pictures that people of the business send: kept like a customer's, and fetched through a signed link."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from shared.config import config
from shared.conversations.collecting import described, keep
from shared.conversations.pictures import MOST_FILES, SENDABLE, picture_type
from shared.errors import BadRequest, PayloadTooLarge
from shared.ids import digest
from shared.store.blobs import Blobs
from shared.store.changes import Changes
from shared.store.documents import Message
from shared.store.errors import Exists
from shared.store.media import MediaState
from shared.store.reading import Found
from shared.tenancy import Database
from shared.vault.links import Linked, MediaLinks

MOST_SENT = 1_000_000  # bytes; Telnyx takes no more, with all pictures of a message together
LINK_LIFE = timedelta(hours=12)  # longer than a provider keeps a message in its queue

GONE = "A picture of this message is not there any more: send it again."
TOO_MANY = f"A message may have {MOST_FILES} pictures: send the others in another one."
TOO_LARGE = "The pictures of this message are larger than 1 MB together: send fewer or smaller ones."


class Outgoing:
    """Keeps pictures that one tenant's people are about to send."""

    def __init__(self, db: Database, blobs: Blobs) -> None:
        self._db = db
        self._blobs = blobs

    async def add_all(self, conversation_id: str, pictures: Sequence[bytes], request_id: str) -> tuple[str, ...]:
        """The ids of a reply's pictures; asked for again with the same `request_id`, the same ones."""
        if sum(map(len, pictures)) > MOST_SENT:
            raise PayloadTooLarge(TOO_LARGE)
        names = (digest("sent", conversation_id, request_id, str(place)) for place in range(len(pictures)))
        return tuple([await self.add(conversation_id, *one) for one in zip(pictures, names, strict=True)])

    async def add(self, conversation_id: str, content: bytes, id: str) -> str:
        """The id under which a message may carry this picture.

        Raises PayloadTooLarge and BadRequest with what to do, Unavailable.
        """
        if len(content) > MOST_SENT:
            raise PayloadTooLarge("This picture is larger than 1 MB: send a smaller one.")
        if picture_type(content) not in SENDABLE:
            raise BadRequest("This file is not a picture that phones show: send a JPEG, PNG or GIF.")
        kept = await keep(self._blobs, id, content)
        origin = {"conversation_id": conversation_id, "direction": "out", "state": MediaState.STORED.value}
        changes = Changes(self._db)
        changes.create_media(id, origin | described(kept))
        with suppress(Exists):  # this very picture, asked for again
            await changes.commit()
        return id


def unsendable(sent: Message, known: Found) -> str | None:
    """Why this message's pictures cannot go out, as a sentence for its author, or None."""
    files = [known.media(id) for id in sent.pictures]
    if len(files) > MOST_FILES:
        return TOO_MANY
    there = [file for file in files if file and file.stored and file.direction == "out"]
    if len(there) < len(files) or any(file.conversation_id != sent.conversation_id for file in there):
        return GONE
    return TOO_LARGE if sum(file.size for file in there) > MOST_SENT else None


def link(links: MediaLinks, tenant_id: str, id: str, now: datetime) -> str:
    """The URL at which a provider fetches a picture."""
    return f"{config().functions_url}/media/{links.sign(Linked(tenant_id, id), now + LINK_LIFE)}"
