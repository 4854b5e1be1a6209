"""What a visitor's browser shows for itself: which conversation it may take part in, from which site, and until when.

    base64url(JSON of tenant, widget, visit, origin, language, proven, expiry) "." base64url(HMAC-SHA256 of these)

A session opens the chat functions for minutes; a resume token opens nothing but another session, for weeks. Each is
signed with a key of its own purpose, derived from CHAT_SESSION_KEY, so neither passes for the other. The first master
signs, all of them are honoured.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from secrets import token_hex

from shared.config import config
from shared.ids import digest, framed
from shared.vault.deriving import derived
from shared.vault.masters import Masters

SETTING = "CHAT_SESSION_KEY"
LONGEST = 1024  # characters of a token


class Pass(Enum):
    """What a token is for; the value is its key's purpose."""

    SESSION = "chat session v1"
    RESUME = "chat resume v1"

    @property
    def life(self) -> timedelta:
        return timedelta(minutes=15) if self is Pass.SESSION else timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Visit:
    """`widget`: the key in the page, which is a channel's id. `id`: 128 random bits. `origin`: the site's, as the
    browser says it. `language`: the one that the widget speaks with this visitor (BCP 47). `proven`: whoever holds it
    has proven who they are, or has it from somebody who had."""

    tenant: str
    widget: str
    id: str
    origin: str
    language: str
    proven: bool = False

    @classmethod
    def begun(cls, tenant: str, widget: str, origin: str, language: str) -> Visit:
        return cls(tenant, widget, token_hex(16), origin, language)

    @property
    def conversation(self) -> str:
        """The id of the one conversation that this is about."""
        return digest("visit", self.tenant, self.id)


class Expired(Exception):
    """It was ours, and its time is over."""


class Forged(Exception):
    """It is not ours, or not for this, or was changed."""


class VisitTokens:
    def __init__(self, masters: Masters) -> None:
        self._keys = {kind: [derived(masters[id], kind.value) for id in masters] for kind in Pass}

    def sign(self, kind: Pass, visit: Visit, now: datetime) -> str:
        """Letters, digits, "-", "_" and one "."."""
        claims = json.dumps([*astuple(visit), int((now + kind.life).timestamp())], separators=(",", ":")).encode()
        return f"{_encoded(claims)}.{_encoded(_mac(self._keys[kind][0], claims))}"

    def open(self, kind: Pass, token: str, now: datetime) -> Visit:
        """Raises Expired or Forged."""
        claims, mac = map(_decoded, _halves(token))
        signed = [hmac.compare_digest(mac, _mac(key, claims)) for key in self._keys[kind]]
        if not any(signed):
            raise Forged
        *visit, until = json.loads(claims)
        if now.timestamp() >= until:
            raise Expired
        return Visit(*visit)

    def __repr__(self) -> str:
        return "VisitTokens(…)"


@cache
def visit_tokens() -> VisitTokens:
    """This process's own. Raises ConfigurationError if CHAT_SESSION_KEY is missing or weak."""
    return VisitTokens(Masters.parse(config().session_keys, SETTING))


def _mac(key: bytes, claims: bytes) -> bytes:
    return hmac.new(key, framed("visit", claims.decode("latin-1")), hashlib.sha256).digest()


def _halves(token: str) -> tuple[str, str]:
    claims, point, mac = token.partition(".")
    if not point or len(token) > LONGEST:
        raise Forged
    return claims, mac


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Raises Forged for what is not exactly as it was written: the decoder alone skips what it does not know."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Forged from None
    if _encoded(raw) != text:
        raise Forged
    return raw
