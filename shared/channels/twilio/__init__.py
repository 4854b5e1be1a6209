"""Twilio texts: verify what arrives (`verify`), read it (`read_text`, `read_status`), send (`sending.TwilioSender`).

`sending` is not imported here: it needs Twilio's SDK, which no webhook has to pay for when it starts.
"""

from shared.channels.twilio.account import Account
from shared.channels.twilio.events import read_status, read_text
from shared.channels.twilio.signature import DUMMY, precheck, verify

__all__ = ["DUMMY", "EMPTY_TWIML", "Account", "precheck", "read_status", "read_text", "verify"]

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # no reply: the answer goes through the API
