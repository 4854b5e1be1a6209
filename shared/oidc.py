"""Who calls a private function: verifies the OIDC token that Google signed for the calling service account.

Written out instead of google-auth's `verify_token`, which checks neither the issuer nor, for a JWK set, a missing
`exp`, and which blocks and fetches the certificates on every call.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from shared.clock import Clock
from shared.config import config
from shared.errors import Unauthenticated
from shared.signing_keys import SigningKeys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ISSUERS = ("https://accounts.google.com", "accounts.google.com")  # a tuple: a claim may be unhashable
SKEW = 60.0  # seconds by which the issuer's clock may be ahead of ours
LONGEST = 8192  # characters; Google's have about 1,000


@dataclass(frozen=True, slots=True)
class Caller:
    """A service account that proved who it is. `subject` is its number, which outlives a re-created e-mail."""

    email: str
    subject: str


class CallerRefused(Unauthenticated):
    """Callers learn nothing but the refusal; `reason` is one word of ours for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__("caller not authenticated")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Parts:
    header: Mapping[str, object]
    payload: bytes
    signature: bytes
    signed: bytes  # what the signature is over


async def verify(
    token: str, *, audience: str, emails: Collection[str], clock: Clock, keys: SigningKeys | None = None
) -> Caller:
    """The caller that `token` proves: signed by Google for exactly this audience, and one of `emails`.

    Raises CallerRefused (401) for whatever is wrong with the token, Unavailable (503) if Google's keys cannot be had.
    """
    if isinstance(emails, str):
        raise TypeError("emails is a collection of addresses, not one address")  # else `in` means "part of"
    parts = _split(token)
    key = await (keys or _google()).get(_key_id(parts.header), clock)
    if key is None:
        raise CallerRefused("unknown_key")
    _check_signature(key, parts)
    claims = _json_object(parts.payload)
    _check_times(claims, clock.now().timestamp())
    return _caller(claims, audience, emails)


@cache
def _google() -> SigningKeys:
    return SigningKeys(config().endpoints.certs)


def _split(token: str) -> _Parts:
    segments = token.split(".") if len(token) <= LONGEST else []
    if len(segments) != 3:
        raise CallerRefused("malformed")
    header, payload, signature = (_decode(segment) for segment in segments)
    return _Parts(_json_object(header), payload, signature, token.rpartition(".")[0].encode("ascii"))


def _decode(segment: str) -> bytes:
    """Base64url without padding, strictly: Python's decoder alone skips what is not in the alphabet."""
    try:
        decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise CallerRefused("malformed") from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != segment.encode("ascii"):
        raise CallerRefused("malformed")
    return decoded


def _json_object(data: bytes) -> Mapping[str, object]:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        raise CallerRefused("malformed") from None
    if not isinstance(value, dict):
        raise CallerRefused("malformed")
    return value


def _key_id(header: Mapping[str, object]) -> str:
    # The algorithm is ours to choose, never the token's: "none", or HS256 under the public key, would be forgeries.
    if header.get("alg") != "RS256" or "crit" in header:
        raise CallerRefused("algorithm")
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise CallerRefused("malformed")
    return key_id


def _check_signature(key: RSAPublicKey, parts: _Parts) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.verify(parts.signature, parts.signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise CallerRefused("signature") from None


def _check_times(claims: Mapping[str, object], now: float) -> None:
    if _time(claims, "exp") <= now:
        raise CallerRefused("expired")
    if _time(claims, "iat") > now + SKEW:
        raise CallerRefused("future")
    if "nbf" in claims and _time(claims, "nbf") > now + SKEW:
        raise CallerRefused("future")


def _time(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    # `value != value` is NaN, which Python's JSON accepts and every comparison above would let pass.
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        raise CallerRefused("times")
    return value


def _caller(claims: Mapping[str, object], audience: str, emails: Collection[str]) -> Caller:
    if claims.get("iss") not in ISSUERS:
        raise CallerRefused("issuer")
    if not audience or claims.get("aud") != audience:
        raise CallerRefused("audience")
    email, subject = claims.get("email"), claims.get("sub")
    if not isinstance(email, str) or email not in emails or claims.get("email_verified") is not True:
        raise CallerRefused("email")
    if not isinstance(subject, str) or not subject:
        raise CallerRefused("subject")
    return Caller(email, subject)
