"""Telnyx's error codes: what to do about each, and how to say it to the owner of a business.

Codes come synchronously (`errors[].code` of a refused call) and later (`payload.errors[].code` of message.finalized).
Source: Telnyx's messaging error reference; a code that is not here is taken as final.
"""

from __future__ import annotations

from shared.channels.meaning import (
    BAD_NUMBER,
    CONTENT,
    EMPTY,
    EXPIRED,
    LANDLINE,
    OPTED_OUT,
    SPAM,
    TOO_LONG,
    TRY_LATER,
    Kind,
    Meaning,
    table,
)

OPT_OUT_CODE = "40300"

CHECK_KEY = "Telnyx did not accept the API key. Check it in Settings → SMS."
_SENDER = "Your number cannot send texts through this messaging profile. Check the number in your Telnyx account."

_PERMANENT = {
    "10002": BAD_NUMBER,
    "10004": "Telnyx refused the text because a part of it was missing. Tell support if this happens again.",
    "10015": "Telnyx could not read the text. Tell support if this happens again.",
    "10016": "The number is not written in international form, such as +12815550123. Correct it.",
    "40001": LANDLINE,
    "40002": SPAM,
    "40004": "The customer's carrier rejected the text without saying why. Try again later or call.",
    "40005": EXPIRED,
    "40008": "The customer's carrier did not accept the text. Check the number or call the customer.",
    "40009": CONTENT,
    "40012": BAD_NUMBER,
    "40014": EXPIRED,
    "40015": SPAM,
    "40017": SPAM,
    "40301": "The customer's number cannot receive this type of message.",
    "40302": TOO_LONG,
    "40310": BAD_NUMBER,
    "40316": EMPTY,
    "40317": "The attachments were refused: at most 10, and less than 1 MB together.",
    "40322": CONTENT,
    "40328": TOO_LONG,
}

_LINE = {
    "10001": _SENDER,
    "10009": CHECK_KEY,
    "10010": CHECK_KEY,
    "20100": "Your Telnyx account has no funds left. Add credit in your Telnyx account.",
    "40003": "Carriers have blocked your number as a source of spam. Contact Telnyx to have it lifted.",
    "40010": "Your number is not registered for business texts (10DLC). Register it in your Telnyx account.",
    "40013": _SENDER,
    "40016": "Your number has sent all the texts that T-Mobile allows it for today. Send it again tomorrow.",
    "40100": "Your number is not enabled for texts. Enable messaging for it in your Telnyx account.",
    "40305": _SENDER,
    "40309": "Your messaging profile does not allow texts to this country. Allow it in your Telnyx account.",
    "40312": "Your messaging profile is disabled. Enable it in your Telnyx account.",
    "40314": "Texts are disabled for your Telnyx account. Contact Telnyx.",
    "40315": "Carriers trust your number too little to deliver its texts. Contact Telnyx about its reputation.",
    "40320": "Your number is not ready to send yet. Try again in some minutes.",
    "40321": "No number of your messaging profile can send this text. Check the profile in your Telnyx account.",
    "40329": "Your toll-free number is not verified. Verify it in your Telnyx account.",
}

_AGAIN = dict.fromkeys(("10011", "40006", "40011", "40018", "40318"), TRY_LATER)

MEANINGS = table(permanent=_PERMANENT, line=_LINE, again=_AGAIN) | {OPT_OUT_CODE: OPTED_OUT}

UNKNOWN = Meaning(Kind.PERMANENT, "Telnyx refused the text. Its error code is shown beside this message.")
_OTHER_BLOCK = Meaning(Kind.PERMANENT, "Telnyx blocks texts between these two numbers. Contact Telnyx.")

_STATUSES = {
    "expired": EXPIRED,
    "sending_failed": "Telnyx could not send the text.",
    "delivery_failed": "The text could not be delivered.",
}


def meaning(code: str, words: str = "") -> Meaning:
    """What `code` means. `words` are Telnyx's title and detail: 40300 also stands for blocks that are no opt-out."""
    if code == OPT_OUT_CODE and words and not _speaks_of_opting_out(words):
        return _OTHER_BLOCK
    return MEANINGS.get(code, UNKNOWN)


def of_status(status: int) -> Meaning:
    """What a definite refusal with this HTTP status means when no code explains it."""
    if status == 429:
        return Meaning(Kind.AGAIN, TRY_LATER)
    return Meaning(Kind.LINE, CHECK_KEY) if status in (401, 403) else UNKNOWN


def failure(status: str) -> Meaning:
    """What a final `status` (expired, sending_failed, delivery_failed) means that came without a code."""
    return Meaning(Kind.PERMANENT, _STATUSES[status])


def _speaks_of_opting_out(words: str) -> bool:
    lowered = words.lower()
    return any(sign in lowered for sign in ("stop", "opt", "block rule", "unsubscribe"))
