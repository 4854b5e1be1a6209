"""Tokens that somebody signed (JWT, RS256): taken apart strictly, their signature and their times checked.

What a token must say beyond that is each issuer's own matter: `shared.oidc` for service accounts, `shared.tenancy` for
people, `shared.channels.webchat` for visitors of a site (which signs with HS256).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.clock import Clock
from shared.errors import Unauthenticated
from shared.signing_keys import SigningKeys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SKEW = 60.0  # seconds by which the issuer's clock may be ahead of ours
LONGEST = 8192  # characters; Google's have about 1,000


class CallerRefused(Unauthenticated):
    """Callers learn nothing but the refusal; `reason` is one word of ours for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__("caller not authenticated")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Parts:
    header: Mapping[str, object]
    payload: bytes
    signature: bytes
    signed: bytes  # what the signature is over


async def signed_claims(token: str, keys: SigningKeys, clock: Clock) -> Mapping[str, object]:
    """What `token` says, signed with one of `keys`, issued and not expired.

    Raises CallerRefused (401), or Unavailable (503) if the issuer's keys cannot be had.
    """
    parts = split(token)
    key = await keys.get(_key_id(parts.header), clock)
    if key is None:
        raise CallerRefused("unknown_key")
    _check_signature(key, parts)
    claims = json_object(parts.payload)
    check_times(claims, clock.now().timestamp())
    return claims


def split(token: str) -> Parts:
    """Nothing in it is verified yet. Raises CallerRefused for what is no token."""
    segments = token.split(".") if len(token) <= LONGEST else []
    if len(segments) != 3:
        raise CallerRefused("malformed")
    header, payload, signature = (_decode(segment) for segment in segments)
    return Parts(json_object(header), payload, signature, token.rpartition(".")[0].encode("ascii"))


def _decode(segment: str) -> bytes:
    """Base64url without padding, strictly: Python's decoder alone skips what is not in the alphabet."""
    try:
        decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise CallerRefused("malformed") from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != segment.encode("ascii"):
        raise CallerRefused("malformed")
    return decoded


def json_object(data: bytes) -> Mapping[str, object]:
    """Raises CallerRefused for anything else, and where a name comes twice: two readers may take either for it."""
    try:
        value: object = json.loads(data, object_pairs_hook=_named_once)
    except (ValueError, RecursionError):
        raise CallerRefused("malformed") from None
    if not isinstance(value, dict):
        raise CallerRefused("malformed")
    return value


def _named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a name comes twice")
    return named


def expect_algorithm(header: Mapping[str, object], ours: str) -> None:
    """The algorithm is ours to choose, never the token's: "none", or HS256 under the public key, would be forgeries."""
    if header.get("alg") != ours or "crit" in header:
        raise CallerRefused("algorithm")


def _key_id(header: Mapping[str, object]) -> str:
    expect_algorithm(header, "RS256")
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise CallerRefused("malformed")
    return key_id


def _check_signature(key: RSAPublicKey, parts: Parts) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.verify(parts.signature, parts.signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise CallerRefused("signature") from None


def check_times(claims: Mapping[str, object], now: float) -> None:
    """`now`: seconds since the epoch, as the claims have them."""
    if time_of(claims, "exp") <= now:
        raise CallerRefused("expired")
    if time_of(claims, "iat") > now + SKEW:
        raise CallerRefused("future")
    if "nbf" in claims and time_of(claims, "nbf") > now + SKEW:
        raise CallerRefused("future")


def time_of(claims: Mapping[str, object], name: str) -> float:
    """A claim that is a moment, in seconds since the epoch; one that is missing is refused."""
    value = claims.get(name)
    # `value != value` is NaN, which Python's JSON accepts and every comparison above would let pass.
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        raise CallerRefused("times")
    return value
