"""Who may hold which identity (DESIGN §2): the desk behind the function `mint`.

    edge, edge-…        ask by route: they get the tenant that owns the route, and cannot name one
    worker              asks by tenant: its callers are authenticated task queues
    admin               asks by person: it gets the tenant of whoever proves to work there, and cannot name one
    sweeper             asks for itself

What the manifest does not name for an account's functions is refused, and every mint is logged.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import NoReturn, Protocol

from pydantic import BaseModel, ConfigDict, FiniteFloat, SecretStr, model_validator

from shared import log
from shared.boundary.manifest import principals_of
from shared.clock import Clock, SystemClock
from shared.errors import Forbidden, NotFound
from shared.hidden import Hidden
from shared.store.routes import Routes
from shared.tenancy.database import Database
from shared.tenancy.errors import MintUnavailable
from shared.tenancy.issuing import Issuer
from shared.tenancy.minting import Grant
from shared.tenancy.people import people
from shared.tenancy.principals import RESOLVER, SWEEPER, TENANT_ID, Member, Principal, service
from shared.tenancy.renewing import Renewing, stream_end

BY_ROUTE = frozenset({"edge", "edge-twilio", "edge-chat", "edge-identity"})
BY_TENANT = frozenset({"worker"})
BY_PERSON = frozenset({"admin"})
DROP_EVERY = 5.0  # seconds between two tokens made anew for one principal


class MintRequest(BaseModel):
    """Exactly one of: `route` (a route's key), `tenant` (its id), `principal` ("sweeper"), `person` (their id token).

    `newer_than`: when the token was issued (seconds since the epoch) that the database did not accept from the asker.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    route: str | None = None
    tenant: str | None = None
    principal: str | None = None
    person: SecretStr | None = None
    newer_than: FiniteFloat | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> MintRequest:
        if sum(asked is not None for asked in (self.route, self.tenant, self.principal, self.person)) != 1:
            raise ValueError("name exactly one of route, tenant, principal, person")
        return self


class TokenIssuer(Protocol):
    """Where tokens come from: `shared.tenancy.issuing.Issuer`."""

    async def issue(self, principal: Principal) -> tuple[Grant, bool]: ...

    async def forget(self, token: Hidden) -> None: ...


class Verifier(Protocol):
    """Who says whose id token it is: `shared.tenancy.people.People`."""

    async def member(self, token: Hidden) -> Member: ...


class MintDesk:
    """Hands out grants. Its own reads of routes are made as the resolver, which may get one route and nothing else.

    Tokens are kept here, routes are not: each ask by route reads it again.
    """

    def __init__(self, issuer: TokenIssuer, people: Verifier, clock: Clock) -> None:
        self._issuer = issuer
        self._people = people
        self._clock = clock
        self._grants: Renewing[Principal, Grant] = Renewing(self._issue, clock)
        self._dropped: dict[Principal, float] = {}  # when a token was last made anew because it was refused
        self._routes = Routes(Database(_ResolverSession(self._grants), None))

    async def hand_out(self, request: MintRequest, caller: str) -> dict[str, object]:
        """What mint answers. Raises Forbidden for what this caller may not hold, NotFound for a route of nobody, and
        Unauthenticated for a person who proves nothing."""
        identity = caller.split("@")[0]
        if request.route is not None:
            _may(identity, "service", identity in BY_ROUTE)
            return await self._by_route(request, request.route, identity)
        if request.tenant is not None:
            _may(identity, "service", identity in BY_TENANT)
            if not TENANT_ID.fullmatch(request.tenant):
                raise NotFound("no such tenant", code="no_tenant")
            return await self._grant(service(request.tenant), identity, request.newer_than)
        if request.person is not None:
            _may(identity, "service", identity in BY_PERSON)
            member = await self._people.member(Hidden(request.person.get_secret_value()))
            return await self._grant(service(member.tenant_id), identity, request.newer_than)
        _may(identity, request.principal or "", request.principal == SWEEPER.role)
        return await self._grant(SWEEPER, identity, request.newer_than)

    async def _by_route(self, request: MintRequest, key: str, identity: str) -> dict[str, object]:
        channel = await self._routes.get(key)
        if channel is None:
            raise NotFound("no tenant owns this address or channel", code="no_route")
        grant = await self._grant(service(channel.tenant_id), identity, request.newer_than)
        return {**grant, "channel": asdict(channel)}

    async def _grant(self, principal: Principal, identity: str, newer_than: float | None) -> dict[str, object]:
        grant = await self._newer(principal, newer_than)
        log.info("minted", count="minted", role=principal.role, tenant=principal.tenant_id, to=identity)
        return {
            "token": grant.token.reveal(),
            "issued_at": grant.issued_at,
            "expires_at": grant.expires_at,
            "tenant_id": principal.tenant_id,
        }

    async def _newer(self, principal: Principal, than: float | None) -> Grant:
        """The principal's grant; one issued after `than` if that can be, but nobody makes us sign without end."""
        grant = await self._grants.get(principal)
        if than is None or grant.issued_at > than:
            return grant
        if self._may_drop(principal) and self._grants.drop(principal, grant):
            self._dropped[principal] = self._clock.monotonic()
        return await self._grants.get(principal)

    def _may_drop(self, principal: Principal) -> bool:
        now = self._clock.monotonic()
        for settled in [one for one, at in self._dropped.items() if now - at >= DROP_EVERY]:
            del self._dropped[settled]
        return principal not in self._dropped

    async def _issue(self, principal: Principal) -> Grant:
        grant, new = await self._issuer.issue(principal)
        if new:
            await self._undo(principal, grant)
        return grant

    async def _undo(self, principal: Principal, grant: Grant) -> NoReturn:
        """The exchange made an account that nobody provisioned: it goes, and its token with it.

        Raises NotFound for a tenant's, MintUnavailable for one of our own: that is no word on anybody's route.
        """
        log.error("a machine user was made by its first use", count="new_machine_user", uid=principal.uid)
        try:
            await self._issuer.forget(grant.token)
        except MintUnavailable:
            log.error("a machine user that must not be is still there", count="stray_machine_user", uid=principal.uid)
        if principal.tenant_id is None:
            raise MintUnavailable("this identity is not provisioned")
        raise NotFound("no such tenant", code="no_tenant")


class _ResolverSession:
    def __init__(self, grants: Renewing[Principal, Grant]) -> None:
        self._grants = grants
        self._last: Grant | None = None

    async def token(self) -> Hidden:
        self._last = await self._grants.get(RESOLVER)
        return self._last.token

    def refused(self, token: Hidden) -> None:
        if self._last is not None and self._last.token is token:
            self._grants.drop(RESOLVER, self._last)

    def until(self) -> float:
        return 0.0 if self._last is None else stream_end(self._last)


def _may(identity: str, role: str, way: bool) -> None:
    if not way or role not in principals_of(identity):
        log.warning("mint refused", count="mint_refused", role=role, to=identity)
        raise Forbidden("this account may not hold that identity", code="principal_refused")


@cache
def desk() -> MintDesk:
    clock = SystemClock()
    return MintDesk(Issuer(clock), people(), clock)
