"""Telnyx's words on the wire: bodies as api.telnyx.com writes them, and the signature on its webhooks.

Pure functions, checked byte for byte against recorded payloads; `local.standins.telnyx` decides when to say what.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local.standins.base import JSON

ORGANIZATION = "2ea3868b-fef8-452f-8d8b-fb5ceb0e4c78"
CARRIER = "Verizon Wireless"  # of the customer; the business's own carrier is Telnyx
VALIDITY = timedelta(hours=1)  # how long a queued text is worth sending
SEGMENT = {"GSM-7": (160, 153), "UCS-2": (70, 67)}  # characters of a single part, and of each of several

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€\f"
)

# code: (title, detail)
TITLES = {
    "10004": ("Missing required parameter", "A required parameter was missing."),
    "10009": ("Authentication failed", "The required authentication headers were either invalid or not included."),
    "10011": ("Too many requests", "You have exceeded the maximum number of allowed requests."),
    "10015": ("Bad Request", "The request failed because it was not well-formed."),
    "10016": (
        "Phone number must be in +E.164 format",
        "The specified phone number parameter must be in +E.164 format.",
    ),
    "40001": ("Not routable", "The destination is a landline or cannot be reached by text."),
    "40005": ("Message expired during transmission", "The message expired before it could be delivered."),
    "40008": (
        "Undeliverable",
        "The recipient carrier did not accept the message. This is a general purpose undeliverable message.",
    ),
    "40300": ("Blocked due to STOP message", "Messages cannot be sent due to an existing block rule."),
    "40305": ("Invalid 'from' address", "The 'from' address is not a number of this messaging profile."),
    "40316": ("No content provided for message", "The message has neither text nor media."),
}


@dataclass(frozen=True)
class Media:
    """An attachment; Telnyx names it with what it has found out about it."""

    url: str
    content_type: str | None = "image/jpeg"
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Text:
    """One text and where it is. `sender` and `recipient` are E.164, but a sender may be a short code."""

    id: str
    direction: str
    sender: str
    recipient: str
    text: str
    profile_id: str
    webhook_url: str | None
    received_at: datetime
    media: tuple[Media, ...] = ()
    status: str = "queued"
    sent_at: datetime | None = None
    completed_at: datetime | None = None
    autoresponse: str | None = None
    error_code: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Event:
    """A webhook: what happened to `text`; the same over every attempt."""

    kind: str
    id: str
    occurred_at: datetime
    text: Text
    delivered_to: str

    def body(self, attempt: int) -> JSON:
        data: JSON = {
            "event_type": self.kind,
            "id": self.id,
            "occurred_at": stamp(self.occurred_at),
            "payload": received(self.text) if self.text.direction == "inbound" else outbound(self.text),
            "record_type": "event",
        }
        return {"data": data, "meta": {"attempt": attempt, "delivered_to": self.delivered_to}}


def compact(body: JSON) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signed(body: bytes, seed: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove to a receiver that the holder of `seed` said `body` at `now`."""
    timestamp = str(int(now.timestamp()))
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(f"{timestamp}|".encode() + body)
    return {
        "content-type": "application/json",
        "telnyx-timestamp": timestamp,
        "telnyx-signature-ed25519": b64encode(signature).decode(),
    }


def public_key(seed: bytes) -> str:
    """What Telnyx's portal shows for the account: base64 of 32 bytes."""
    return b64encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).decode()


def error(code: str, pointer: str | None = None) -> JSON:
    """A refused call's body; `pointer` names the parameter that was wrong."""
    refused = _error(code)
    if pointer is not None:
        refused["source"] = {"pointer": pointer}
        refused["meta"] = {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"}
    return {"errors": [refused]}


def received(text: Text) -> JSON:
    """payload of message.received."""
    return {
        "autoresponse_type": text.autoresponse,
        "cc": [],
        "completed_at": None,
        **_cost("0.0040", "0.00000"),
        "direction": "inbound",
        "encoding": None if text.media else encoding(text.text),
        "errors": [],
        "from": {**_party(text.sender, CARRIER), "status": "received"},
        "id": text.id,
        "media": [_media(item, "hash_sha256") for item in text.media],
        **_profile(text, 1),
        "received_at": stamp(text.received_at),
        "record_type": "message",
        "sent_at": None,
        "subject": "" if text.media else None,
        **_campaign(),
        "text": text.text,
        "to": [{**_party(text.recipient, "Telnyx"), "status": "webhook_delivered"}],
        "type": "MMS" if text.media else "SMS",
        "valid_until": None,
        **_webhooks(text),
    }


def outbound(text: Text) -> JSON:
    """data of an accepted call, and payload of message.sent and message.finalized."""
    return {
        "cc": [],
        "completed_at": _stamp(text.completed_at),
        **_cost("0.0070", "0.00300"),
        "direction": "outbound",
        "encoding": encoding(text.text),
        "errors": [_error(text.error_code)] if text.error_code and text.completed_at else [],
        "from": _party(text.sender, "Telnyx"),
        "id": text.id,
        "media": [_media(item, "sha256") for item in text.media],
        **_profile(text, parts(text.text)),
        "received_at": stamp(text.received_at),
        "record_type": "message",
        "sent_at": _stamp(text.sent_at),
        "smart_encoding_applied": False,
        "subject": None,
        **_campaign(),
        "text": text.text,
        "to": [{**_party(text.recipient, CARRIER), "status": text.status}],
        "type": "MMS" if text.media else "SMS",
        "valid_until": None if text.completed_at else stamp(text.received_at + VALIDITY),
        "wait_seconds": 0.0,
        **_webhooks(text),
    }


def encoding(text: str) -> str:
    return "GSM-7" if _GSM.issuperset(text) else "UCS-2"


def parts(text: str) -> int:
    """How many SMS carry the text. (GSM-7's two-septet characters count once: nothing here is billed.)"""
    kind = encoding(text)
    single, each = SEGMENT[kind]
    units = len(text) if kind == "GSM-7" else len(text.encode("utf-16-le")) // 2
    return 1 if units <= single else -(-units // each)


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def shown(text: Text) -> JSON:
    """As the remote control lists it."""
    return {
        "id": text.id,
        "from": text.sender,
        "to": text.recipient,
        "text": text.text,
        "media": [item.url for item in text.media],
        "status": text.status,
        "error_code": text.error_code if text.completed_at else None,
        "at": stamp(text.received_at),
        "idempotency_key": text.idempotency_key,
        "direction": text.direction,
    }


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def _error(code: str) -> dict[str, JSON]:
    title, detail = TITLES.get(code, ("Message failed", "The message could not be delivered."))
    return {"code": code, "title": title, "detail": detail}


def _party(number: str, carrier: str) -> dict[str, JSON]:
    return {"carrier": carrier, "line_type": "Wireless", "phone_number": number}


def _media(item: Media, hash_name: str) -> JSON:
    return {"content_type": item.content_type, hash_name: item.sha256, "size": item.size, "url": item.url}


def _cost(rate_and_fee: str, fee: str) -> dict[str, JSON]:
    return {
        "cost": {"amount": rate_and_fee, "currency": "USD"},
        "cost_breakdown": {
            "carrier_fee": {"amount": fee, "currency": "USD"},
            "rate": {"amount": "0.00400", "currency": "USD"},
        },
    }


def _profile(text: Text, count: int) -> dict[str, JSON]:
    return {"messaging_profile_id": text.profile_id, "organization_id": ORGANIZATION, "parts": count}


def _campaign() -> dict[str, JSON]:
    return {
        "tags": [],
        "tcr_campaign_billable": True,
        "tcr_campaign_id": "CFM1ABC",
        "tcr_campaign_registered": "REGISTERED",
    }


def _webhooks(text: Text) -> dict[str, JSON]:
    return {"webhook_failover_url": None, "webhook_url": text.webhook_url}
