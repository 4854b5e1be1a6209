"""Asking mint: what its answers mean, and what happens to a grant whose token or route ended."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from shared import http, identity
from shared.config import config
from shared.tenancy.errors import MintUnavailable, NoRoute, NotYours
from shared.tenancy.minting import UNKNOWN_FOR, Ask, GrantSession, Minting
from shared.tenancy.renewing import begin_request, settle
from tests.unit.loopback import MovableClock, serving

ROUTE, TENANT = Ask(route="0" * 32), Ask(tenant="testing-agency")
CHANNEL = {
    "id": "c1",
    "tenant_id": "testing-agency",
    "kind": "sms",
    "provider": "telnyx",
    "address": "+12817679141",
    "public_key": "k",
}


class Mint:
    """The metadata server and mint at one address. `tenant` owns the route; `failing` is answered instead."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.asked: list[dict[str, object]] = []
        self.tenant = "testing-agency"
        self.failing: Response | None = None
        self.changed: dict[str, object] = {}

    async def __call__(self, request: Request) -> Response:
        if request.url.path.startswith("/computeMetadata"):
            claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + 3600}).encode()).decode().rstrip("=")
            return PlainTextResponse(f"e.{claims}.s")
        self.asked.append(await request.json())
        return self.failing or JSONResponse({**self.grant(), **self.changed})

    def grant(self) -> dict[str, object]:
        now = self.clock.now().timestamp()
        token = {"token": f"token {len(self.asked)}", "issued_at": now, "expires_at": now + 3600}
        channel = {**CHANNEL, "tenant_id": self.tenant} if "route" in self.asked[-1] else None
        return {**token, "tenant_id": self.tenant, "channel": channel}


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def mint(clock: MovableClock) -> Mint:
    return Mint(clock)


class Address:
    """Where mint is served: one server for all tests of this file, each with a mint of its own behind it."""

    mint: Mint

    async def __call__(self, request: Request) -> Response:
        return await self.mint(request)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Address, str]]:
    with serving(address := Address()) as base:
        yield address, base


@pytest.fixture
def url(served: tuple[Address, str], mint: Mint) -> str:
    served[0].mint = mint
    return served[1]


@pytest.fixture
async def minting(url: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Minting]:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo-unit")
    monkeypatch.setenv("FUNCTIONS_URL", url)
    monkeypatch.setenv("GCE_METADATA_HOST", url.removeprefix("http://"))
    for cached in (config, identity._server):
        cached.cache_clear()
    yield Minting(clock)
    await http.close()
    for cached in (config, identity._server):
        cached.cache_clear()


async def tenant_of(minting: Minting, ask: Ask = ROUTE) -> str | None:
    begin_request()
    grant = await minting.grant(ask)
    await settle()
    return grant.tenant_id


def refusal(status: int, code: str) -> Response:
    return JSONResponse({"error": code, "detail": "no"}, status)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, "no_route", NoRoute),
        (404, "no_tenant", NoRoute),
        (404, "not_found", MintUnavailable),
        (403, "principal_refused", NotYours),
        (401, "unauthenticated", NotYours),
        (403, "no_route", MintUnavailable),
        (401, "principal_refused", MintUnavailable),
        (500, "no_route", MintUnavailable),
        (503, "unavailable", MintUnavailable),
    ],
)
async def test_only_mints_own_words_are_a_refusal(
    minting: Minting, mint: Mint, status: int, code: str, expected: type[Exception]
) -> None:
    mint.failing = refusal(status, code)
    with pytest.raises(expected):
        await minting.grant(ROUTE)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 429, 502])
@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", b"[]", b"null", b"{}", b'{"error": ["no_route"]}'])
async def test_an_answer_that_is_not_mints_is_no_word_on_a_route(
    minting: Minting, mint: Mint, status: int, body: bytes
) -> None:
    mint.failing = Response(body, status)
    with pytest.raises(MintUnavailable):
        await minting.grant(ROUTE)
    mint.failing = None
    assert await tenant_of(minting) == "testing-agency"


@pytest.mark.parametrize(
    "changed",
    [
        {"token": ""},
        {"token": None},
        {"issued_at": "now"},
        {"expires_at": True},
        {"tenant_id": 3},
        {"tenant_id": "another-tenant"},
        {"channel": None},
        {"channel": {"id": "c1"}},
        {"channel": {**CHANNEL, "extra": "x"}},
        {"channel": {**CHANNEL, "kind": 3}},
        {"channel": {**CHANNEL, "tenant_id": "another-tenant"}},
    ],
)
async def test_a_malformed_grant_is_none(minting: Minting, mint: Mint, changed: dict[str, object]) -> None:
    mint.changed = changed
    with pytest.raises(MintUnavailable):
        await minting.grant(ROUTE)


async def test_another_tenants_grant_is_not_the_one_that_was_asked_for(minting: Minting, mint: Mint) -> None:
    mint.tenant = "another-tenant"
    with pytest.raises(MintUnavailable):
        await minting.grant(TENANT)


async def test_a_warm_route_asks_nothing_for_a_minute(minting: Minting, mint: Mint, clock: MovableClock) -> None:
    for _ in range(5):
        await tenant_of(minting)
        clock.pass_by(12)
    assert len(mint.asked) == 1


async def test_a_tenant_is_not_asked_for_again_while_its_token_lives(
    minting: Minting, mint: Mint, clock: MovableClock
) -> None:
    await tenant_of(minting, TENANT)
    clock.pass_by(2900)
    await tenant_of(minting, TENANT)
    assert len(mint.asked) == 1


async def test_a_route_that_moved_is_followed_after_a_minute(minting: Minting, mint: Mint, clock: MovableClock) -> None:
    await tenant_of(minting)
    mint.tenant = "another-tenant"
    clock.pass_by(61)
    assert [await tenant_of(minting), await tenant_of(minting)] == ["testing-agency", "another-tenant"]


async def test_a_route_that_ended_is_gone_after_a_minute(minting: Minting, mint: Mint, clock: MovableClock) -> None:
    await tenant_of(minting)
    mint.failing = refusal(404, "no_route")
    clock.pass_by(61)
    await tenant_of(minting)
    with pytest.raises(NoRoute):
        await minting.grant(ROUTE)
    assert len(mint.asked) == 2
    mint.failing = None
    clock.pass_by(UNKNOWN_FOR.total_seconds())
    assert await tenant_of(minting) == "testing-agency"


async def test_an_account_that_lost_its_identity_loses_its_grant(
    minting: Minting, mint: Mint, clock: MovableClock
) -> None:
    await tenant_of(minting)
    mint.failing = refusal(403, "principal_refused")
    clock.pass_by(61)
    await tenant_of(minting)
    with pytest.raises(NotYours):
        await minting.grant(ROUTE)


async def test_while_mint_is_away_a_route_serves_five_minutes(
    minting: Minting, mint: Mint, clock: MovableClock
) -> None:
    await tenant_of(minting)
    mint.failing = Response(b"", 503)
    clock.pass_by(299)
    assert await tenant_of(minting) == "testing-agency"
    clock.pass_by(2)
    with pytest.raises(MintUnavailable):
        await minting.grant(ROUTE)


async def test_after_a_refused_token_mint_is_asked_for_a_newer_one(
    minting: Minting, mint: Mint, clock: MovableClock
) -> None:
    session = GrantSession(minting, TENANT)
    issued_at = clock.now().timestamp()
    refused = await session.token()
    clock.pass_by(10)
    session.refused(refused)
    assert (await session.token()).reveal() == "token 2"
    session.refused(refused)  # a second call that had used it too
    assert (await session.token()).reveal() == "token 2"
    tenant = {"tenant": "testing-agency"}
    assert mint.asked == [tenant, {**tenant, "newer_than": issued_at}]


async def test_the_wish_for_a_newer_token_outlives_a_failure_and_ends_with_a_grant(
    minting: Minting, mint: Mint, clock: MovableClock
) -> None:
    session = GrantSession(minting, TENANT)
    refused = await session.token()
    session.refused(refused)
    mint.failing = Response(b"", 503)
    with pytest.raises(MintUnavailable):
        await session.token()
    mint.failing = None
    await session.token()
    clock.pass_by(3601)
    await session.token()
    assert ["newer_than" in asked for asked in mint.asked] == [False, True, True, False]


async def test_a_session_whose_stream_has_ended_gets_another_token_for_the_next_one(
    minting: Minting, clock: MovableClock
) -> None:
    session = GrantSession(minting, TENANT)
    first = await session.token()
    left = session.until() - clock.now().timestamp()
    assert 3500 < left < 3600
    clock.pass_by(left)
    assert (await session.token()).reveal() != first.reveal()
    assert session.until() - clock.now().timestamp() == pytest.approx(left)
