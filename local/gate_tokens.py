"""Which id tokens production would admit (DESIGN §2). The emulator admits all of them.

Everything but the signature: the Auth emulator does not sign. Claims and limits as in Firebase's "Verify ID tokens".
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

SKEW = timedelta(seconds=60)  # how far ahead another machine's clock may be
ISSUER = "https://securetoken.google.com/"


class NotAdmitted(Exception):
    """Why this token is none: UNAUTHENTICATED, or 401."""


def admit(authorization: str | None, project: str, now: datetime) -> datetime:
    """When the token in this `Authorization` header ends. Raises NotAdmitted."""
    claims = _claims(_bearer(authorization))
    if claims.get("aud") != project or claims.get("iss") != f"{ISSUER}{project}":
        raise NotAdmitted("the token is for another project, or it is not an id token")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise NotAdmitted("the token names nobody")
    for name in ("iat", "auth_time"):
        if _moment(claims, name) > now + SKEW:
            raise NotAdmitted(f"the token is of the future ({name})")
    expires = _moment(claims, "exp")
    if expires <= now:
        raise NotAdmitted("the token has expired")
    return expires


def only(values: Iterable[str]) -> str | None:
    """The one token, or session, of a call; None without any. Raises NotAdmitted: of two, the other may be believed."""
    found = tuple(values)
    if len(found) > 1:
        raise NotAdmitted("a token, or a session, is given more than once")
    return found[0] if found else None


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise NotAdmitted("there is no token")
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        raise NotAdmitted("the Authorization header is no bearer token")
    if token.strip() == "owner":
        raise NotAdmitted("'Bearer owner' bypasses every rule: only an emulator would take it")
    return token.strip()


def _claims(token: str) -> dict[str, object]:
    parts = token.split(".")
    if len(parts) != 3:
        raise NotAdmitted("the token is no JWT")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError) as error:
        raise NotAdmitted("the token cannot be read") from error
    if not isinstance(claims, dict):
        raise NotAdmitted("the token has no claims")
    return cast("dict[str, object]", claims)


def _moment(claims: dict[str, object], name: str) -> datetime:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise NotAdmitted(f"the token does not say {name}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise NotAdmitted(f"the token's {name} is no time") from error
