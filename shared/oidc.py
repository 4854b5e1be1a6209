"""Who calls a private function: verifies the OIDC token that Google signed for the calling service account.

Written out instead of google-auth's `verify_token`, which checks neither the issuer nor, for a JWK set, a missing
`exp`, and which blocks and fetches the certificates on every call.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from shared.clock import Clock
from shared.config import config
from shared.signed_tokens import CallerRefused, signed_claims
from shared.signing_keys import SigningKeys

__all__ = ["Caller", "CallerRefused", "verify"]

ISSUERS = ("https://accounts.google.com", "accounts.google.com")  # a tuple: a claim may be unhashable


@dataclass(frozen=True, slots=True)
class Caller:
    """A service account that proved who it is. `subject` is its number, which outlives a re-created e-mail."""

    email: str
    subject: str


async def verify(
    token: str, *, audience: str, emails: Collection[str], clock: Clock, keys: SigningKeys | None = None
) -> Caller:
    """The caller that `token` proves: signed by Google for exactly this audience, and one of `emails`.

    Raises CallerRefused (401) for whatever is wrong with the token, Unavailable (503) if Google's keys cannot be had.
    """
    if isinstance(emails, str):
        raise TypeError("emails is a collection of addresses, not one address")  # else `in` means "part of"
    return _caller(await signed_claims(token, keys or _google(), clock), audience, emails)


@cache
def _google() -> SigningKeys:
    return SigningKeys(config().endpoints.certs)


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
