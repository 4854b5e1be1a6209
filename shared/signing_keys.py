"""The public keys with which an issuer signs its tokens: one JWK set, fetched rarely and kept."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import httpx

from shared import http
from shared.clock import Clock
from shared.errors import Unavailable
from shared.single_flight import SingleFlight

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

TIMEOUT = 3.0  # seconds for the whole call
SHORTEST, LONGEST = 60.0, 86_400.0  # seconds within which the server's max-age is believed
RETRY = 5.0  # seconds between attempts while the server fails
SMALLEST_KEY = 2048  # bits

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])", re.IGNORECASE)


class SigningKeys:
    """Keys by id. A set past its max-age is still used while no newer one can be fetched.

    An unknown id fetches again (keys rotate), at most once a minute: ids come from callers who are not known yet.
    While the server fails, it is asked every RETRY seconds instead.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fresh_until = self._not_before = float("-inf")  # monotonic seconds
        self._failed = False
        self._flight: SingleFlight[None, None] = SingleFlight()

    async def get(self, key_id: str, clock: Clock) -> RSAPublicKey | None:
        """The key with this id, None if the issuer has none such. Raises Unavailable if that cannot be known now."""
        now = clock.monotonic()
        due = key_id not in self._keys or now >= self._fresh_until
        if due and now >= self._not_before:
            await self._flight.run(None, lambda: self._refresh(clock))
        if key_id not in self._keys and self._failed:
            raise Unavailable("Callers cannot be authenticated at the moment; try again.")
        return self._keys.get(key_id)

    async def _refresh(self, clock: Clock) -> None:
        try:
            self._keys, max_age = await self._fetch()
        except (httpx.HTTPError, TimeoutError, ValueError):
            self._failed, self._not_before = True, clock.monotonic() + RETRY
            return
        now = clock.monotonic()
        self._failed, self._not_before, self._fresh_until = False, now + SHORTEST, now + max_age

    async def _fetch(self) -> tuple[Mapping[str, RSAPublicKey], float]:
        async with asyncio.timeout(TIMEOUT):
            response = await http.client().get(self._url)
        response.raise_for_status()
        keys = _keys(response.json())
        if not keys:
            raise ValueError("a JWK set without a usable key")
        return keys, _max_age(response.headers.get("cache-control", ""))


def _max_age(cache_control: str) -> float:
    """Seconds, within bounds; the lower one if the server says nothing."""
    match = _MAX_AGE.search(cache_control)
    return min(max(float(match[1]), SHORTEST), LONGEST) if match else SHORTEST


def _keys(key_set: object) -> dict[str, RSAPublicKey]:
    """Keys by id of a JWK set (RFC 7517); what is not an RSA signing key is left out. Raises ValueError."""
    listed: object = key_set.get("keys") if isinstance(key_set, dict) else None
    if not isinstance(listed, list):
        raise ValueError("not a JWK set")
    found = ((key.get("kid"), _key(key)) for key in listed if isinstance(key, dict))
    return {key_id: key for key_id, key in found if isinstance(key_id, str) and key is not None}


def _key(jwk: Mapping[str, object]) -> RSAPublicKey | None:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    usable = jwk.get("kty") == "RSA" and jwk.get("use", "sig") == "sig" and jwk.get("alg", "RS256") == "RS256"
    try:
        key = RSAPublicNumbers(_number(jwk.get("e")), _number(jwk.get("n"))).public_key() if usable else None
    except (ValueError, TypeError):
        return None
    return key if key is not None and key.key_size >= SMALLEST_KEY else None


def _number(encoded: object) -> int:
    if not isinstance(encoded, str):
        raise TypeError("a number of a JWK is base64url text")
    return int.from_bytes(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)), "big")
