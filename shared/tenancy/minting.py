"""Asking the function `mint` for a grant: a principal's token, and for a route the tenant and channel behind it.

The edge asks by route, so it cannot ask for a tenant that it has no route to; workers ask by tenant, their callers
being authenticated task queues. Grants are renewed on use and held per instance, at most 500 of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from shared import identity
from shared.clock import Clock
from shared.config import config
from shared.hidden import Hidden
from shared.tenancy.errors import MintUnavailable, NoRoute, NotYours
from shared.tenancy.renewing import Renewing

UNKNOWN_FOR = timedelta(minutes=1)
_TIMEOUT = 8.0
_MAX_UNKNOWN = 2_000


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
    """What is asked of mint; exactly one of them is set."""

    route: str | None = None
    tenant: str | None = None
    principal: str | None = None

    @property
    def body(self) -> dict[str, str]:
        parts = {"route": self.route, "tenant": self.tenant, "principal": self.principal}
        return {name: value for name, value in parts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Grant:
    """A token and whose it is. Times are seconds since the epoch, from the token's own `iat` and `exp`."""

    token: Hidden
    issued_at: float
    expires_at: float
    tenant_id: str | None = None
    channel: Channel | None = None


class Minting:
    """This instance's grants."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # The account is part of the key: the local cloud hosts functions of several accounts in one process.
        self._grants: Renewing[tuple[str, Ask], Grant] = Renewing(self._mint, clock)
        self._unknown: dict[tuple[str, Ask], float] = {}

    async def grant(self, ask: Ask) -> Grant:
        """Raises NoRoute, NotYours, or MintUnavailable (nothing is lost: the caller is asked to come again)."""
        key = (identity.account.get(), ask)
        self._refuse_known_unknown(key)
        try:
            return await self._grants.get(key)
        except NoRoute:
            self._remember_unknown(key)
            raise

    def drop(self, ask: Ask, grant: Grant) -> None:
        self._grants.drop((identity.account.get(), ask), grant)

    def _refuse_known_unknown(self, key: tuple[str, Ask]) -> None:
        until = self._unknown.get(key)
        if until is not None and self._clock.monotonic() < until:
            raise NoRoute("no tenant owns this address or channel")
        self._unknown.pop(key, None)

    def _remember_unknown(self, key: tuple[str, Ask]) -> None:
        while len(self._unknown) >= _MAX_UNKNOWN:
            self._unknown.pop(next(iter(self._unknown)))
        self._unknown[key] = self._clock.monotonic() + UNKNOWN_FOR.total_seconds()

    async def _mint(self, key: tuple[str, Ask]) -> Grant:
        import httpx  # off the start: an instance that knows its tenant never needs it again

        from shared import http

        url = f"{config().functions_url}/mint"
        bearer = await identity.id_token(url)
        try:
            answer = await http.client().post(
                url, json=key[1].body, headers={"authorization": f"Bearer {bearer}"}, timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise MintUnavailable("the tenant's identity cannot be had at the moment; try again") from error
        return _granted(answer.status_code, answer.content)


def _granted(status: int, content: bytes) -> Grant:
    if status == 404:
        raise NoRoute("no tenant owns this address or channel")
    if status in (401, 403):
        raise NotYours("this function may not act for that principal")
    if status != 200:
        raise MintUnavailable("the tenant's identity cannot be had at the moment; try again")
    return parse_grant(content)


def parse_grant(content: bytes) -> Grant:
    """What mint answers: {"token", "issued_at", "expires_at", "tenant_id"?, "channel"?}."""
    import json

    data = cast("Mapping[str, object]", json.loads(content))
    channel = cast("Mapping[str, str] | None", data.get("channel"))
    return Grant(
        token=Hidden(str(data["token"])),
        issued_at=float(cast(float, data["issued_at"])),
        expires_at=float(cast(float, data["expires_at"])),
        tenant_id=cast("str | None", data.get("tenant_id")),
        channel=Channel(**channel) if channel else None,
    )


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
