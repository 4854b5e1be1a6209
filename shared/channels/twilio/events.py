"""Twilio's messaging webhooks, from verified forms to the words of `shared.channels.types`.

Two functions take them: a customer's text, and the state of one of ours. Shapes: Twilio's pages on webhook requests and
on the status callback; fields that are not named here are ignored.
"""

from __future__ import annotations

import re
from datetime import datetime

from shared.channels.meaning import Kind, Meaning
from shared.channels.reference import printable, referenced
from shared.channels.twilio import codes
from shared.channels.twilio.form import Form, fields
from shared.channels.types import DeliveryState, InboundText, Media, StateReport, Unsupported
from shared.errors import BadRequest
from shared.phones import is_e164

PROVIDER = "twilio"
MOST_MEDIA = 10

_IDS = ("MessageSid", "SmsSid", "SmsMessageSid")  # the first is today's name, the others are kept for old receivers
_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_OPT_OUTS = ("STOP", "START", "HELP")

# What Twilio has taken is sent, in our words: from then on it may only be delivered or fail.
_STATES = {
    "accepted": DeliveryState.SENT,
    "scheduled": DeliveryState.SENT,
    "queued": DeliveryState.SENT,
    "sending": DeliveryState.SENT,
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.DELIVERED,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}


def read_text(raw: bytes, now: datetime) -> InboundText | Unsupported:
    """The text in a verified form, which arrived `now`: Twilio says no time.

    Raises BadRequest, which names the field and never repeats what stood there. A text from a sender that is not E.164
    (a short code, a name) is Unsupported: nobody there could be answered; so is one of WhatsApp and its like.
    """
    form = _read(raw)
    sender, recipient = _required(form, "From"), _required(form, "To")
    status = _first(form, "SmsStatus")
    if status not in ("", "received"):
        return Unsupported(printable(f"a text that is {status}"))
    if ":" in sender or ":" in recipient:
        return Unsupported("a message of another channel")
    _address(recipient, "To")
    if not is_e164(sender):
        return Unsupported("a text from a sender that is not E.164")
    opt_out = _first(form, "OptOutType").upper()
    return InboundText(
        provider=PROVIDER,
        provider_id=_message_id(form),
        sender=sender,
        recipient=recipient,
        text=_first(form, "Body"),
        received_at=now,
        media=_media(form),
        opt_out=opt_out if opt_out in _OPT_OUTS else None,
    )


def read_status(raw: bytes, query: str) -> StateReport | Unsupported:
    """The report in a verified form; `query` is the raw query of the URL that was called, with our reference in it.

    Raises BadRequest, which names the field and never repeats what stood there.
    """
    form = _read(raw)
    status = _first(form, "MessageStatus") or _first(form, "SmsStatus")
    state = _STATES.get(status)
    if state is None:
        return Unsupported(printable(f"a text that is {status or 'in no state'}"))
    sender, recipient = _required(form, "From"), _required(form, "To")
    if not is_e164(sender):
        return Unsupported("a report of a sender that is not E.164")
    code, meaning = _failure(status, form) if state is DeliveryState.FAILED else (None, None)
    return StateReport(
        provider=PROVIDER,
        provider_id=_message_id(form),
        reference=referenced(query),
        sender=sender,
        recipient=_address(recipient, "To"),
        state=state,
        error_code=code,
        error=meaning.sentence if meaning else None,
        opted_out=meaning is not None and meaning.kind is Kind.OPTED_OUT,
    )


def _failure(status: str, form: Form) -> tuple[str, Meaning]:
    code = printable(_first(form, "ErrorCode"))[:40]
    return (code, codes.meaning(code)) if code not in ("", "0") else (status, codes.failure(status))


def _media(form: Form) -> tuple[Media, ...]:
    """MediaUrl0, MediaUrl1 … as far as they go: NumMedia only repeats how many there are."""
    found = []
    for number in range(MOST_MEDIA):
        url = _first(form, f"MediaUrl{number}")
        if url:
            found.append(Media(url, _first(form, f"MediaContentType{number}") or "application/octet-stream"))
    return tuple(found)


def _message_id(form: Form) -> str:
    id = next((found for name in _IDS if (found := _first(form, name))), "")
    if not _ID.fullmatch(id):
        raise BadRequest("MessageSid: the message's id is required")
    return id


def _read(raw: bytes) -> Form:
    try:
        return fields(raw)
    except ValueError:
        raise BadRequest("the body is not a form") from None


def _first(form: Form, name: str) -> str:
    return form.get(name, ("",))[0]


def _required(form: Form, name: str) -> str:
    value = _first(form, name)
    if not value:
        raise BadRequest(f"{name}: the field is required")
    return value


def _address(number: str, name: str) -> str:
    if not is_e164(number):
        raise BadRequest(f"{name}: the recipient is not an E.164 number")
    return number
