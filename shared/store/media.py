"""media/{id}: what became of a file, said once; its bytes are in Cloud Storage under the same id (`store.blobs`).

in    a file of a customer's text: id = digest(the message's id, its place in the text)
      a visitor's upload: id = digest(the conversation's id, its content, its name)
out   a picture that a person of the business will send: any id
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.ids import digest
from shared.store.values import integer, mappings, maybe_text, moment, text

Fields = Mapping[str, object]


class MediaState(StrEnum):
    """STORED: the bytes are there. REFUSED: they will never be, and `reason` says why."""

    STORED = "stored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of an inbound text, as its provider names it."""

    url: str = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class MediaFile:
    """`size` in bytes, `sha256` in hex: of a stored file alone, as `reason` of a refused one. `name`: a visitor's."""

    id: str
    conversation_id: str
    direction: str
    state: MediaState
    content_type: str = ""
    size: int = 0
    sha256: str | None = None
    reason: str | None = None
    name: str = ""
    stored_at: datetime | None = None

    @property
    def stored(self) -> bool:
        return self.state is MediaState.STORED

    @classmethod
    def parse(cls, id: str, data: Fields) -> MediaFile:
        return cls(
            id=id,
            conversation_id=text(data, "conversation_id"),
            direction=text(data, "direction"),
            state=MediaState(text(data, "state")),
            content_type=text(data, "content_type"),
            size=integer(data, "size"),
            sha256=maybe_text(data, "sha256"),
            reason=maybe_text(data, "reason"),
            name=text(data, "name"),
            stored_at=moment(data, "created_at"),
        )


def attachments(data: Fields) -> tuple[Attachment, ...]:
    """The files of a message document; an outbound one has ids in their place, and so none."""
    return tuple(Attachment(text(item, "url"), text(item, "content_type")) for item in mappings(data, "media"))


def media_id(message_id: str, place: int) -> str:
    """The id of the file at `place` (from 0) of an inbound text."""
    return digest("media", message_id, str(place))
