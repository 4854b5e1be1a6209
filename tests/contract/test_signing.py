"""The metadata server, signBlob and the certificates: what Google's own library and our verifier make of them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple

import google.auth.transport.requests
import httpx
import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from google.oauth2 import id_token

from local.standins.signing import Signing
from local.wire import serve_http
from shared import oidc
from shared.clock import SystemClock
from shared.identity import MetadataServer
from shared.signing_keys import SigningKeys
from tests.contract.google_support import PROJECT, controls
from tests.unit.loopback import MovableClock

MINT, SIGNER, EDGE = (f"{name}@{PROJECT}.iam.gserviceaccount.com" for name in ("mint", "token-signer", "edge"))
AUDIENCE = "https://functions.example/mint"
FLAVOR = {"Metadata-Flavor": "Google"}
ACCOUNTS = "/computeMetadata/v1/instance/service-accounts"
SIGN = f"/v1/projects/-/serviceAccounts/{SIGNER}:signBlob"


class Google(NamedTuple):
    signing: Signing
    clock: MovableClock
    http: httpx.AsyncClient
    url: str

    async def sign(self, payload: object, caller: str | None, path: str = SIGN) -> httpx.Response:
        token = self.signing.access_token(caller) if caller else "unknown"
        return await self.http.post(path, json={"payload": payload}, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
async def google_() -> AsyncIterator[Google]:
    clock = MovableClock()
    signing = Signing(PROJECT, clock=clock)
    served = await serve_http(signing.app)
    async with controls(served.url) as http:
        yield Google(signing, clock, http, served.url)
    await served.stop()


async def test_googles_own_library_accepts_an_id_token(google_: Google) -> None:
    token = google_.signing.id_token(EDGE, AUDIENCE, now=datetime.now(UTC))
    request = google.auth.transport.requests.Request()
    certificates = f"{google_.url}/oauth2/v3/certs"
    claims = await asyncio.to_thread(id_token.verify_token, token, request, AUDIENCE, certificates)
    assert (claims["email"], claims["email_verified"], claims["azp"]) == (EDGE, True, claims["sub"])
    other = Signing(PROJECT).id_token(EDGE, AUDIENCE, now=datetime.now(UTC))
    with pytest.raises(jwt.PyJWTError):
        await asyncio.to_thread(id_token.verify_token, other, request, AUDIENCE, certificates)
    request.session.close()


async def test_our_verifier_knows_the_caller_from_an_id_token(google_: Google) -> None:
    keys = SigningKeys(f"{google_.url}/oauth2/v3/certs")
    token = google_.signing.id_token(EDGE, AUDIENCE)
    caller = await oidc.verify(token, audience=AUDIENCE, emails=[EDGE], clock=google_.clock, keys=keys)
    assert caller.email == EDGE
    assert caller.subject.isdecimal()
    google_.clock.pass_by(3600)
    with pytest.raises(oidc.CallerRefused):
        await oidc.verify(token, audience=AUDIENCE, emails=[EDGE], clock=google_.clock, keys=keys)


async def test_a_token_signed_by_an_accounts_own_key_is_none_of_googles(google_: Google) -> None:
    claims = {"iss": "https://accounts.google.com", "aud": AUDIENCE, "email": EDGE, "email_verified": True}
    now = int(google_.clock.now().timestamp())
    forged = google_.signing.key_of(SIGNER).token(claims | {"iat": now, "exp": now + 3600, "sub": "1"})
    keys = SigningKeys(f"{google_.url}/oauth2/v3/certs")
    with pytest.raises(oidc.CallerRefused):
        await oidc.verify(forged, audience=AUDIENCE, emails=[EDGE], clock=google_.clock, keys=keys)


async def test_our_identity_gets_both_kinds_of_token_from_the_metadata_server(google_: Google) -> None:
    identity = MetadataServer(google_.url, google_.clock)
    access = await identity.access_token(EDGE)
    assert google_.signing.account_of(access) == EDGE
    claims = jwt.decode(await identity.id_token(EDGE, AUDIENCE), options={"verify_signature": False})
    assert (claims["email"], claims["aud"], claims["iss"]) == (EDGE, AUDIENCE, "https://accounts.google.com")
    assert claims["exp"] - claims["iat"] == 3600


async def test_the_default_account_is_one_without_rights(google_: Google) -> None:
    answer = (await google_.http.get(f"{ACCOUNTS}/default/token", headers=FLAVOR)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    default = google_.signing.account_of(answer["access_token"])
    assert default == google_.signing.default
    assert default not in (MINT, EDGE)


METADATA = [
    f"{ACCOUNTS}/default/token",
    f"{ACCOUNTS}/{EDGE}/identity?audience=a",
    f"{ACCOUNTS}/default/email",
    f"{ACCOUNTS}/default/",
    "/computeMetadata/v1/project/project-id",
]


@pytest.mark.parametrize("path", METADATA)
@pytest.mark.parametrize("headers", [{}, {"Metadata-Flavor": "google"}, FLAVOR | {"X-Forwarded-For": "1.2.3.4"}])
async def test_metadata_is_for_who_asks_as_google_demands(google_: Google, path: str, headers: dict[str, str]) -> None:
    refused = await google_.http.get(path, headers=headers)
    assert refused.status_code == 403
    allowed = await google_.http.get(path, headers=FLAVOR)
    assert (allowed.status_code, allowed.headers["metadata-flavor"]) == (200, "Google")


async def test_the_metadata_server_is_recognised_and_names_the_project(google_: Google) -> None:
    assert (await google_.http.get("/")).headers["metadata-flavor"] == "Google"
    assert (await google_.http.get("/computeMetadata/v1/project/project-id", headers=FLAVOR)).text == PROJECT


async def test_an_account_of_another_project_is_not_found(google_: Google) -> None:
    stranger = "edge@other-project.iam.gserviceaccount.com"
    assert (await google_.http.get(f"{ACCOUNTS}/{stranger}/token", headers=FLAVOR)).status_code == 404


@pytest.mark.parametrize("query", ["", "?audience="])
async def test_an_id_token_needs_an_audience(google_: Google, query: str) -> None:
    assert (await google_.http.get(f"{ACCOUNTS}/default/identity{query}", headers=FLAVOR)).status_code == 400


async def test_an_access_token_ends_and_unknown_ones_are_nobodys(google_: Google) -> None:
    token = google_.signing.access_token(EDGE)
    google_.clock.pass_by(3598)
    assert google_.signing.account_of(token) == EDGE
    google_.clock.pass_by(1)
    assert google_.signing.account_of(token) is None
    assert google_.signing.account_of("") is None


async def test_mint_signs_as_the_token_signer_and_the_published_key_proves_it(google_: Google) -> None:
    answer = (await google_.sign(base64.b64encode(b"header.payload").decode(), MINT)).json()
    keys = (await google_.http.get(f"/service_accounts/v1/jwk/{SIGNER}")).json()
    [key] = jwt.PyJWKSet.from_dict(keys).keys
    assert key.key_id == answer["keyId"]
    signature = base64.b64decode(answer["signedBlob"])
    key.key.verify(signature, b"header.payload", padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.key.verify(signature, b"header.other", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(("caller", "signer"), [(EDGE, SIGNER), (SIGNER, SIGNER), (MINT, MINT), (MINT, EDGE)])
async def test_nobody_but_mint_signs_and_mint_signs_as_nobody_else(google_: Google, caller: str, signer: str) -> None:
    refused = await google_.sign("", caller, f"/v1/projects/-/serviceAccounts/{signer}:signBlob")
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["status"]) == (403, 403, "PERMISSION_DENIED")
    assert error["details"][0]["metadata"] == {"permission": "iam.serviceAccounts.signBlob"}


async def test_an_unknown_or_expired_access_token_signs_nothing(google_: Google) -> None:
    assert (await google_.sign("", None)).json()["error"]["status"] == "UNAUTHENTICATED"
    assert (await google_.http.post(SIGN, json={"payload": ""})).status_code == 401
    token = google_.signing.access_token(MINT)
    google_.clock.pass_by(3600)
    late = await google_.http.post(SIGN, json={"payload": ""}, headers={"Authorization": f"Bearer {token}"})
    assert late.status_code == 401


@pytest.mark.parametrize("payload", [None, 5, "not base64!", "=", {"a": 1}])
async def test_what_is_not_base64_is_not_signed(google_: Google, payload: object) -> None:
    refused = await google_.sign(payload, MINT)
    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_certificates_may_be_cached_and_hold_no_private_part(google_: Google) -> None:
    for path in ("/oauth2/v3/certs", f"/service_accounts/v1/jwk/{SIGNER}"):
        answer = await google_.http.get(path)
        assert "max-age=" in answer.headers["cache-control"]
        [key] = answer.json()["keys"]
        assert set(key) == {"kty", "alg", "use", "kid", "n", "e"}


async def test_faults_reach_the_metadata_server(google_: Google) -> None:
    await google_.http.post("/__faults", json={"path": ACCOUNTS, "status": 503})
    assert (await google_.http.get(f"{ACCOUNTS}/default/token", headers=FLAVOR)).status_code == 503
    assert (await google_.http.get(f"{ACCOUNTS}/default/token", headers=FLAVOR)).status_code == 200


def test_the_lifetime_of_an_id_token_can_be_chosen() -> None:
    token = Signing(PROJECT).id_token(EDGE, AUDIENCE, lifetime=2, now=SystemClock().now())
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 2
