"""Telnyx's messaging webhooks, from verified bytes to the words of `shared.channels.types`.

Shapes: telnyx 4.189 (`messaging_inbound_message_payload.py`, `outbound_message_payload.py`) and Telnyx's page on
receiving webhooks. The SDK's own `unwrap` is not used: it mistakes events outside its union for others, so this
dispatches on the raw `data.event_type`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.channels.meaning import Kind, Meaning
from shared.channels.reference import printable, referenced
from shared.channels.telnyx import codes
from shared.channels.types import DeliveryState, InboundText, Media, StateReport, Unsupported
from shared.errors import BadRequest
from shared.phones import is_e164

PROVIDER = "telnyx"

_TEXT_TYPES = (None, "SMS", "MMS")  # RCS and WhatsApp have other shapes (a bare string as `to`), and other channels

# delivery_unconfirmed: the carrier will never say more, so the last thing known stands.
_STATES = {
    "sent": DeliveryState.SENT,
    "delivery_unconfirmed": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.DELIVERED,
    "expired": DeliveryState.FAILED,
    "sending_failed": DeliveryState.FAILED,
    "delivery_failed": DeliveryState.FAILED,
}

# Telnyx names the group of its keyword, and a profile may define its own groups ("info", "start", "stop").
_OPT_OUTS = {"STOP": "STOP", "START": "START", "UNSTOP": "START", "HELP": "HELP", "INFO": "HELP"}


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is not a moment that exists in UTC") from None


def _storable(text: object) -> object:
    """JSON may carry halves of surrogate pairs, which no database takes: join the pairs, replace what stays single."""
    if not isinstance(text, str):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Text = Annotated[str, BeforeValidator(_storable)]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Party(_Part):
    phone_number: str
    status: str | None = None


class _Media(_Part):
    url: str | None = None
    content_type: str | None = None
    size: int | None = None


class _Error(_Part):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    code: str
    title: str | None = None
    detail: str | None = None


class _Payload(_Part):
    id: Id
    sender: _Party = Field(alias="from")
    to: tuple[_Party, ...] = Field(min_length=1)


class _Received(_Payload):
    text: Text | None = None
    media: tuple[_Media, ...] = ()
    received_at: Moment
    autoresponse_type: str | None = None


class _Sent(_Payload):
    errors: tuple[_Error, ...] = ()
    webhook_url: str | None = None


PayloadT = TypeVar("PayloadT", bound=_Payload)


def read(raw: bytes) -> InboundText | StateReport | Unsupported:
    """The event in a verified body. Raises BadRequest, which names the place and never repeats what stood there.

    A text from a sender that is not E.164 (a short code, a name) is Unsupported: nobody there could be answered.
    """
    data = _object(_object(_json(raw), "the body").get("data"), "data")
    kind = data.get("event_type")
    if not isinstance(kind, str):
        raise BadRequest("data.event_type: a string is required")
    if kind not in ("message.received", "message.sent", "message.finalized"):
        return Unsupported(printable(kind))
    payload = _object(data.get("payload"), "data.payload")
    if payload.get("type") not in _TEXT_TYPES:
        return Unsupported(printable(f"{kind} of type {payload.get('type')}"))
    if kind == "message.received":
        if payload.get("received_at") is None:
            payload = {**payload, "received_at": data.get("occurred_at")}
        return _received(_parsed(_Received, payload))
    return _reported(kind, _parsed(_Sent, payload))


def _received(payload: _Received) -> InboundText | Unsupported:
    recipient = _address(_ours(payload.to), "data.payload.to")
    if not _has_e164(payload.sender):
        return Unsupported("message.received from a sender that is not E.164")
    return InboundText(
        provider=PROVIDER,
        provider_id=payload.id,
        sender=payload.sender.phone_number,
        recipient=recipient,
        text=payload.text or "",
        received_at=payload.received_at,
        media=tuple(_attachment(item.url, item) for item in payload.media if item.url),
        opt_out=_OPT_OUTS.get((payload.autoresponse_type or "").upper()),
    )


def _ours(to: tuple[_Party, ...]) -> _Party:
    """Of a group text's recipients the one whose webhook this is, which Telnyx marks; else the first.

    Who else got it (`to`, `cc`) is left out: the answer goes to the sender alone.
    """
    return next((party for party in to if party.status == "webhook_delivered"), to[0])


def _attachment(url: str, item: _Media) -> Media:
    return Media(url=url, content_type=item.content_type or "application/octet-stream", size=item.size)


def _reported(kind: str, payload: _Sent) -> StateReport | Unsupported:
    recipient = payload.to[0]  # we send to one number at a time
    status = "sent" if kind == "message.sent" else recipient.status or ""
    state = _STATES.get(status)
    if state is None:
        return Unsupported(printable(f"{kind} with status {status or 'absent'}"))
    if not _has_e164(payload.sender):
        return Unsupported(f"{kind} from a sender that is not E.164")
    code, meaning = _failure(status, payload.errors) if state is DeliveryState.FAILED else (None, None)
    return StateReport(
        provider=PROVIDER,
        provider_id=payload.id,
        reference=_reference(payload.webhook_url),
        sender=payload.sender.phone_number,
        recipient=_address(recipient, "data.payload.to"),
        state=state,
        error_code=code,
        error=meaning.sentence if meaning else None,
        opted_out=meaning is not None and meaning.kind is Kind.OPTED_OUT,
    )


def _failure(status: str, errors: tuple[_Error, ...]) -> tuple[str, Meaning]:
    if not errors:
        return status, codes.failure(status)
    first = errors[0]
    words = f"{first.title or ''} {first.detail or ''}".strip()
    return printable(first.code), codes.meaning(first.code, words)


def _reference(url: str | None) -> str | None:
    """Our reference in the URL that Telnyx called."""
    try:
        return referenced(urlsplit(url or "").query)
    except ValueError:
        return None


def _address(party: _Party, place: str) -> str:
    if not _has_e164(party):
        raise BadRequest(f"{place}: the recipient is not an E.164 number")
    return party.phone_number


def _has_e164(party: _Party) -> bool:
    return is_e164(party.phone_number)


def _json(raw: bytes) -> object:
    try:
        parsed: object = json.loads(raw)
    except (ValueError, RecursionError):  # ValueError: broken JSON or encoding, or a number of thousands of digits
        raise BadRequest("the body is not JSON") from None
    return parsed


def _object(value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadRequest(f"{place}: an object is required")
    return value


def _parsed(model: type[PayloadT], payload: dict[str, object]) -> PayloadT:
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise BadRequest(_place_and_message(error)) from None  # the cause would carry the customer's text


def _place_and_message(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"data.payload.{place}: {first['msg']}"
