"""Links that carry their own right: whoever has one may fetch one file until it expires, and nobody else.

    base64url(tenant|media id|expiry in Unix seconds ‖ HMAC-SHA256 of these)

MEDIA_LINK_KEY holds masters of these links alone: who serves files to the world has no key of the tenants' secrets.
The first master signs, all of them are honoured.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from shared.config import config
from shared.ids import framed
from shared.vault.deriving import derived
from shared.vault.masters import Masters

SETTING = "MEDIA_LINK_KEY"
PURPOSE = "media link v1"
_MAC = 32  # bytes
_CLAIM = re.compile(r"([a-z0-9-]{3,40})\|([0-9a-f]{32})\|([0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class Linked:
    """The file that a link is about."""

    tenant: str
    media: str


class MediaLinks:
    def __init__(self, masters: Masters) -> None:
        self._keys = tuple(derived(masters[id], PURPOSE) for id in masters)

    def sign(self, file: Linked, until: datetime) -> str:
        """The token of a link that is good until then: letters, digits, "-" and "_". Raises ValueError."""
        claim = f"{file.tenant}|{file.media}|{int(until.timestamp())}"
        if not _CLAIM.fullmatch(claim):
            raise ValueError("a link is about a file of a tenant")
        return base64.urlsafe_b64encode(claim.encode() + _mac(self._keys[0], claim)).decode().rstrip("=")

    def open(self, token: str, now: datetime) -> Linked | None:
        """What the token is about; None for a forged or expired one."""
        raw = _decoded(token)
        claim, mac = raw[:-_MAC], raw[-_MAC:]
        parts = _CLAIM.fullmatch(claim.decode("ascii", "replace"))
        signed = [hmac.compare_digest(mac, _mac(key, claim.decode("ascii", "replace"))) for key in self._keys]
        if parts is None or not any(signed) or now.timestamp() >= int(parts[3]):
            return None
        return Linked(parts[1], parts[2])

    def __repr__(self) -> str:
        return "MediaLinks(…)"


@cache
def media_links() -> MediaLinks:
    """This process's own. Raises ConfigurationError if MEDIA_LINK_KEY is missing or weak."""
    return MediaLinks(Masters.parse(config().link_keys, SETTING))


def _mac(key: bytes, claim: str) -> bytes:
    return hmac.new(key, framed(PURPOSE, claim), hashlib.sha256).digest()


def _decoded(token: str) -> bytes:
    """b"" for what is not exactly as it was written: the decoder alone skips foreign characters and loose bits."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return b""
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == token else b""
