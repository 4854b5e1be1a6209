"""What may follow what: updates, each from a document as it is to a document as it is wished, and whether that is fine.

A move is `(name, before, change, allowed)`: `before` replaces fields of a whole document, `change` is the update.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.rules.documents import PROGRESS, STATES
from tests.rules.kinds import ID2, LONG_AGO, NOW, sample, short


class _Gone:
    """A field that the document does not have, or that the update removes."""

    def __repr__(self) -> str:
        return "GONE"


GONE = _Gone()
Fields = dict[str, object]


@dataclass(frozen=True)
class Move:
    name: str
    change: Fields
    allowed: bool
    before: Fields = field(default_factory=dict)


RANKS = {"queued": 0, "sending": 1, "uncertain": 2, "unconfirmed": 3, "sent": 4}  # PIPELINE.md §1; the others: 5


def _rank(state: str) -> int:
    return RANKS.get(state, 5)


def messages_out() -> Iterator[Move]:
    yield from _states()
    yield from _counters()
    yield from _progress()
    yield from _fail_over()
    yield from _untouchable(
        {
            "conversation_id": ID2,
            "direction": "in",
            "channel": "voice",
            "provider": "other",
            "text": "something else",
            "sender": "+13015550100",
            "recipient": "+13015550100",
            "channel_id": "other",
            "received_at": NOW,
            "author": "person",
            "kind": "link",
            "covers": ["y"],
            "epoch": 9,
            "prev": ID2,
            "sources": [],
            "usage": {},
            "language": "es",
            "by": "somebody else",
            "resend_of": ID2,
            "media": [ID2],
            "foreign": 1,
        }
    )


def _states() -> Iterator[Move]:
    """Every state after every other: upwards in the same attempt, or queued again as the next one."""
    for old in STATES:
        for new in STATES:
            before: Fields = {"state": old, "attempt": 3}
            fine = old == new or _rank(new) > _rank(old)
            yield Move(f"{old} → {new}", {"state": new}, fine, before)
            again = old == "sending" and new == "queued"
            yield Move(f"{old} → {new}, next attempt", {"state": new, "attempt": 4}, again, before)


def _counters() -> Iterator[Move]:
    sending: Fields = {"state": "sending", "attempt": 3, "resends": 3}
    for attempt in (0, 2, 5, "4", None):
        yield Move(f"queued again as attempt {attempt!r}", {"state": "queued", "attempt": attempt}, False, sending)
    for attempt in (2, 5):
        yield Move(f"sent as attempt {attempt}", {"state": "sent", "attempt": attempt}, False, sending)
    for resends, fine in ((3, True), (4, True), (2, False), (5, False), (0, False), ("4", False)):
        yield Move(f"resends 3 → {resends!r}", {"state": "sent", "resends": resends}, fine, sending)
    yield Move("a state nobody knows", {"state": "lost"}, False, sending)


def _progress() -> Iterator[Move]:
    for name, kind in PROGRESS.items():
        for value in kind.good[1:]:
            yield Move(f"{name} = {short(value)}", {"state": "sending", name: value}, True)
        for value in kind.bad:
            yield Move(f"{name} = {short(value)}", {"state": "sending", name: value}, False)
    everything: Fields = {**sample(PROGRESS), "state": "sending", "resends": 1}
    yield Move("everything that may change", everything, True)
    yield Move("a claim taken away", {"claim": GONE, "state": "sent"}, True, {**sample(PROGRESS), "state": "sending"})


def _fail_over() -> Iterator[Move]:
    """To the other line once, together with the next attempt; never back, never elsewhere, never by itself."""
    sending: Fields = {"state": "sending", "attempt": 3}
    again: Fields = {"state": "queued", "attempt": 4}
    yield Move("refused, so another line takes over", {**again, "via": "failover"}, True, sending)
    yield Move("the same, from null", {**again, "via": "failover"}, True, {**sending, "via": None})
    yield Move("by another line already, once more", {**again, "via": "failover"}, True, {**sending, "via": "failover"})
    yield Move("from a third line", {**again, "via": "failover"}, False, {**sending, "via": "third"})
    for via in ("elsewhere", "", 5, True, ["failover"]):
        yield Move(f"to a line called {via!r}", {**again, "via": via}, False, sending)
    for state in ("sending", "sent", "failed", "uncertain"):
        yield Move(f"another line while {state}", {"state": state, "via": "failover"}, False, sending)
    yield Move("another line by itself", {"via": "failover"}, False, sending)
    for gone in (None, GONE, "primary"):
        taken = {**sending, "via": "failover"}
        yield Move(f"back from the other line to {gone!r}", {**again, "via": gone}, False, taken)
        yield Move(f"sent, and back to {gone!r}", {"state": "sent", "via": gone}, False, taken)
    yield Move("sent by the other line", {"state": "sent"}, True, {**sending, "via": "failover"})


def _untouchable(fields: Fields) -> Iterator[Move]:
    for name, value in fields.items():
        yield Move(f"{name} changed", {name: value}, False)


def messages_in() -> Iterator[Move]:
    """A customer's message never changes, not even where one of ours may."""
    yield from _untouchable({"text": "something else", "state": "sent", "provider_id": "other", "reason": "none"})
    yield Move("becomes one of ours", {"direction": "out", "state": "sent"}, False)
    ours: Fields = {"state": "queued", "attempt": 0, "resends": 0}
    yield Move("moves with a state that it should not have", {"state": "sent"}, False, ours)


def conversations() -> Iterator[Move]:
    yield from _owners()
    yield from _consent()
    yield from _epochs()
    yield Move("another address", {"address": "+13015550199"}, False)
    yield Move("the address removed", {"address": GONE}, False)
    yield Move("another of our addresses", {"our_address": "+13015550199"}, True)
    yield Move("a text now", {"last_inbound_at": NOW, "open": [ID2], "preview": "Hello"}, True)
    yield Move("a text of long ago", {"last_inbound_at": LONG_AGO}, False)
    yield Move("the last text forgotten", {"last_inbound_at": GONE}, False)
    yield Move("the lease given back", {"lease": None, "attempts": 0}, True)
    yield Move("becomes a visit", {"channel": "webchat", "address": "", "our_address": ""}, False)
    yield from _no_visits()


def visits() -> Iterator[Move]:
    yield Move("a claim", {"claims": {"name": "Ana", "email": "ana@home.example"}}, True)
    yield Move("becomes a text", {"channel": "sms", "address": "+13015550199", "our_address": "+13015550198"}, False)
    proven: Fields = {"sub": "some text", "name": "Ana"}
    yield Move("proven in the middle", {"verified": proven, "contact_id": ID2}, True, {"verified": GONE})
    yield Move("proven again", {"verified": proven}, True)
    for sub, fine in (("x" * 200, True), ("x" * 201, False)):
        yield Move(f"proven as {len(sub)} characters", {"verified": {"sub": sub}}, fine, {"verified": GONE})
    yield Move("somebody else", {"verified": {**proven, "sub": "another"}}, False)
    yield Move("nobody any more", {"verified": GONE, "contact_id": GONE}, False)
    for gone in (GONE, None):
        yield Move(f"a contact, and identity {gone}", {"contact_id": ID2, "verified": gone}, False, {"verified": gone})


def new_visits() -> Iterator[Move]:
    yield Move("with a number", {"address": "+13015550199"}, False)
    yield Move("to a number", {"our_address": "+13015550199"}, False)
    yield Move("a contact for a claim", {"verified": GONE}, False)


def _no_visits() -> Iterator[Move]:
    """What only a visit has."""
    for name, value in (("claims", {}), ("verified", {}), ("rating", {}), ("page", "x")):
        yield Move(f"by phone, with {name}", {name: value}, False)


def _owners() -> Iterator[Move]:
    owners = ("ai", "waiting", "human", "resolved")
    for old in (GONE, *owners):
        for new in owners:
            before: Fields = {"owner": old, "epoch": 3}
            same = old == new or (old is GONE and new == "ai")
            yield Move(f"owner {old} → {new}", {"owner": new}, same, before)
            yield Move(f"owner {old} → {new}, next epoch", {"owner": new, "epoch": 4}, True, before)
    for bad in ("robot", "", 5, None):
        yield Move(f"owner = {bad!r}", {"owner": bad, "epoch": 4}, False, {"epoch": 3})


def _consent() -> Iterator[Move]:
    for old in (GONE, False, True):
        for new in (False, True):
            before: Fields = {"opted_out": old, "epoch": 3}
            same = (old is True) == new
            yield Move(f"opted out {old} → {new}", {"opted_out": new}, same, before)
            yield Move(f"opted out {old} → {new}, next epoch", {"opted_out": new, "epoch": 4}, True, before)
    for bad in ("yes", 1, None):
        yield Move(f"opted out = {bad!r}", {"opted_out": bad, "epoch": 4}, False, {"epoch": 3})


def _epochs() -> Iterator[Move]:
    for epoch, fine in ((3, True), (4, True), (2, False), (5, False), (0, False), ("4", False), (3.5, False)):
        yield Move(f"epoch 3 → {epoch!r}", {"epoch": epoch, "parked": "x"}, fine, {"epoch": 3})
    for epoch, fine in ((0, True), (1, True), (2, False), (-1, False)):
        yield Move(f"first epoch = {epoch}", {"epoch": epoch, "parked": "x"}, fine)
    yield Move("the first take-over without an epoch", {"owner": "human"}, False)
    yield Move("the first take-over", {"owner": "human", "epoch": 1}, True)
    yield Move("the epoch removed", {"epoch": GONE}, False, {"epoch": 3})
    yield Move("a negative epoch that grows", {"epoch": -4}, False, {"epoch": -5})


def first_texts() -> Iterator[Move]:
    """A text that creates its conversation; `change` is laid over a whole document."""
    yield Move("as it should be", {"owner": "ai", "epoch": 0, "opted_out": False}, True)
    yield Move("a preview of emoji alone", {"preview": "🏊" * 140}, True)
    yield Move("the first text is STOP", {"opted_out": True, "epoch": 1}, True)
    yield Move("STOP without an epoch", {"opted_out": True}, False)
    yield Move("STOP in epoch 0", {"opted_out": True, "epoch": 0}, False)
    yield Move("a person at once", {"owner": "human", "epoch": 1}, True)
    yield Move("a person without an epoch", {"owner": "human"}, False)
    for epoch in (-1, 2, "0", 0.5, None):
        yield Move(f"in epoch {epoch!r}", {"epoch": epoch}, False)
    for owner in ("robot", 5, None):
        yield Move(f"owned by {owner!r}", {"owner": owner, "epoch": 1}, False)
    for opted_out in ("yes", 1, None):
        yield Move(f"opted out = {opted_out!r}", {"opted_out": opted_out, "epoch": 1}, False)


def new_outbound() -> Iterator[Move]:
    """What a message that nobody has sent yet may already carry: nothing."""
    for name in ("claim", "provider_id", "error", "reason"):
        yield Move(f"{name} is null", {name: None}, True)
        yield Move(f"with a {name}", {name: PROGRESS[name].good[0]}, False)
        yield Move(f"with an empty {name}", {name: ""}, False)
    yield Move("settled", {"settled_at": LONG_AGO}, False)
    yield Move("by another line at once", {"via": "failover"}, False)
    for state in (*STATES[1:], "lost"):
        yield Move(f"already {state}", {"state": state}, False)
    for name in ("attempt", "resends"):
        yield Move(f"{name} 1", {name: 1}, False)

    yield from _pictures()


def new_on_site() -> Iterator[Move]:
    for state in (*(state for state in STATES if state != "sent"), "lost"):
        yield Move(f"on a site, {state}", {"state": state}, False)
    yield Move("a text that is sent already", {"channel": "sms"}, False)


def messages_on_site() -> Iterator[Move]:
    yield Move("seen", {"state": "delivered"}, True, {"state": "sent"})
    yield Move("unseen again", {"state": "sent"}, False, {"state": "delivered"})
    yield from _untouchable({"by_name": "Maria", "cards": [1], "channel": "sms", "text": "else"})


def _pictures() -> Iterator[Move]:
    for author in ("assistant", "system"):
        yield Move(f"pictures by {author}", {"author": author, "media": [ID2]}, False)
        yield Move(f"no pictures by {author}", {"author": author, "media": None}, True)
    for count, fine in ((1, True), (10, True), (0, True), (11, False)):
        yield Move(f"{count} pictures by a person", {"author": "person", "media": [ID2] * count}, fine)
    for bad in (ID2, {"id": ID2}, 5):
        yield Move(f"pictures = {short(bad)}", {"author": "person", "media": bad}, False)


def kept_media() -> Iterator[Move]:
    yield Move("kept for a reason", {"reason": "too large"}, False)
    yield Move("reason is null", {"reason": None}, True)


def refused_media() -> Iterator[Move]:
    for name, value in (("content_type", "image/png"), ("size", 5), ("sha256", "ab" * 32)):
        yield Move(f"refused with a {name}", {name: value}, False)
        yield Move(f"{name} is null", {name: None}, True)


def new_inbound() -> Iterator[Move]:
    yield Move("10,000 emoji", {"text": "🏊" * 10_000}, True)
    for name, value in (("state", "queued"), ("attempt", 0), ("kind", "reply"), ("covers", []), ("claim", None)):
        yield Move(f"with {name}, which only ours have", {name: value}, False)


def twilio_routes() -> Iterator[Move]:
    yield Move("with a public key", {"public_key": "A" * 43 + "="}, False)


def new_routes() -> Iterator[Move]:
    yield Move("of a provider nobody knows, without a key", {"provider": "vonage", "public_key": ""}, False)
    yield Move("of a provider nobody knows", {"provider": "vonage"}, False)


def tenants() -> Iterator[Move]:
    for name, value in (("name", "New"), ("status", "erasing"), ("time_zone", "UTC"), ("locale", "es")):
        yield Move(f"{name} changed", {name: value}, True)
    yield Move("schema_version changed", {"schema_version": 9}, False)


def contacts() -> Iterator[Move]:
    yield Move("renamed", {"name": "Ann"}, True)
    yield Move("created_at changed", {"created_at": NOW}, False)


def consents() -> Iterator[Move]:
    """What somebody said once stays said."""
    for name, value in (("state", "opted_in"), ("source", "provider"), ("text", "else"), ("at", NOW), ("address", ID2)):
        yield Move(f"{name} changed", {name: value}, False)


def addresses() -> Iterator[Move]:
    yield Move("points to another contact", {"contact_id": ID2}, True)
    yield Move("another address", {"address": "+13015550199"}, False)


UPDATES = {
    "tenants": tenants,
    "contacts": contacts,
    "consents": consents,
    "addresses": addresses,
    "conversations": conversations,
    "conversations/visit": visits,
    "messages/in": messages_in,
    "messages/out": messages_out,
    "messages/out on a site": messages_on_site,
}
CREATES = {
    "routes": new_routes,
    "routes/twilio": twilio_routes,
    "conversations": first_texts,
    "messages/out": new_outbound,
    "messages/in": new_inbound,
    "messages/out on a site": new_on_site,
    "conversations/visit": new_visits,
    "media/stored": kept_media,
    "media/refused": refused_media,
}
