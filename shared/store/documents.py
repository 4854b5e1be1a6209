"""The documents of the message pipeline, as `shared/conversations` sees them (PIPELINE §1, DESIGN §3).

A document that was read carries `version`, its `update_time`: the only thing a later write can be conditional on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.store.media import Attachment, attachments, media_id
from shared.store.values import flag, integer, mapping, mappings, maybe_text, moment, moments, text, texts

Fields = Mapping[str, object]


class Owner(StrEnum):
    """Who answers a conversation; absent in the document means AI."""

    AI = "ai"
    WAITING = "waiting"
    HUMAN = "human"
    RESOLVED = "resolved"


class State(StrEnum):
    """Where an outbound message is. Writes go upwards in rank only; a definite refusal for now is attempt + 1."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    UNCONFIRMED = "unconfirmed"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def settled(self) -> bool:
        return self.rank >= _RANK[State.UNCONFIRMED]


_RANK = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNCERTAIN: 2,
    State.UNCONFIRMED: 3,
    State.SENT: 4,
    State.DELIVERED: 5,
    State.FAILED: 5,
    State.CANCELLED: 5,
}


ON_SITE = "webchat"


@dataclass(frozen=True, slots=True)
class Rating:
    """What a visitor thinks of a conversation: 1 to 5."""

    score: int
    comment: str

    @classmethod
    def parse(cls, data: Fields) -> Rating | None:
        score = integer(data, "score")
        return cls(score, text(data, "comment")) if 1 <= score <= 5 else None


@dataclass(frozen=True, slots=True)
class Conversation:
    """conversations/{id}: one per customer address on phone channels, whatever our number."""

    id: str
    version: datetime | None
    channel: str = "sms"
    channel_id: str = ""
    address: str = ""  # the customer's, E.164
    our_address: str = ""  # ours, E.164, the one last written to
    owner: Owner = Owner.AI
    epoch: int = 0
    opted_out: bool = False
    open: tuple[str, ...] = ()
    last_out: str | None = None
    last_claim: str | None = None
    lease_by: str | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    last_inbound_at: datetime | None = None
    contact_id: str | None = None
    language: str | None = None
    owned_by: str | None = None  # the person who has it: a uid, or the hash of a staff number
    owner_since: datetime | None = None
    episode: int = 0  # how often a text has opened it again after it was resolved
    parked: str | None = None  # why nobody answers this conversation any more, or None
    handoff_reason: str = ""  # why a person was asked for; "" when nobody was
    handoff_at: datetime | None = None
    handoff_level: int = 0  # how many of the staff have been asked: 0 the first, 1 the next in line, 2 nobody is left
    # of a staff member's own phone: the conversations that they were asked to look at, and when
    about: Mapping[str, datetime] = field(default_factory=dict)
    heard: Mapping[str, int] = field(default_factory=dict)  # texts by hour ("h491234": hours since the epoch)
    limited: str | None = None  # the hour in which the customer was told that there are too many
    blocked: bool = False  # by a person: stored, and answered by nobody
    owner_name: str | None = None  # what the person who has it is called on a site
    claims: Mapping[str, str] = field(default_factory=dict)  # of a visitor: name, email, phone as they typed them
    verified: Mapping[str, str] = field(default_factory=dict)  # sub, name, email, phone, as the site signed them
    rating: Rating | None = None
    page: str = ""  # the page from which a visitor last wrote
    confirmed: str | None = None  # the message that told the customer of their opt-out, or will: there is only one

    @classmethod
    def parse(cls, id: str, version: datetime | None, data: Fields) -> Conversation:
        lease, asked = mapping(data, "lease"), mapping(data, "handoff")
        return cls(
            id=id,
            version=version,
            channel=text(data, "channel"),
            channel_id=text(data, "channel_id"),
            address=text(data, "address"),
            our_address=text(data, "our_address"),
            owner=Owner(text(data, "owner") or Owner.AI),
            epoch=integer(data, "epoch"),
            opted_out=flag(data, "opted_out"),
            open=texts(data, "open"),
            last_out=maybe_text(data, "last_out"),
            last_claim=maybe_text(data, "last_claim"),
            lease_by=maybe_text(lease, "by"),
            lease_until=moment(lease, "until"),
            attempts=integer(data, "attempts"),
            last_inbound_at=moment(data, "last_inbound_at"),
            contact_id=maybe_text(data, "contact_id"),
            language=maybe_text(data, "language"),
            owned_by=maybe_text(data, "owned_by"),
            owner_since=moment(data, "owner_since"),
            episode=integer(data, "episode"),
            parked=maybe_text(data, "parked"),
            handoff_reason=text(asked, "reason"),
            handoff_at=moment(asked, "at"),
            handoff_level=integer(asked, "level"),
            about=moments(data, "about"),
            heard={hour: count for hour, count in mapping(data, "heard").items() if isinstance(count, int)},
            limited=maybe_text(data, "limited"),
            blocked=flag(data, "blocked"),
            owner_name=maybe_text(data, "owner_name"),
            claims=_words(data, "claims"),
            verified=_words(data, "verified"),
            rating=Rating.parse(mapping(data, "rating")),
            page=text(data, "page"),
            confirmed=maybe_text(data, "confirmed"),
        )

    @property
    def on_site(self) -> bool:
        """Whether the commit that writes a message is its delivery: nothing is sent to a visitor, they look."""
        return self.channel == ON_SITE


def _words(data: Fields, name: str) -> dict[str, str]:
    return {key: value for key, value in mapping(data, name).items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is calling the provider for a message, and until when that may last."""

    id: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """messages/{id}: inbound (`direction` "in", `state` None) or outbound ("out")."""

    id: str
    version: datetime | None
    conversation_id: str
    direction: str
    channel: str
    author: str  # customer, assistant, person, system
    text: str
    sender: str
    recipient: str
    received_at: datetime | None = None  # when we stored it, the server's time: orders a conversation
    provider: str = ""
    provider_id: str | None = None
    channel_id: str = ""
    kind: str = "reply"
    covers: tuple[str, ...] = ()
    epoch: int = 0
    prev: str | None = None
    state: State | None = None
    attempt: int = 0
    resends: int = 0
    claim: Claim | None = None
    via: str | None = None  # "failover" where the tenant's second line took over, else None
    error_code: str | None = None
    error: str | None = None
    reason: str | None = None  # why it is in its state, where the provider did not say
    language: str | None = None
    by: str | None = None  # the person who wrote it, where one did
    by_name: str | None = None  # what they are called, for a visitor to read
    cards: tuple[Mapping[str, object], ...] = ()  # classes that a site shows beside the text
    resend_of: str | None = None  # the message whose words these are, sent again
    attached: tuple[Attachment, ...] = ()  # inbound: files as the provider names them
    pictures: tuple[str, ...] = ()  # outbound of a person, and inbound on a site: ids of media documents

    @property
    def reference(self) -> str:
        return f"{self.id}.{self.attempt}.{self.resends}"

    @property
    def idempotency_key(self) -> str:
        return f"{self.id}.{self.attempt}"

    @property
    def media_ids(self) -> list[str]:
        """Of the media documents that say what became of a customer's files, in their order."""
        fetched = [media_id(self.id, place) for place in range(len(self.attached))]
        return [*fetched, *self.pictures] if self.direction == "in" else fetched

    @classmethod
    def parse(cls, id: str, version: datetime | None, data: Fields) -> Message:
        state, error = text(data, "state"), mapping(data, "error")
        return cls(
            id=id,
            version=version,
            conversation_id=text(data, "conversation_id"),
            direction=text(data, "direction"),
            channel=text(data, "channel"),
            author=text(data, "author"),
            text=text(data, "text"),
            sender=text(data, "sender"),
            recipient=text(data, "recipient"),
            received_at=moment(data, "received_at"),
            provider=text(data, "provider"),
            provider_id=maybe_text(data, "provider_id"),
            channel_id=text(data, "channel_id"),
            kind=text(data, "kind"),
            covers=texts(data, "covers"),
            epoch=integer(data, "epoch"),
            prev=maybe_text(data, "prev"),
            state=State(state) if state else None,
            attempt=integer(data, "attempt"),
            resends=integer(data, "resends"),
            claim=_claim(mapping(data, "claim")),
            via=maybe_text(data, "via"),
            error_code=maybe_text(error, "code"),
            error=maybe_text(error, "sentence"),
            reason=maybe_text(data, "reason"),
            language=maybe_text(data, "language"),
            by=maybe_text(data, "by"),
            by_name=maybe_text(data, "by_name"),
            cards=mappings(data, "cards"),
            resend_of=maybe_text(data, "resend_of"),
            attached=attachments(data),
            pictures=texts(data, "media"),
        )


def _claim(data: Fields) -> Claim | None:
    at, until = moment(data, "at"), moment(data, "until")
    return Claim(text(data, "id"), at, until) if at and until else None


@dataclass(frozen=True, slots=True)
class Pending:
    """pending/{id}: work that is not finished. The sweeper finds it when `due_at` has passed."""

    id: str
    tenant_id: str
    kind: str  # answer, send, escalate
    subject: str  # the conversation's or the message's id
    due_at: datetime

    @classmethod
    def parse(cls, id: str, tenant_id: str, data: Fields) -> Pending | None:
        due_at = moment(data, "due_at")
        if due_at is None:
            return None
        return cls(id, tenant_id, text(data, "kind"), text(data, "subject"), due_at)
