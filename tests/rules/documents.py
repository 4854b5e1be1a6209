"""The rows of the matrix: each collection that exists, with the fields of its documents (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.rules.kinds import (
    HASH,
    PHONE,
    PUBLIC_KEY,
    SHA256,
    TENANT_ID,
    AnyMap,
    Count,
    Entries,
    Exactly,
    Flag,
    Items,
    Kept,
    Kind,
    Moment,
    Nullable,
    Once,
    OneOf,
    Optional,
    Record,
    ServerTime,
    Stars,
    Text,
    Texts,
    UpTo,
    sample,
)


@dataclass(frozen=True)
class Row:
    """A kind of document. `of_tenant`: below tenants/{t}. `fixed`: its id, where it cannot be chosen.

    `mutable`: fields that an update may change; None where every update is like a create.
    """

    name: str
    collection: str
    fields: Mapping[str, Kind]
    of_tenant: bool = True
    fixed: str | None = None
    prefix: str = ""
    bad_ids: tuple[str, ...] = ()
    mutable: tuple[str, ...] | None = None

    def document(self, id: str) -> dict[str, object]:
        """A whole document for this id (a pending one names its subject in both)."""
        whole = sample(self.fields)
        return {**whole, "subject": id[2:]} if self.collection == "pending" else whole


NO_HASHES = ("short", "A" * 32, "g" * 32, "0" * 33)
STATES = ("queued", "sending", "uncertain", "unconfirmed", "sent", "delivered", "failed", "cancelled")

ROUTE: dict[str, Kind] = {
    "tenant_id": TENANT_ID,
    "channel": Text(64),
    "kind": Exactly("sms"),
    "provider": Exactly("telnyx"),
    "address": Nullable(PHONE),
    "public_key": PUBLIC_KEY,
}
TWILIO_ROUTE: dict[str, Kind] = {**ROUTE, "provider": Exactly("twilio"), "public_key": Exactly("")}
WIDGET_ROUTE: dict[str, Kind] = {
    **TWILIO_ROUTE,
    "kind": Exactly("webchat"),
    "provider": Exactly("webchat"),
    "address": Exactly(""),
}
TENANT: dict[str, Kind] = {
    "name": Text(200),
    "status": OneOf(("active", "paused", "erasing")),
    "time_zone": Text(64),
    "locale": Text(35),
    "schema_version": Count(),
}
LINE: dict[str, Kind] = {
    "provider": Optional(Text(40)),
    "number": Optional(Text(20)),
    "channel": Optional(Text(64)),
    "messaging_profile_id": Optional(Text(64)),
}
SMS: dict[str, Kind] = {**LINE, "failover": Optional(Record(LINE))}
WEEK: dict[str, Kind] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), Optional(Items(4)))
BUSINESS_PROFILE: dict[str, Kind] = {
    "name": Optional(Text(200)),
    "description": Optional(Text(5000)),
    "contact": Optional(Text(500)),
    "facts": Optional(Items(200)),
    "links": Optional(Items(200)),
    "hours": Optional(Record(WEEK)),
    "holidays": Optional(Items(100)),
}
WIDGET: dict[str, Kind] = {
    "enabled": Flag(),
    "key": Text(64),
    "origins": Items(20),
    "color": Optional(Text(20)),
    "scheme": Optional(Text(20)),
    "position": Optional(Text(20)),
    "locale": Optional(Text(35)),
    "greeting": Optional(Text(1000)),
    "greetings": Optional(Items(20)),
    "suggestions": Optional(Items(6)),
    "form": Optional(Record({"fields": Optional(Items(3)), "required": Optional(Flag())})),
    "work_bits": Optional(Count()),
}
ASSISTANT: dict[str, Kind] = {
    "connected": Optional(Flag()),
    "model": Optional(Text(100)),
    "fallback_model": Optional(Text(100)),
    "thinking": Optional(Text(20)),
    "language": Optional(Text(35)),
    "tools": Optional(Items(50)),
    "window_seconds": Optional(Count()),
}
LINE: dict[str, Kind] = {
    "notify": Optional(Items(5)),
    "escalate_to": Optional(Items(5)),
    "acknowledge_minutes": Optional(Count()),
    "return_minutes": Optional(Count()),
}
LIMITS: dict[str, Kind] = {name: Optional(Count()) for name in ("texts_per_hour", "answers_per_hour", "tokens_per_day")}
CUSTOMER_SERVICE: dict[str, Kind] = {
    "assistant": Optional(Record(ASSISTANT)),
    "jackrabbit": Optional(Record({"org_id": Text(20)})),
    "handoff": Optional(Record(LINE)),
    "limits": Optional(
        Record(dict.fromkeys(("texts_per_hour", "answers_per_hour", "tokens_per_day"), Optional(Count())))
    ),
}
CONVERSATION: dict[str, Kind] = {
    "channel": Exactly("sms"),
    "channel_id": Text(64),
    "address": PHONE,
    "our_address": PHONE,
    "open": Items(10000),
    "last_inbound_at": Kept(ServerTime()),
    "last_out": Optional(HASH),
    "last_claim": Optional(HASH),
    "lease": Optional(Record({"by": Text(64), "until": Moment()})),
    "attempts": Optional(Count()),
    "contact_id": Optional(HASH),
    "language": Optional(Text(35)),
    "parked": Optional(Text(200)),
    "preview": Optional(Text(280)),
    "episode": Optional(Count()),
    "confirmed": Optional(HASH),
    "about": Optional(Entries(100)),
    "heard": Optional(AnyMap()),
    "limited": Optional(Text(20)),
    "blocked": Optional(Flag()),
    "owned_by": Optional(Text(128)),
    "owner_since": Optional(Moment()),
    "owner_name": Optional(Text(100)),
    "handoff": Optional(Record({"reason": Text(64), "at": Moment(), "level": Count()})),
}
VISIT: dict[str, Kind] = {
    **CONVERSATION,
    "channel": Exactly("webchat"),
    "address": Exactly(""),
    "our_address": Exactly(""),
    "contact_id": Kept(HASH),  # as long as the identity is there
    "claims": Optional(Texts(("name", "email", "phone"), 800)),
    "verified": Once(Texts(("sub", "name", "email", "phone"), 1000, needed=("sub",))),
    "rating": Optional(Record({"score": Stars(), "comment": Text(2000)})),
    "page": Optional(Text(2000)),
}
LEAD: dict[str, Kind] = {
    "name": Text(200),
    "wish": Text(400),
    "phone": Optional(PHONE),
    "email": Optional(Text(320)),
    "conversation_id": HASH,
    "source": Text(40),
    "stage": Optional(Text(40)),
    "told_at": ServerTime(),
}
CONSENT: dict[str, Kind] = {
    "address": HASH,
    "conversation_id": HASH,
    "message_id": HASH,
    "state": OneOf(("opted_out", "opted_in")),
    "source": OneOf(("keyword", "free_text", "provider", "provider_refusal")),
    "text": Text(20000),
    "at": ServerTime(),
}
MESSAGE: dict[str, Kind] = {
    "conversation_id": HASH,
    "channel": Exactly("sms"),
    "provider": Text(40),
    "text": Text(20000),
    "sender": Text(320),
    "recipient": Text(320),
    "channel_id": Text(64),
    "received_at": ServerTime(),
}
INBOUND: dict[str, Kind] = {
    **MESSAGE,
    "direction": Exactly("in"),
    "author": Exactly("customer"),
    "provider_id": Text(200),
    "sent_at": Optional(Moment()),
    "media": Optional(Items(20)),
}
OUTBOUND: dict[str, Kind] = {
    **MESSAGE,
    "direction": Exactly("out"),
    "author": OneOf(("assistant", "person", "system")),
    "kind": OneOf(("reply", "link", "confirmation", "notice")),
    "covers": Items(10000),
    "epoch": Count(),
    "prev": Optional(HASH),
    "state": Exactly("queued"),
    "attempt": Exactly(0),
    "resends": Exactly(0),
    "sources": Optional(Items(50)),
    "usage": Optional(AnyMap()),
    "language": Optional(Text(35)),
    "day": Optional(Text(10)),
    "hour": Optional(Text(20)),
    "tokens": Optional(Count()),
    "by": Optional(Text(128)),
    "by_name": Optional(Text(100)),
    "resend_of": Optional(HASH),
    "cards": Optional(Items(12)),
}
ON_SITE: dict[str, Kind] = {"channel": Exactly("webchat")}
PROGRESS: dict[str, Kind] = {
    "claim": Optional(Record({"id": Text(64), "at": Moment(), "until": Moment()})),
    "provider_id": Optional(Text(200)),
    "error": Optional(Record({"code": Text(64), "sentence": Text(2000)})),
    "reason": Optional(Text(500)),
    "settled_at": Optional(Moment()),
}
MEDIA: dict[str, Kind] = {
    "message_id": Optional(HASH),
    "conversation_id": HASH,
    "direction": OneOf(("in", "out")),
    "created_at": ServerTime(),
    "name": Optional(Text(255)),
}
KEPT: dict[str, Kind] = {
    **MEDIA,
    "hour": Optional(Text(20)),
    "state": Exactly("stored"),
    "content_type": OneOf(("image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "application/pdf")),
    "size": UpTo(5 * 1024 * 1024),
    "sha256": SHA256,
}
REFUSED: dict[str, Kind] = {**MEDIA, "state": Exactly("refused"), "reason": Text(200)}


class Subject:
    """The rest of the document's own id (filled in by `Row.document`)."""

    good: tuple[object, ...] = ("0" * 32,)
    bad: tuple[object, ...] = ("f" * 32, "short", 5, None)


def _pending(kind: str) -> dict[str, Kind]:
    return {"kind": Exactly(kind), "subject": Subject(), "due_at": Moment(), "attempt": Count()}


ROWS = (
    Row("routes", "routes", ROUTE, of_tenant=False, bad_ids=NO_HASHES, mutable=()),
    Row("routes/twilio", "routes", TWILIO_ROUTE, of_tenant=False, mutable=()),
    Row("routes/webchat", "routes", WIDGET_ROUTE, of_tenant=False, mutable=()),
    Row(
        "tenants",
        "tenants",
        TENANT,
        of_tenant=False,
        bad_ids=("ab", "a" * 41, "Acme", "a_b"),
        mutable=("name", "status", "time_zone", "locale"),
    ),
    Row("config/sms", "config", SMS, fixed="sms"),
    Row("config/business_profile", "config", BUSINESS_PROFILE, fixed="business_profile"),
    Row("config/customer_service", "config", CUSTOMER_SERVICE, fixed="customer_service"),
    Row("config/widget", "config", WIDGET, fixed="widget"),
    Row(
        "secrets",
        "secrets",
        {"ciphertext": Text(20000), "updated_at": ServerTime()},
        prefix="k_",
        bad_ids=("UPPER", "with-dash", "a" * 41),
    ),
    Row(
        "members",
        "members",
        {
            "role": OneOf(("tenant_admin", "user")),
            "active": Flag(),
            "email": Text(320),
            "name": Optional(Text(100)),
        },
    ),
    Row(
        "contacts",
        "contacts",
        {"name": Text(200), "created_at": ServerTime()},
        bad_ids=NO_HASHES,
        mutable=("name",),
    ),
    Row(
        "addresses",
        "addresses",
        {"contact_id": HASH, "kind": Exactly("phone"), "address": PHONE},
        bad_ids=NO_HASHES,
        mutable=("contact_id",),
    ),
    Row(
        "addresses/proven",
        "addresses",
        {"contact_id": HASH, "kind": OneOf(("email", "user")), "address": Text(320)},
        mutable=("contact_id",),
    ),
    Row("leads", "leads", LEAD, bad_ids=NO_HASHES),
    Row("consents", "consents", CONSENT, bad_ids=NO_HASHES, mutable=()),
    Row("conversations", "conversations", CONVERSATION, bad_ids=NO_HASHES),
    Row("conversations/visit", "conversations", VISIT),
    Row("messages/in", "messages", INBOUND, bad_ids=NO_HASHES, mutable=()),
    Row("messages/out", "messages", OUTBOUND, bad_ids=NO_HASHES, mutable=()),
    Row("messages/in on a site", "messages", {**INBOUND, **ON_SITE}, mutable=()),
    Row("messages/out on a site", "messages", {**OUTBOUND, **ON_SITE, "state": Exactly("sent")}, mutable=()),
    Row("media/stored", "media", KEPT, bad_ids=NO_HASHES, mutable=()),
    Row("media/refused", "media", REFUSED, bad_ids=NO_HASHES, mutable=()),
    Row(
        "proofs",
        "proofs",
        {"conversation_id": HASH, "at": ServerTime(), "expires_at": Moment()},
        bad_ids=NO_HASHES,
        mutable=(),
    ),
    Row(
        "spent",
        "spent",
        {"day": Text(10), "hour": Text(20), "tokens": Count(), "expires_at": Moment()},
        bad_ids=NO_HASHES,
        mutable=(),
    ),
    Row("pending/answer", "pending", _pending("answer"), prefix="a-", bad_ids=("a-short", "s-" + "0" * 32, "0" * 32)),
    Row("pending/escalate", "pending", _pending("escalate"), prefix="e-", bad_ids=("e-short", "a-" + "0" * 32)),
    Row("pending/send", "pending", _pending("send"), prefix="s-", bad_ids=("s-short", "a-" + "0" * 32, "0" * 32)),
)
