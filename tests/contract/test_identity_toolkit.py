"""The proxy before the Auth emulator: it demands of custom tokens what Google demands, and changes nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import jwt
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.identity_toolkit import AUDIENCE, IdentityToolkit
from local.standins.signing import Signing
from local.wire import serve_http
from tests.contract.google_support import PROJECT, controls, fixture
from tests.unit.loopback import MovableClock

SIGNING = Signing(PROJECT)
SIGNER = SIGNING.email("token-signer")
SIGN_IN = "/identitytoolkit.googleapis.com/v1/accounts:signInWithCustomToken"
REFRESH = "/securetoken.googleapis.com/v1/token"


def unsigned(claims: dict[str, object]) -> str:
    return jwt.encode(claims, key=None, algorithm="none")


class Emulator:
    """Answers as the Auth emulator does: accepts any custom token, issues unsigned id tokens of an hour."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.claims = fixture("firebase/id_token_claims")
        routes = [
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(REFRESH, self.refresh, methods=["POST"]),
            Route("/{path:path}", self.anything, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        ]
        self.app = Starlette(routes=list(routes))

    async def sign_in(self, request: Request) -> Response:
        await self.note(request)
        answer = fixture("firebase/sign_in_with_custom_token")["response"]
        return JSONResponse({**answer, "idToken": unsigned(self.claims)})

    async def refresh(self, request: Request) -> Response:
        await self.note(request)
        return JSONResponse({"id_token": unsigned(self.claims), "expires_in": "3600", "refresh_token": "r"})

    async def anything(self, request: Request) -> Response:
        await self.note(request)
        response = Response(b'{"odd":  "spacing"}', 207, headers={"x-emulator": "yes"})
        response.headers.append("set-cookie", "a=1")
        response.headers.append("set-cookie", "b=2")
        return response

    async def note(self, request: Request) -> None:
        target = f"{request.scope['raw_path'].decode()}?{request.url.query}"
        self.seen.append((request.method, target, dict(request.headers), await request.body()))


class Setting(NamedTuple):
    emulator: Emulator
    proxy: IdentityToolkit
    clock: MovableClock
    http: httpx.AsyncClient

    def claims(self, **changes: object) -> dict[str, object]:
        now = int(self.clock.now().timestamp())
        valid = {"iss": SIGNER, "sub": SIGNER, "aud": AUDIENCE, "iat": now, "exp": now + 3600, "uid": "svc:swim"}
        return {name: value for name, value in (valid | changes).items() if value is not None}

    async def sign_in(self, token: str) -> httpx.Response:
        return await self.http.post(f"{SIGN_IN}?key=demo", json={"token": token, "returnSecureToken": True})


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Setting]:
    emulator, clock = Emulator(), MovableClock()
    upstream = await serve_http(emulator.app)
    proxy = IdentityToolkit(upstream.url, SIGNER, lambda: SIGNING.key_of(SIGNER).public, clock=clock)
    served = await serve_http(proxy.app)
    async with controls(served.url) as http:
        yield Setting(emulator, proxy, clock, http)
    await served.stop()
    await proxy.close()
    await upstream.stop()


@pytest.fixture
def setting(running: Setting) -> Setting:
    running.emulator.seen.clear()
    running.proxy.calls.clear()
    running.proxy.token_ttl = None
    return running


def signed(claims: dict[str, object]) -> str:
    return SIGNING.key_of(SIGNER).token(claims)


async def test_a_token_of_the_token_signer_signs_in(setting: Setting) -> None:
    answer = await setting.sign_in(signed(setting.claims(claims={"tenant_id": "swim"})))
    expected = fixture("firebase/sign_in_with_custom_token")["response"]
    assert answer.status_code == 200
    assert answer.json() == {**expected, "idToken": unsigned(setting.emulator.claims)}
    [(method, target, _, body)] = setting.emulator.seen
    assert (method, target) == ("POST", f"{SIGN_IN}?key=demo")
    assert json.loads(body)["returnSecureToken"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "edge@other.example"},
        {"sub": "edge@other.example"},
        {"aud": "https://identitytoolkit.googleapis.com/"},
        {"aud": None},
        {"iss": None},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"uid": None},
        {"uid": ""},
        {"uid": "x" * 129},
        {"uid": 5},
        {"exp": "soon"},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_or_missing_claim_never_reaches_the_emulator(
    setting: Setting, changes: dict[str, object]
) -> None:
    answer = await setting.sign_in(signed(setting.claims(**changes)))
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "INVALID_CUSTOM_TOKEN")
    assert answer.json()["error"]["code"] == 400
    assert setting.emulator.seen == []


@pytest.mark.parametrize(
    ("issued", "lives", "status"),
    [(0, 3600, 200), (0, 3601, 400), (-3600, 3600, 400), (-3599, 3600, 200), (300, 3600, 200), (301, 3600, 400)],
)
async def test_a_token_lives_an_hour_at_most_and_only_now(
    setting: Setting, issued: int, lives: int, status: int
) -> None:
    now = int(setting.clock.now().timestamp())
    token = signed(setting.claims(iat=now + issued, exp=now + issued + lives))
    assert (await setting.sign_in(token)).status_code == status


async def test_a_token_under_another_key_or_none_at_all_is_refused(setting: Setting) -> None:
    claims = setting.claims()
    another = SIGNING.key_of(SIGNING.email("edge")).token(claims)
    by_secret = jwt.encode(claims, "a shared secret of at least 32 bytes", algorithm="HS256")
    for token in (another, unsigned(claims), by_secret, "not.a.token", "x"):
        assert (await setting.sign_in(token)).json()["error"]["message"] == "INVALID_CUSTOM_TOKEN"
    for body in (b"", b"[]", b'{"token": 5}', b'{"token": ""}'):
        refused = await setting.http.post(SIGN_IN, content=body)
        assert (refused.status_code, refused.json()["error"]["message"]) == (400, "MISSING_CUSTOM_TOKEN")
    assert setting.emulator.seen == []


async def test_a_browser_can_read_the_refusal(setting: Setting) -> None:
    assert (await setting.sign_in("x")).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_everything_else_passes_unchanged_in_both_directions(setting: Setting, method: str) -> None:
    path = "/emulator/v1/projects/demo/accounts%2Fodd?x=%20a&y"
    headers = {"authorization": "Bearer owner", "x-client": "web"}
    answer = await setting.http.request(method, path, content=b"\x00\xff", headers=headers)
    [(seen_method, target, seen, body)] = setting.emulator.seen
    assert (seen_method, target, body) == (method, path, b"\x00\xff")
    assert (seen["authorization"], seen["x-client"]) == ("Bearer owner", "web")
    assert seen["host"] == setting.http.base_url.netloc.decode()
    assert (answer.status_code, answer.content, answer.headers["x-emulator"]) == (207, b'{"odd":  "spacing"}', "yes")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_with_a_short_life_id_tokens_expire_in_seconds_and_stay_what_they_were(setting: Setting) -> None:
    setting.proxy.token_ttl = 2
    signed_in = (await setting.sign_in(signed(setting.claims()))).json()
    refreshed = (await setting.http.post(REFRESH, data={"grant_type": "refresh_token"})).json()
    original = setting.emulator.claims
    for token in (signed_in["idToken"], refreshed["id_token"]):
        header, payload, signature = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        assert claims == {**original, "exp": original["iat"] + 2}
        assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "none"
        assert signature == ""
    assert (signed_in["expiresIn"], refreshed["expires_in"]) == ("2", "2")
    assert signed_in["refreshToken"] == "<token>"


async def test_with_a_short_life_answers_without_a_token_stay_as_they_are(setting: Setting) -> None:
    setting.proxy.token_ttl = 2
    assert (await setting.http.get("/emulator/v1/config")).content == b'{"odd":  "spacing"}'


async def test_an_emulator_that_is_gone_is_unavailable() -> None:
    proxy = IdentityToolkit("http://127.0.0.1:1", SIGNER, lambda: SIGNING.key_of(SIGNER).public)
    served = await serve_http(proxy.app)
    async with controls(served.url) as http:
        assert (await http.get("/emulator/v1/config")).status_code == 503
    await served.stop()
    await proxy.close()


async def test_calls_are_on_record_and_faults_come_before_the_emulator(setting: Setting) -> None:
    await setting.http.post("/__faults", json={"path": SIGN_IN, "status": 503})
    assert (await setting.sign_in(signed(setting.claims()))).status_code == 503
    assert setting.emulator.seen == []
    [call] = (await setting.http.get("/__calls")).json()
    assert (call["method"], call["path"]) == ("POST", SIGN_IN)
