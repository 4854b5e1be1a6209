"""Twilio's words on the wire: the resource of a message, errors, the forms of its webhooks and their signatures.

Pure functions, held against recorded payloads; `local.standins.twilio` decides when to say what. Signatures are made by
Twilio's own library, so that ours is checked by something else than itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

from local.standins.base import JSON
from local.standins.telnyx_wire import parts

VERSION = "2010-04-01"
MOST_TEXT = 1600

# code: (HTTP status, message)
ERRORS = {
    "20003": (401, "Authenticate"),
    "20404": (404, "The requested resource was not found"),
    "20429": (429, "Too Many Requests"),
    "21211": (400, "Invalid 'To' Phone Number"),
    "21212": (400, "Invalid From Number"),
    "21602": (400, "Message body is required."),
    "21603": (400, "A 'From' phone number is required."),
    "21604": (400, "A 'To' phone number is required."),
    "21606": (
        400,
        "The 'From' phone number provided is not a valid message-capable number of this account.",
    ),
    "21610": (400, "Attempt to send to unsubscribed recipient"),
    "21617": (400, "The concatenated message body exceeds the 1600 character limit"),
}


@dataclass(frozen=True)
class Account:
    """One customer of Twilio: its id and token, its numbers with the webhook URL of each.

    `signs_with`: the name of the shared key that signs its webhooks, None where the auth token does.
    """

    sid: str
    auth_token: str = field(repr=False)
    numbers: dict[str, str]
    shared_keys: dict[str, str] = field(default_factory=dict, repr=False)
    signs_with: str | None = None


@dataclass(frozen=True)
class Text:
    """One text and where it is; `callback` is where its states, or itself, are reported to."""

    sid: str
    account_sid: str
    direction: str
    sender: str
    recipient: str
    text: str
    callback: str | None
    at: datetime
    media: tuple[str, ...] = ()
    service: str | None = None
    status: str = "queued"
    error_code: str | None = None
    opt_out: str | None = None


def resource(text: Text) -> JSON:
    """The answer to an accepted call."""
    uri = f"/{VERSION}/Accounts/{text.account_sid}/Messages/{text.sid}"
    return {
        "account_sid": text.account_sid,
        "api_version": VERSION,
        "body": text.text,
        "date_created": format_datetime(text.at),
        "date_sent": None,
        "date_updated": format_datetime(text.at),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": text.sender,
        "messaging_service_sid": text.service,
        "num_media": str(len(text.media)),
        "num_segments": str(parts(text.text)),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.recipient,
        "uri": f"{uri}.json",
    }


def error(code: str) -> tuple[int, JSON]:
    """A refused call's status and body."""
    status, message = ERRORS[code]
    more = f"https://www.twilio.com/docs/errors/{code}"
    return status, {"code": int(code), "message": message, "more_info": more, "status": status}


def received(text: Text) -> dict[str, str]:
    """The form of a customer's text."""
    form = {
        "ToCountry": "US",
        "ToState": "TX",
        "SmsMessageSid": text.sid,
        "NumMedia": str(len(text.media)),
        "ToCity": "HOUSTON",
        "FromZip": "",
        "SmsSid": text.sid,
        "FromState": "TX",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text.text,
        "FromCountry": "US",
        "To": text.recipient,
        "ToZip": "",
        "NumSegments": str(parts(text.text)),
        "MessageSid": text.sid,
        "AccountSid": text.account_sid,
        "From": text.sender,
        "ApiVersion": VERSION,
    }
    for number, url in enumerate(text.media):
        form |= {f"MediaUrl{number}": url, f"MediaContentType{number}": "image/jpeg"}
    return form | ({"OptOutType": text.opt_out} if text.opt_out else {})


def report(text: Text) -> dict[str, str]:
    """The form of a status callback."""
    form = {
        "SmsSid": text.sid,
        "SmsStatus": text.status,
        "MessageStatus": text.status,
        "To": text.recipient,
        "MessageSid": text.sid,
        "AccountSid": text.account_sid,
        "From": text.sender,
        "ApiVersion": VERSION,
    }
    if text.status == "delivered":
        form["RawDlrDoneDate"] = text.at.strftime("%y%m%d%H%M")
    return form | ({"ErrorCode": text.error_code} if text.error_code else {})


def encoded(form: dict[str, str]) -> bytes:
    return urlencode(form).encode()


def signed(url: str, form: dict[str, str], account: Account) -> dict[str, str]:
    """The headers that prove to a receiver that `account` posted `form` to `url`."""
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    if account.signs_with is None:
        signature = RequestValidator(account.auth_token).compute_signature(url, form, HMAC_SHA1)
        return {**headers, "x-twilio-signature": signature}
    secret = account.shared_keys[account.signs_with]
    return {
        **headers,
        "x-twilio-signature": RequestValidator(secret).compute_signature(url, form, HMAC_SHA256),
        "x-twilio-webhooks-signature-settings": f"key={account.signs_with},algorithm={HMAC_SHA256}",
    }
