"""Whether a request comes from Telnyx: Ed25519 over `timestamp|raw body`, one key per Telnyx account.

Webhooks and the assistant's tool calls are signed the same way (telnyx 4.189, `resources/webhooks.py`). The signature
does not name the account: the caller chooses the key by the channel in the URL, before anything is parsed.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from shared.channels.errors import BadSignature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNATURE_HEADER = "telnyx-signature-ed25519"
TIMESTAMP_HEADER = "telnyx-timestamp"
TOLERANCE_SECONDS = 300  # both ways, as Telnyx's own library

# For a channel that does not exist: a real point of the curve (RFC 8032, 7.1, test 1), so that checking costs the same
# as for a channel that does. Its private half is public, so `verify` refuses it whatever the signature.
DUMMY_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def verify(raw: bytes, headers: Mapping[str, str], *, public_key: str, now: datetime) -> None:
    """Return if `raw` was signed by the holder of `public_key` within 300 s of `now`; raise BadSignature if not.

    `headers` has lower-case names. `public_key` is base64 of 32 bytes, as Telnyx's portal shows it; an empty or
    unusable one means that the channel is switched off, and refuses after the same work as a wrong signature.
    """
    timestamp, signature = precheck(headers, now=now)
    key = _key(public_key)
    matches = _matches(key or _required_key(DUMMY_KEY), signature, timestamp.encode() + b"|" + raw)
    if key is None or public_key == DUMMY_KEY:
        raise BadSignature("disabled")
    if not matches:
        raise BadSignature("mismatch")


def precheck(headers: Mapping[str, str], *, now: datetime) -> tuple[str, bytes]:
    """The timestamp and the signature; raises BadSignature for what no key could make right.

    It costs nothing, so it comes before the key is looked up.
    """
    timestamp, signature = _signed_headers(headers)
    _refuse_stale(timestamp, now)
    return timestamp, signature


def _signed_headers(headers: Mapping[str, str]) -> tuple[str, bytes]:
    timestamp, signature = headers.get(TIMESTAMP_HEADER), headers.get(SIGNATURE_HEADER)
    if not timestamp or not signature:
        raise BadSignature("missing")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("timestamp")
    try:
        return timestamp, b64decode(signature, validate=True)
    except ValueError:
        raise BadSignature("encoding") from None


def _refuse_stale(timestamp: str, now: datetime) -> None:
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise BadSignature("stale")


def _key(public_key: str) -> Ed25519PublicKey | None:
    try:
        return _required_key(public_key)
    except ValueError:  # not base64, or not 32 bytes
        return None


def _required_key(public_key: str) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # 46 ms: at the first request

    return Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))


def _matches(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
