"""Who may hold which identity (DESIGN §2): the desk behind the function `mint`.

    edge      asks by route: it gets the tenant that owns the route, and cannot name one
    worker    asks by tenant: its callers are authenticated task queues
    sweeper   asks for itself

What the manifest does not name for an account's functions is refused, and every mint is logged.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache

from pydantic import BaseModel, ConfigDict, model_validator

from shared import log
from shared.boundary.manifest import principals_of
from shared.clock import SystemClock
from shared.errors import Forbidden, NotFound
from shared.hidden import Hidden
from shared.store.routes import Route, Routes
from shared.tenancy.database import Database
from shared.tenancy.issuing import Issuer
from shared.tenancy.minting import Channel, Grant
from shared.tenancy.principals import RESOLVER, SWEEPER, TENANT_ID, Principal, service
from shared.tenancy.renewing import Renewing

BY_ROUTE = frozenset({"edge"})
BY_TENANT = frozenset({"worker"})


class MintRequest(BaseModel):
    """Exactly one of: `route` (a route's key), `tenant` (its id), `principal` ("sweeper")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    route: str | None = None
    tenant: str | None = None
    principal: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> MintRequest:
        if sum(asked is not None for asked in (self.route, self.tenant, self.principal)) != 1:
            raise ValueError("name exactly one of route, tenant, principal")
        return self


class MintDesk:
    """Hands out grants. Its own reads of routes are made as the resolver, which may get one route and nothing else."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._grants: Renewing[Principal, Grant] = Renewing(self._issue, SystemClock())
        self._routes = Routes(Database(_ResolverSession(self._grants), None))

    async def hand_out(self, request: MintRequest, caller: str) -> dict[str, object]:
        """What mint answers. Raises Forbidden for what this caller may not hold, NotFound for a route of nobody."""
        identity = caller.split("@")[0]
        if request.route is not None:
            _may(identity, "service", identity in BY_ROUTE)
            return await self._by_route(request.route, identity)
        if request.tenant is not None:
            _may(identity, "service", identity in BY_TENANT)
            if not TENANT_ID.fullmatch(request.tenant):
                raise NotFound("no such tenant", code="no_tenant")
            return await self._grant(service(request.tenant), identity)
        _may(identity, request.principal or "", request.principal == SWEEPER.role)
        return await self._grant(SWEEPER, identity)

    async def _by_route(self, key: str, identity: str) -> dict[str, object]:
        route = await self._routes.get(key)
        if route is None:
            raise NotFound("no tenant owns this address or channel", code="no_route")
        return {**await self._grant(service(route.tenant_id), identity), "channel": _channel(route)}

    async def _grant(self, principal: Principal, identity: str) -> dict[str, object]:
        grant = await self._grants.get(principal)
        log.info("minted", count="minted", role=principal.role, tenant=principal.tenant_id, to=identity)
        return {
            "token": grant.token.reveal(),
            "issued_at": grant.issued_at,
            "expires_at": grant.expires_at,
            "tenant_id": principal.tenant_id,
        }

    async def _issue(self, principal: Principal) -> Grant:
        grant, new = await self._issuer.issue(principal)
        if new:
            log.error("a machine user was made by its first use", count="new_machine_user", uid=principal.uid)
        return grant


class _ResolverSession:
    def __init__(self, grants: Renewing[Principal, Grant]) -> None:
        self._grants = grants

    async def token(self) -> Hidden:
        return (await self._grants.get(RESOLVER)).token

    def refused(self, _token: Hidden) -> None:
        self._grants.drop(RESOLVER)


def _may(identity: str, role: str, way: bool) -> None:
    if not way or role not in principals_of(identity):
        log.warning("mint refused", count="mint_refused", role=role, to=identity)
        raise Forbidden("this account may not hold that identity", code="principal_refused")


def _channel(route: Route) -> dict[str, str]:
    channel = Channel(
        id=route.channel,
        tenant_id=route.tenant_id,
        kind=route.kind,
        provider=route.provider,
        address=route.address,
        public_key=route.public_key,
    )
    return asdict(channel)


@cache
def desk() -> MintDesk:
    return MintDesk(Issuer(SystemClock()))
