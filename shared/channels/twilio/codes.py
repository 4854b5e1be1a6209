"""Twilio's error codes: what to do about each, and how to say it to the owner of a business.

Codes come synchronously (`code` of a refused call) and later (`ErrorCode` of a status callback). Source: Twilio's error
dictionary; a code that is not here is taken as final.
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

OPT_OUT_CODE = "21610"

CHECK_ACCOUNT = "Twilio did not accept the account or its token. Check them in Settings → SMS."
_SENDER = "Your number cannot send texts through this Twilio account. Check the number in your Twilio account."
_SERVICE = "The messaging service does not exist in your Twilio account. Check it in Settings → SMS."

_PERMANENT = {
    "21211": BAD_NUMBER,
    "21265": BAD_NUMBER,
    "21601": BAD_NUMBER,
    "21602": EMPTY,
    "21604": "The text had no recipient. Tell support if this happens again.",
    "21614": "This number is not a mobile phone and cannot receive texts. Call the customer instead.",
    "21617": TOO_LONG,
    "21619": EMPTY,
    "21620": "The attachment cannot be fetched. Attach it again.",
    "21623": "The text has too many attachments: at most 10.",
    "30003": "The customer's phone cannot be reached: it is off, or out of service. Try again later or call.",
    "30004": "The customer's phone or carrier blocks this text. Call the customer instead.",
    "30005": "The customer's number is unknown to its carrier. Check the number or call the customer.",
    "30006": LANDLINE,
    "30007": SPAM,
    "30008": "The customer's carrier did not accept the text and did not say why. Try again later or call.",
    "30010": "Sending this text would cost more than is allowed. Shorten it.",
    "30036": EXPIRED,
    "30410": "The customer's carrier did not answer in time. Try again later or call.",
    "30453": CONTENT,
}

_LINE = {
    "20003": CHECK_ACCOUNT,
    "20005": "Your Twilio account is not active. Look at it in your Twilio account.",
    "20404": CHECK_ACCOUNT,
    "21212": _SENDER,
    "21408": "Your Twilio account does not allow texts to this country. Allow it in your Twilio account.",
    "21603": _SENDER,
    "21606": _SENDER,
    "21608": "Your Twilio account is a trial: it texts verified numbers only. Upgrade it in your Twilio account.",
    "21612": "Your number cannot text this customer's carrier. Check the number in your Twilio account.",
    "21659": _SENDER,
    "21660": _SENDER,
    "21701": _SERVICE,
    "21703": "The messaging service has no number that can send. Add yours in your Twilio account.",
    "30002": "Your Twilio account is suspended. Look at it in your Twilio account.",
    "30024": "Your number is not ready to send yet. Try again in some hours.",
    "30032": "Your toll-free number is not verified. Verify it in your Twilio account.",
    "30034": "Your number is not registered for business texts (10DLC). Register it in your Twilio account.",
    "63038": "Your Twilio account has sent all the texts that it may send today. Send it again tomorrow.",
}

_AGAIN = dict.fromkeys(("14107", "20429", "21611", "30001", "30022"), TRY_LATER)

MEANINGS = table(permanent=_PERMANENT, line=_LINE, again=_AGAIN) | {OPT_OUT_CODE: OPTED_OUT}

UNKNOWN = Meaning(Kind.PERMANENT, "Twilio refused the text. Its error code is shown beside this message.")

_STATUSES = {
    "failed": "Twilio could not send the text.",
    "undelivered": "The text could not be delivered.",
    "canceled": "The text was cancelled in your Twilio account.",
}


def meaning(code: str) -> Meaning:
    return MEANINGS.get(code, UNKNOWN)


def of_status(status: int) -> Meaning:
    """What a definite refusal with this HTTP status means when no code explains it."""
    if status == 429:
        return Meaning(Kind.AGAIN, TRY_LATER)
    return Meaning(Kind.LINE, CHECK_ACCOUNT) if status in (401, 403) else UNKNOWN


def failure(status: str) -> Meaning:
    """What a final `status` (failed, undelivered, canceled) means that came without a code."""
    return Meaning(Kind.PERMANENT, _STATUSES[status])
