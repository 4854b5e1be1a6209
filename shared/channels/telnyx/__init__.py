"""Telnyx texts: verify what arrives (`verify`), read it (`read`), send (`sending.TelnyxSender`).

`read` is loaded when it is asked for: a tool's call is verified and is no text, and pydantic's models of events cost
its cold start 20 ms. `sending` is not imported here at all: it needs httpx, which no webhook has to pay for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.channels.errors import BadSignature
from shared.channels.telnyx.signature import DUMMY_KEY, verify

if TYPE_CHECKING:
    from shared.channels.telnyx.events import read

__all__ = ["DUMMY_KEY", "BadSignature", "read", "verify"]


def __getattr__(name: str) -> object:
    if name != "read":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from shared.channels.telnyx import events

    return events.read
