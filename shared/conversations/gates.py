"""Whether a message may go out, and when: asked in the moment of sending, whatever was true when it was written."""

from __future__ import annotations

from datetime import datetime

from shared.conversations.drafts import is_ours
from shared.conversations.quiet_hours import next_allowed
from shared.conversations.timers import DIRECT_FOR
from shared.phones import E164, zones
from shared.store.documents import Conversation, Message
from shared.store.reading import Settings

QUIET = "waits for the end of quiet hours"


def not_allowed(sent: Message, of: Conversation) -> str | None:
    """Why this message may not go out any more, or None."""
    if sent.kind == "confirmation":
        return _not_confirmed(sent, of)
    if of.opted_out:
        return "the customer opted out"
    if of.blocked:
        return "this contact is blocked"
    if sent.author != "assistant":
        return None
    if not is_ours(of):
        return "a person took over"
    return None if sent.epoch == of.epoch else "written before a person took over"


def _not_confirmed(sent: Message, of: Conversation) -> str | None:
    """An opt-out is confirmed once, and while it lasts."""
    if not of.opted_out:
        return "the customer wants texts again"
    return None if of.confirmed in (None, sent.id) else "this opt-out was confirmed already"


def allowed_at(sent: Message, of: Conversation, settings: Settings, now: datetime) -> datetime | None:
    """When a message may go out that nobody has just asked for; None for now.

    Answers are exempt, and so are the confirmation of an opt-out, a link that a caller has just asked for, and what
    staff are told.
    """
    if _is_asked_for(sent, of, now) or sent.kind == "confirmation" or of.about:
        return None
    at = next_allowed(now, zones(E164(of.address)), settings.tenant.time_zone)
    return at if at > now else None


def _is_asked_for(sent: Message, of: Conversation, now: datetime) -> bool:
    """What was open long ago is a direct question still where a person answers it; code's own delay makes it none."""
    if sent.author == "person" and sent.covers:
        return True
    asked = (of.last_inbound_at, sent.received_at if sent.kind == "link" else None)
    return any(at is not None and now - at < DIRECT_FOR for at in asked)
