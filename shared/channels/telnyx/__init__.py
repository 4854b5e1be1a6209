"""Telnyx texts: verify what arrives (`verify`), read it (`read`), send (`sending.TelnyxSender`).

`sending` is not imported here: it needs httpx, which no webhook has to pay for when it starts.
"""

from shared.channels.errors import BadSignature
from shared.channels.telnyx.events import read
from shared.channels.telnyx.signature import DUMMY_KEY, verify

__all__ = ["DUMMY_KEY", "BadSignature", "read", "verify"]
