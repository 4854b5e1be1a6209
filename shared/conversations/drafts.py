"""A reply that is written but not committed yet, and the commit that makes it true (PIPELINE §2, A5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.assistant.answer import KeepLead
from shared.conversations.limits import recent
from shared.conversations.timers import SEND_GRACE
from shared.conversations.work import ANSWER, SEND
from shared.ids import digest
from shared.store.changes import Changes, removed
from shared.store.documents import ON_SITE, Conversation, State
from shared.store.settings import SmsSettings


@dataclass(frozen=True, slots=True)
class Draft:
    """What will be said to whom about which texts. `id` is the message's, made once: it recognises its own commit."""

    id: str
    text: str
    covers: tuple[str, ...]
    epoch: int
    kind: str = "reply"
    author: str = "assistant"
    language: str = "en"
    sources: tuple[str, ...] = ()
    usage: Mapping[str, object] | None = None  # tokens, and how the answer came about
    parks: str | None = None  # why a person must look at this conversation, or None
    asks: str | None = None  # why a person is asked for, or None: with this draft the conversation waits for one
    leads: tuple[KeepLead, ...] = ()
    spent: Mapping[str, object] = field(default_factory=dict)  # what the tenant's budget counts of it
    cards: tuple[Mapping[str, object], ...] = ()  # classes that a site shows beside the text
    limits: str | None = None  # the hour in which this draft tells a customer that there are too many texts

    def fits(self, conversation: Conversation) -> bool:
        """The one who may speak is still the one for whom this was written."""
        return self.epoch == conversation.epoch and is_ours(conversation)


@dataclass(frozen=True, slots=True)
class ContactOf:
    """Whose a conversation becomes. `new`: nobody has its address yet, neither by a text nor by a chat."""

    id: str
    address_id: str
    new: bool = True


class HandOffRequest(Protocol):
    """What a request for a person adds to the commit: `shared.conversations.handoff.Request`."""

    @property
    def fields(self) -> dict[str, object]: ...

    def write(self, changes: Changes) -> None: ...


def is_ours(conversation: Conversation) -> bool:
    return conversation.owner == "ai" and not conversation.opted_out and not conversation.blocked


def new_id() -> str:
    return uuid.uuid4().hex


def outbound(draft: Draft, conversation: Conversation, sms: SmsSettings) -> dict[str, object]:
    """A message to this conversation's customer, next in its chain."""
    fields: dict[str, object] = {
        "conversation_id": conversation.id,
        "direction": "out",
        "channel": conversation.channel,
        **_way(conversation, sms),
        "author": draft.author,
        "kind": draft.kind,
        "text": draft.text,
        "recipient": conversation.address,
        "covers": list(draft.covers),
        "epoch": conversation.epoch,
        "prev": conversation.last_out,
        "attempt": 0,
        "resends": 0,
        "language": draft.language,
        "sources": list(draft.sources),
    }
    fields |= draft.spent
    if draft.cards and conversation.on_site:
        fields["cards"] = [dict(card) for card in draft.cards]
    return fields if draft.usage is None else fields | {"usage": draft.usage}


def queue(changes: Changes, id: str, fields: Mapping[str, object], now: datetime) -> None:
    """A message (`outbound`), and the work that it is until it is settled: never one without the other."""
    changes.create_message(id, fields)
    if fields["state"] == State.QUEUED:
        changes.put_pending(SEND, id, now + SEND_GRACE)


def _way(to: Conversation, sms: SmsSettings) -> dict[str, object]:
    """From the number that the customer last wrote to; on a site there is no way to go (PIPELINE §2)."""
    if to.on_site:
        return {"channel_id": to.channel_id, "provider": ON_SITE, "sender": "", "state": State.SENT.value}
    line = sms.line_of(to.our_address)
    return {
        "channel_id": line.channel or to.channel_id,
        "provider": line.provider,
        "sender": line.number or to.our_address,
        "state": State.QUEUED.value,
    }


def propose(
    changes: Changes,
    draft: Draft,
    conversation: Conversation,
    now: datetime,
    sms: SmsSettings,
    contact: ContactOf | None,
    request: HandOffRequest | None = None,
) -> None:
    """A5: the reply, its pending, and the conversation that it answers, on the version that was read."""
    queue(changes, draft.id, outbound(draft, conversation, sms), now)
    if set(conversation.open) <= set(draft.covers):
        changes.drop_pending(ANSWER, conversation.id)
    fields: dict[str, object] = {
        "open": removed(draft.id, *draft.covers),  # it is in no list: the database takes no empty one
        "last_out": draft.id,
        "lease": None,
        "attempts": 0,
        "parked": draft.parks,
        "heard": recent(conversation, now),
    }
    if draft.limits is not None:
        fields["limited"] = draft.limits
    for lead in draft.leads:
        keep_lead(changes, lead, conversation)
    if request is not None:
        request.write(changes)
        fields |= request.fields
    if contact is not None:
        if contact.new:
            changes.create_contact(contact.id)
            changes.create_address(contact.address_id, contact.id, "phone", conversation.address)
        fields["contact_id"] = contact.id
    changes.update_conversation(conversation, fields)


def keep_lead(changes: Changes, lead: KeepLead, of: Conversation) -> None:
    """Its id follows from what it says: a model that notes it twice notes it once."""
    id = digest("lead", of.id, lead.name.casefold(), lead.wish.casefold())
    said = {"name": lead.name, "wish": lead.wish, "conversation_id": of.id, "source": of.channel}
    reached = {"phone": of.address} if not of.on_site else reachable(of)
    changes.put_lead(id, {**said, **reached})


def reachable(of: Conversation) -> dict[str, str]:
    """How a visitor can be reached later, as far as they say: proven or not, the business may try it."""
    return {key: value for key in ("email", "phone") if (value := of.verified.get(key) or of.claims.get(key))}


def contact_for(conversation: Conversation, address_id: str) -> ContactOf | None:
    """The contact to make where a conversation has none yet. Its id follows from the address: made twice is made once.

    None on a site: who has proven nothing is nobody's contact.
    """
    if conversation.contact_id is not None or conversation.on_site:
        return None
    return ContactOf(digest("contact", address_id), address_id)
