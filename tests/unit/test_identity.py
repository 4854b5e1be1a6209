from __future__ import annotations

import asyncio
import base64
import json
import traceback
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from shared import config, http, identity
from shared.errors import Unavailable
from shared.identity import CAPACITY, MetadataServer
from tests.unit.loopback import MovableClock, nobody_listens, serving

EDGE = "edge@demo.iam.gserviceaccount.com"
HOUR = 3600


def id_token(audience: str, expires_at: float, serial: int) -> str:
    claims = {"aud": audience, "exp": int(expires_at), "serial": serial}
    return f"eyJh.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


class Metadata:
    """The metadata server's two answers; `lives` is how long its tokens do, `failing` what it answers instead."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.calls: list[str] = []
        self.lives = HOUR
        self.delay = 0.0
        self.failing: Response | None = None

    async def __call__(self, request: Request) -> Response:
        self.calls.append(f"{request.url.path}?{request.url.query}".rstrip("?"))
        await asyncio.sleep(self.delay)
        if request.headers.get("metadata-flavor") != "Google":
            return PlainTextResponse("Missing Metadata-Flavor:Google header.", 403)
        if self.failing is not None:
            return self.failing
        if request.url.path.endswith("/token"):
            token = f"ya29.{request.url.path.split('/')[-2]}.{len(self.calls)}"
            return JSONResponse({"access_token": token, "expires_in": self.lives, "token_type": "Bearer"})
        expires_at = self.clock.now().timestamp() + self.lives
        return PlainTextResponse(id_token(request.query_params["audience"], expires_at, len(self.calls)))


@pytest.fixture(scope="module", autouse=True)
async def connections() -> AsyncIterator[None]:
    yield
    await http.close()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def metadata(clock: MovableClock) -> Metadata:
    return Metadata(clock)


@pytest.fixture
def url(metadata: Metadata) -> Iterator[str]:
    with serving(metadata) as base:
        yield base


@pytest.fixture
def server(url: str, clock: MovableClock) -> MetadataServer:
    return MetadataServer(url, clock)


async def test_tokens_are_asked_of_the_metadata_server_in_its_own_words(
    server: MetadataServer, metadata: Metadata
) -> None:
    assert await server.access_token("default") == "ya29.default.1"
    token = await server.id_token(EDGE, "https://x.example/mint?a=b&c")
    assert token.startswith("eyJh.")
    assert metadata.calls == [
        "/computeMetadata/v1/instance/service-accounts/default/token",
        f"/computeMetadata/v1/instance/service-accounts/{EDGE}/identity"
        "?audience=https%3A%2F%2Fx.example%2Fmint%3Fa%3Db%26c&format=full",
    ]


async def test_a_token_is_kept_until_five_minutes_before_its_expiry(
    server: MetadataServer, metadata: Metadata, clock: MovableClock
) -> None:
    first = (await server.access_token("default"), await server.id_token("default", "https://a"))
    clock.pass_by(HOUR - 301)
    assert (await server.access_token("default"), await server.id_token("default", "https://a")) == first
    assert len(metadata.calls) == 2
    clock.pass_by(1)
    assert await server.access_token("default") != first[0]
    assert await server.id_token("default", "https://a") != first[1]


async def test_a_token_that_is_almost_over_is_handed_out_but_not_kept(
    server: MetadataServer, metadata: Metadata
) -> None:
    metadata.lives = 299
    assert await server.access_token("default") != await server.access_token("default")


async def test_each_account_and_audience_has_a_token_of_its_own(server: MetadataServer) -> None:
    tokens = [
        await server.access_token("default"),
        await server.access_token(EDGE),
        await server.id_token("default", "https://a"),
        await server.id_token("default", "https://b"),
        await server.id_token(EDGE, "https://a"),
    ]
    assert len(set(tokens)) == 5


async def test_fifty_callers_at_once_share_one_fetch(server: MetadataServer, metadata: Metadata) -> None:
    metadata.delay = 0.1
    tokens = await asyncio.gather(*(server.id_token("default", "https://a") for _ in range(50)))
    assert len(set(tokens)) == 1
    assert len(metadata.calls) == 1


async def test_a_caller_that_gives_up_does_not_take_the_token_from_the_others(
    server: MetadataServer, metadata: Metadata
) -> None:
    metadata.delay = 0.1
    first, second = (asyncio.create_task(server.access_token("default")) for _ in range(2))
    await asyncio.sleep(0.02)
    first.cancel()
    assert await second == "ya29.default.1"
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await server.access_token("default") == "ya29.default.1"


async def test_a_fetch_that_everybody_gave_up_on_still_serves_the_next_caller(
    server: MetadataServer, metadata: Metadata
) -> None:
    metadata.delay = 0.1
    only = asyncio.create_task(server.access_token("default"))
    await asyncio.sleep(0.02)
    only.cancel()
    await asyncio.wait([only])
    assert await server.access_token("default") == "ya29.default.1"
    assert len(metadata.calls) == 1


async def test_a_failure_is_shared_by_those_who_wait_and_not_remembered(
    server: MetadataServer, metadata: Metadata
) -> None:
    metadata.delay, metadata.failing = 0.1, PlainTextResponse("busy", 503)
    waiting = [server.access_token("default") for _ in range(5)]
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, Unavailable) for one in found)
    assert len(metadata.calls) == 1
    metadata.failing = None
    assert await server.access_token("default") == "ya29.default.2"


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 429, 500, 503])
async def test_any_status_but_success_is_unavailable_and_chained(
    server: MetadataServer, metadata: Metadata, status: int
) -> None:
    metadata.failing = PlainTextResponse("no", status, {"Location": "/computeMetadata/v1/elsewhere/token"})
    with pytest.raises(Unavailable) as refused:
        await server.access_token("default")
    assert refused.value.__cause__ is not None
    assert len(metadata.calls) == 1


def payload(claims: object) -> str:
    return f"eyJh.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}.s3cr3t"


@pytest.mark.parametrize(
    "body",
    ["", "s3cr3t", "s3cr3t.s3cr3t.s3cr3t", "[]", "null", "a.b", '{"access_token": "s3cr3t"}',
     '{"access_token": "s3cr3t", "expires_in": "3600"}', '{"access_token": "s3cr3t", "expires_in": true}',
     '{"access_token": 7, "expires_in": 3600, "s3cr3t": 1}', '{"access_token": "", "expires_in": 3600}',
     payload({}), payload([]), payload({"exp": "tomorrow"}), payload({"exp": None})],
)  # fmt: skip
async def test_an_answer_without_a_usable_token_is_unavailable_and_not_quoted(
    server: MetadataServer, metadata: Metadata, body: str
) -> None:
    metadata.failing = PlainTextResponse(body)
    for asked in (server.access_token("default"), server.id_token("default", "https://a")):
        with pytest.raises(Unavailable) as refused:
            await asked
        assert "s3cr3t" not in "".join(traceback.format_exception(refused.value))


async def test_a_metadata_server_that_is_not_there_is_unavailable(clock: MovableClock) -> None:
    with pytest.raises(Unavailable):
        await MetadataServer(nobody_listens(), clock).access_token("default")


async def test_a_metadata_server_that_hangs_is_given_up_after_the_timeout(
    server: MetadataServer, metadata: Metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert identity.TIMEOUT == 3.0
    monkeypatch.setattr(identity, "TIMEOUT", 0.05)
    metadata.delay = 1.0
    with pytest.raises(Unavailable):
        await server.access_token("default")


async def test_the_tokens_kept_are_bounded_and_the_least_used_goes_first(
    server: MetadataServer, metadata: Metadata
) -> None:
    for number in range(CAPACITY):
        await server.id_token("default", f"https://{number}")
    await server.id_token("default", "https://0")
    await server.id_token("default", "https://one-more")
    calls = len(metadata.calls)
    assert calls == CAPACITY + 1
    await server.id_token("default", "https://0")
    assert len(metadata.calls) == calls
    await server.id_token("default", "https://1")
    assert len(metadata.calls) == calls + 1


async def test_an_id_token_needs_an_audience(server: MetadataServer) -> None:
    with pytest.raises(ValueError, match="audience"):
        await server.id_token("default", "")


async def test_the_instance_asks_as_default_and_in_the_local_cloud_as_the_functions_account(
    url: str, metadata: Metadata, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    caches = (config.config, identity._server)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")
    monkeypatch.delenv("K_SERVICE", raising=False)
    monkeypatch.setenv("GCE_METADATA_HOST", url.removeprefix("http://"))
    for cached in caches:
        cached.cache_clear()
    try:
        assert (await identity.access_token()).startswith("ya29.default.")
        before = identity.account.set(EDGE)
        assert (await identity.access_token()).startswith(f"ya29.{EDGE}.")
        await identity.id_token("https://mint")
        identity.account.reset(before)
        await identity.id_token("https://mint")
        assert [call.split("/")[5] for call in metadata.calls] == ["default", EDGE, EDGE, "default"]
    finally:
        for cached in caches:
            cached.cache_clear()


def test_a_token_shows_in_no_repr() -> None:
    assert "s3cr3t" not in repr(identity._Token("s3cr3t", 1.0))
