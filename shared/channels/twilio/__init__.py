"""Twilio texts: verify what arrives (`verify`), read it (`read_text`, `read_status`), send (`sending.TwilioSender`).

Reading is loaded when it is asked for: the doors of every function know how to verify. `sending` is not imported here
at all: it needs Twilio's SDK, which no webhook has to pay for when it starts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from shared.channels.twilio.account import Account
from shared.channels.twilio.signature import DUMMY, precheck, verify

if TYPE_CHECKING:
    from shared.channels.twilio.events import read_status, read_text

__all__ = ["DUMMY", "EMPTY_TWIML", "Account", "precheck", "read_status", "read_text", "verify"]

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # no reply: the answer goes through the API


def __getattr__(name: str) -> object:
    if name not in ("read_status", "read_text"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("shared.channels.twilio.events"), name)
