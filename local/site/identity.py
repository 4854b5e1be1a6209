"""What a business's server does so that the chat knows who is signed in: a JWT, HS256, under the tenant's key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

VALID = timedelta(minutes=10)
ANA: Mapping[str, str] = {
    "sub": "customer-1",
    "name": "Ana Reyes",
    "email": "ana@parents.example",
    "phone": "+12815550101",
}


def identity_token(key: str, audience: str, person: Mapping[str, str], now: datetime) -> str:
    """It holds once, for ten minutes, and for the widget `audience` alone."""
    times = {"iat": int(now.timestamp()), "exp": int((now + VALID).timestamp())}
    claims = {**person, **times, "aud": audience, "jti": secrets.token_hex(16)}
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_base64(hmac.digest(key.encode(), signed.encode(), hashlib.sha256))}"


def _part(content: Mapping[str, object]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
