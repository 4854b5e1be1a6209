"""Asking the function `mint` for a grant: a principal's token, and for a route the tenant and channel behind it.

The edge asks by route, so it cannot ask for a tenant that it has no route to; workers ask by tenant, their callers
being authenticated task queues; functions for people show the id token of the person they act for. Grants are renewed
on use and held per instance, at most 500 of them. A route can move or end long before the token that came with it, so
its grant is asked for again after a minute (see `renewing`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from shared import identity
from shared.clock import Clock
from shared.config import config
from shared.errors import Problem
from shared.hidden import Hidden
from shared.one_request import NoAnswer, ask
from shared.tenancy.errors import MintUnavailable, NoRoute, NotYours
from shared.tenancy.renewing import Renewing, stream_end

if TYPE_CHECKING:
    from shared.tenancy.principals import Member

UNKNOWN_FOR = timedelta(minutes=1)
_TIMEOUT = 8.0
_MAX_UNKNOWN = 2_000
_MAX_REFUSED = 500

# Mint's own refusals. The same statuses from anything in front of it (a missing deployment, IAM) say nothing of these.
_REFUSALS: Mapping[tuple[int, str], type[Problem]] = {
    (404, "no_route"): NoRoute,
    (404, "no_tenant"): NoRoute,
    (403, "principal_refused"): NotYours,
    (403, "not_a_member"): NotYours,
    (401, "unauthenticated"): NotYours,
}
_DETAILS: Mapping[type[Problem], str] = {
    NoRoute: "no tenant owns this address or channel",
    NotYours: "this function may not act for that principal",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """A door to a tenant: one of its addresses at one provider. `public_key` verifies what comes through it."""

    id: str
    tenant_id: str
    kind: str
    provider: str
    address: str
    public_key: str
    route: str = ""  # the route key that it was found by


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of mint; exactly one of them is set. A person is known by tenant and uid, not by the token."""

    route: str | None = None
    tenant: str | None = None
    principal: str | None = None
    person: Member | None = None

    @property
    def body(self) -> dict[str, str]:
        person = None if self.person is None else self.person.token.reveal()
        parts = {"route": self.route, "tenant": self.tenant, "principal": self.principal, "person": person}
        return {name: value for name, value in parts.items() if value is not None}


_Key = tuple[str, Ask]  # a service account, and what it asks


@dataclass(frozen=True, slots=True)
class Grant:
    """A token and whose it is. Times are seconds since the epoch, from the token's own `iat` and `exp`.

    `checked_at` is when the route that led here was asked for; None if none did.
    """

    token: Hidden
    issued_at: float
    expires_at: float
    tenant_id: str | None = None
    channel: Channel | None = None
    checked_at: float | None = None


class Minting:
    """This instance's grants."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # The account is part of the key: the local cloud hosts functions of several accounts in one process.
        self._grants: Renewing[_Key, Grant] = Renewing(self._mint, clock, ends=(NoRoute, NotYours))
        self._unknown: dict[_Key, float] = {}
        self._refused: dict[_Key, float] = {}  # when the token was issued that the database refused

    async def grant(self, ask: Ask) -> Grant:
        """Raises NoRoute, NotYours, or MintUnavailable (nothing is lost: the caller is asked to come again)."""
        key = (identity.account.get(), ask)
        self._refuse_known_unknown(key)
        return await self._grants.get(key)

    def drop(self, ask: Ask, grant: Grant) -> None:
        """The database refused this grant's token: the next one must be newer."""
        key = (identity.account.get(), ask)
        if self._grants.drop(key, grant):
            _make_room(self._refused, _MAX_REFUSED)
            self._refused[key] = grant.issued_at

    def _refuse_known_unknown(self, key: _Key) -> None:
        until = self._unknown.get(key)
        if until is not None and self._clock.monotonic() < until:
            raise NoRoute(_DETAILS[NoRoute])
        self._unknown.pop(key, None)

    async def _mint(self, key: _Key) -> Grant:
        ask, asked_at = key[1], self._clock.now().timestamp()
        try:
            grant = _granted(ask, *await self._answer(self._body(key)))
        except NoRoute:
            _make_room(self._unknown, _MAX_UNKNOWN)
            self._unknown[key] = self._clock.monotonic() + UNKNOWN_FOR.total_seconds()
            raise
        self._refused.pop(key, None)
        return grant if ask.route is None else replace(grant, checked_at=asked_at)

    def _body(self, key: _Key) -> dict[str, object]:
        refused = self._refused.get(key)
        return {**key[1].body, **({} if refused is None else {"newer_than": refused})}

    async def _answer(self, body: Mapping[str, object]) -> tuple[int, bytes]:
        url = f"{config().functions_url}/mint"
        headers = {"authorization": f"Bearer {await identity.id_token(url)}", "content-type": "application/json"}
        try:
            answer = await ask("POST", url, headers=headers, body=json.dumps(body).encode(), seconds=_TIMEOUT)
        except NoAnswer as error:
            raise _unavailable() from error
        return answer.status, answer.content


def _make_room(kept: dict[_Key, float], most: int) -> None:
    while len(kept) >= most:
        kept.pop(next(iter(kept)))


def _unavailable() -> MintUnavailable:
    return MintUnavailable("the tenant's identity cannot be had at the moment; try again")


def _granted(ask: Ask, status: int, content: bytes) -> Grant:
    try:
        data = _fields(json.loads(content))
        if status == 200:
            return _checked(ask, parse_grant(data))
        refusal = _REFUSALS.get((status, _text(data["error"])))
    except (ValueError, KeyError, TypeError):
        raise _unavailable() from None  # the cause would quote the token
    raise _unavailable() if refusal is None else refusal(_DETAILS[refusal])


def parse_grant(data: Mapping[str, object]) -> Grant:
    """What mint answers: {"token", "issued_at", "expires_at", "tenant_id"?, "channel"?}.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    channel, tenant = data.get("channel"), data.get("tenant_id")
    return Grant(
        token=Hidden(_text(data["token"])),
        issued_at=_seconds(data["issued_at"]),
        expires_at=_seconds(data["expires_at"]),
        tenant_id=None if tenant is None else _text(tenant),
        channel=None if channel is None else _channel(_fields(channel)),
    )


def _checked(ask: Ask, grant: Grant) -> Grant:
    """`grant`, if it answers `ask`: a route leads to one tenant, and a tenant is the one that was named."""
    if ask.route is not None and (grant.channel is None or grant.channel.tenant_id != grant.tenant_id):
        raise ValueError("the grant has no channel of its own tenant")
    tenant = ask.tenant if ask.person is None else ask.person.tenant_id
    if tenant is not None and grant.tenant_id != tenant:
        raise ValueError("the grant is another tenant's")
    return grant


def _channel(data: Mapping[str, object]) -> Channel:
    return Channel(**{name: _string(value) for name, value in data.items()})


def _fields(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return cast("Mapping[str, object]", value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text(value: object) -> str:
    if not _string(value):
        raise ValueError
    return _string(value)


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError
    return float(value)


@dataclass(slots=True)
class GrantSession:
    """A database session's source of tokens: the grant of one ask, renewed as it is used."""

    minting: Minting
    ask: Ask
    last: Grant | None = None

    async def token(self) -> Hidden:
        self.last = await self.minting.grant(self.ask)
        return self.last.token

    def refused(self, token: Hidden) -> None:
        if self.last is not None and self.last.token is token:
            self.minting.drop(self.ask, self.last)

    def until(self) -> float:
        return 0.0 if self.last is None else stream_end(self.last)
