"""What a visitor's page sends beside messages (docs/chat.md). What a person typed is refused in words for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared import phones
from shared.boundary.bodies import Strict, Work
from shared.boundary.call import Reply
from shared.boundary.chat_forms import conversation
from shared.conversations.typed import email, one_line
from shared.errors import BadRequest
from shared.store.documents import Conversation, Rating
from shared.store.reading import Settings

MOST_COMMENT = 1_000  # characters
MOST_NAME = 200
MOST_PHONE = 100

TOO_LONG = "A comment has at most 1,000 characters. Write a shorter one."
NOTHING = "Leave a name, an email address or a phone number."


class Rated(Strict):
    score: Annotated[int, Field(ge=1, le=5)]
    comment: str | None = None

    def rating(self) -> Rating:
        """Raises BadRequest."""
        comment = (self.comment or "").strip()
        if len(comment) > MOST_COMMENT:
            raise BadRequest(TOO_LONG)
        return Rating(self.score, comment)


class Reachable(Strict):
    """What is absent, null or blank says nothing: what was said before stays. `work`: as of a first message."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    work: Work | None = None

    def claims(self, country: str) -> dict[str, str]:
        """`country`: where a number without a country code is dialled. Raises BadRequest."""
        claims = {
            "name": one_line(self.name or "", MOST_NAME),
            "email": _email(self.email or ""),
            "phone": _phone(self.phone or "", country),
        }
        said = {field: value for field, value in claims.items() if value}
        if not said:
            raise BadRequest(NOTHING)
        return said


class Asked(Strict):
    """`work`: as a first message's, where the visitor asks for a person before they have written."""

    work: Work | None = None


def told(found: Conversation, settings: Settings, now: datetime) -> Reply:
    """How the visitor's conversation is now."""
    return Reply({"ok": True, "conversation": conversation(found, settings, now)})


def _email(typed: str) -> str:
    return email(typed) if typed.strip() else ""


def _phone(typed: str, country: str) -> str:
    try:
        return phones.parse(typed.strip()[:MOST_PHONE], country) if typed.strip() else ""
    except BadRequest as refused:
        raise BadRequest(refused.detail) from None  # under the one code that the widget knows
