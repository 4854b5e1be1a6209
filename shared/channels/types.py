"""What every channel speaks: the words between a provider's adapter and the conversations.

No provider's name, field or code appears past these types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment as the provider names it; fetched later, never by the webhook."""

    url: str
    content_type: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that a customer sent. Addresses are E.164.

    `provider_id` names the message, the same over every delivery of it: the message's own id derives from it.
    `opt_out` is what the provider already did about it (STOP, START or HELP), or None.
    """

    provider: str
    provider_id: str
    sender: str
    recipient: str
    text: str
    received_at: datetime
    media: tuple[Media, ...] = ()
    opt_out: str | None = None


class DeliveryState(StrEnum):
    """What a provider can report of a text of ours. `unconfirmed`: the carrier will never say."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StateReport:
    """A provider's word on a text of ours.

    `reference` is what we gave when sending, "message.attempt.resends", and only a hint: providers do not sign it
    (Telnyx signs the body but echoes whatever URL was called). `provider_id` confirms it. `opted_out`: it failed
    because the provider holds an opt-out for this recipient.
    """

    provider: str
    provider_id: str
    reference: str | None
    sender: str
    recipient: str
    state: DeliveryState
    error_code: str | None = None
    error: str | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A well-formed event of a kind that we do not use: answered 200 and counted."""

    type: str


@dataclass(frozen=True, slots=True)
class OutboundText:
    """A text to send once. `idempotency_key` = "message.attempt"; `reference` = "message.attempt.resends"."""

    sender: str
    recipient: str
    text: str
    idempotency_key: str
    reference: str
    status_url: str
    media_urls: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Accepted:
    provider_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A definite no. `again`: the same text may be accepted later (429, queue full, connection never opened).

    `opted_out`: the provider holds an opt-out for this recipient. `ours`: it is about our number, account or
    registration and not about this recipient or text, so another number of ours may send it. `error` is a sentence for
    a business owner.
    """

    error_code: str
    error: str
    again: bool = False
    opted_out: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider was called and never answered so that we could know: it may or may not have been accepted."""

    reason: str


Outcome = Accepted | Refused | Unknown


class Sender(Protocol):
    async def send(self, text: OutboundText) -> Outcome:
        """Call the provider exactly once, within 20 s in all; never raises for what the provider did."""
        ...
