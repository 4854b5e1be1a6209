"""Who is signed in on a business's site, as the site's own server says it: a JWT, HS256 under the tenant's key.

The business answers for what its server signs. The standard library is enough to check it, and before the signature has
been checked nothing of the claims is parsed.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import BadRequest
from shared.hidden import Hidden
from shared.phones import is_e164, parse
from shared.signed_tokens import CallerRefused, check_times, expect_algorithm, json_object, split, time_of

LONGEST = 4096  # characters of a token
LONGEST_LIFE = 3600  # seconds from iat to exp; whole ones, for a claim may be larger than any float
SHORTEST_KEY = 32  # bytes
MOST_TEXT = 200  # UTF-16 units of `sub` and `jti`, as the rules count them
MOST_NAME = 100  # characters
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_MOST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Identity:
    """`sub`: the person's id on that site. `name`, `email`, `phone` (E.164): "" where the site does not say.

    `jti` and `until`: of the proof, which holds for one visit.
    """

    sub: str
    name: str
    email: str
    phone: str
    jti: str
    until: datetime

    @property
    def known(self) -> dict[str, str]:
        """What a conversation keeps of it."""
        said = {"sub": self.sub, "name": self.name, "email": self.email, "phone": self.phone}
        return {name: value for name, value in said.items() if value}


def is_usable(key: Hidden) -> bool:
    """Whether anything may be signed with it: who has no key, or one that can be guessed, has no signed identity."""
    return len(_bytes(key)) >= SHORTEST_KEY


def verify(token: str, key: Hidden, *, widget: str, now: datetime) -> Identity:
    """Whom `token` names to this widget. Raises CallerRefused for whatever does not prove itself."""
    if not is_usable(key):
        raise CallerRefused("disabled")
    if len(token) > LONGEST:
        raise CallerRefused("malformed")
    parts = split(token)
    expect_algorithm(parts.header, "HS256")
    if not hmac.compare_digest(parts.signature, hmac.digest(_bytes(key), parts.signed, "sha256")):
        raise CallerRefused("signature")
    claims = json_object(parts.payload)
    if not widget or claims.get("aud") != widget:
        raise CallerRefused("audience")
    return _said(claims, _until(claims, now))


def _bytes(key: Hidden) -> bytes:
    return key.reveal().encode("utf-8", "surrogatepass")


def _until(claims: Mapping[str, object], now: datetime) -> datetime:
    check_times(claims, now.timestamp())
    until = time_of(claims, "exp")
    if until > time_of(claims, "iat") + LONGEST_LIFE:
        raise CallerRefused("life")
    return datetime.fromtimestamp(until, UTC)


def _said(claims: Mapping[str, object], until: datetime) -> Identity:
    return Identity(
        sub=_needed(claims, "sub"),
        name=_name(claims.get("name")),
        email=_email(claims.get("email")),
        phone=_phone(claims.get("phone")),
        jti=_needed(claims, "jti"),
        until=until,
    )


def _needed(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _is_storable(value, MOST_TEXT):
        raise CallerRefused(name)
    return value


def _is_storable(text: str, most: int) -> bool:
    """Whether it has one to `most` UTF-16 units, and no half of a pair: JSON may carry one, a document cannot."""
    try:
        return 0 < len(text.encode("utf-16-le")) <= 2 * most
    except UnicodeEncodeError:
        return False


# What is not as it should be is left out: it is a convenience, and the person is proven without it.


def _name(value: object) -> str:
    name = " ".join(value.split())[:MOST_NAME] if isinstance(value, str) else ""
    return name if _is_storable(name, 2 * MOST_NAME) else ""


def _email(value: object) -> str:
    email = value.strip().lower() if isinstance(value, str) else ""
    return email if _EMAIL.fullmatch(email) and _is_storable(email, _MOST_EMAIL) else ""


def _phone(value: object) -> str:
    """Only with its country: a number that could be dialled in several would be somebody else's in one of them."""
    phone = value.strip() if isinstance(value, str) else ""
    if is_e164(phone) or not phone.startswith("+"):
        return phone if is_e164(phone) else ""
    try:
        return parse(phone)
    except BadRequest:
        return ""
