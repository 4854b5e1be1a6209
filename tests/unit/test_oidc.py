from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from shared import config, http, oidc, signing_keys
from shared.errors import Unauthenticated, Unavailable
from shared.oidc import Caller, CallerRefused
from shared.signing_keys import SigningKeys
from tests.unit.loopback import MovableClock, nobody_listens, serving

KEY, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
WEAK = rsa.generate_private_key(65537, 1024)
AUDIENCE = "https://us-central1-demo.cloudfunctions.net/mint"
EDGE = "edge@demo.iam.gserviceaccount.com"
EMAILS = frozenset({EDGE, "worker@demo.iam.gserviceaccount.com"})
CLOCK = MovableClock()
NOW = int(CLOCK.now().timestamp())
GOOD: Mapping[str, object] = {
    "iss": "https://accounts.google.com",
    "aud": AUDIENCE,
    "azp": "1057",
    "sub": "1057",
    "email": EDGE,
    "email_verified": True,
    "iat": NOW - 10,
    "exp": NOW + 3590,
}
HEADER: Mapping[str, object] = {"alg": "RS256", "kid": "one", "typ": "JWT"}
TWICE = json.dumps(dict(GOOD))[:-1].encode() + b', "email": "worker@demo.iam.gserviceaccount.com"}'


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk(key: rsa.RSAPrivateKey, key_id: str, **more: object) -> dict[str, object]:
    public = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key_id,
        "n": number(public.n),
        "e": number(public.e),
    } | more


def signed(payload: bytes, header: Mapping[str, object] = HEADER, key: rsa.RSAPrivateKey = KEY) -> str:
    body = f"{encoded(json.dumps(dict(header)).encode())}.{encoded(payload)}"
    return f"{body}.{encoded(key.sign(body.encode(), padding.PKCS1v15(), SHA256()))}"


def token(header: Mapping[str, object] = HEADER, key: rsa.RSAPrivateKey = KEY, **claims: object) -> str:
    return claiming(claims, header, key)


def claiming(claims: Mapping[str, object], header: Mapping[str, object] = HEADER, key: rsa.RSAPrivateKey = KEY) -> str:
    return signed(json.dumps({**GOOD, **claims}).encode(), header, key)


def without(*names: str) -> str:
    return signed(json.dumps({name: value for name, value in GOOD.items() if name not in names}).encode())


class Certificates:
    """Google's JWK set: `keys` and how it answers can be changed; counts its calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.keys: list[object] = [jwk(KEY, "one")]
        self.cache_control = "public, max-age=21600, must-revalidate, no-transform"
        self.delay = 0.0
        self.failing: Response | None = None

    async def __call__(self, request: Request) -> Response:
        self.calls += 1
        await asyncio.sleep(self.delay)
        return self.failing or JSONResponse({"keys": self.keys}, headers={"Cache-Control": self.cache_control})


@pytest.fixture(scope="module", autouse=True)
async def connections() -> AsyncIterator[None]:
    yield
    await http.close()


@pytest.fixture(scope="module")
def google() -> Iterator[SigningKeys]:
    """Keys for the tests that are about tokens."""
    with serving(Certificates()) as url:
        yield SigningKeys(url)


@pytest.fixture
def certificates() -> Certificates:
    """Fresh ones, for the tests that are about fetching."""
    return Certificates()


@pytest.fixture
def keys(certificates: Certificates) -> Iterator[SigningKeys]:
    with serving(certificates) as url:
        yield SigningKeys(url)


async def check(text: str, keys: SigningKeys, clock: MovableClock = CLOCK) -> Caller:
    return await oidc.verify(text, audience=AUDIENCE, emails=EMAILS, clock=clock, keys=keys)


async def refusal(text: str, keys: SigningKeys, clock: MovableClock = CLOCK) -> CallerRefused:
    with pytest.raises(CallerRefused) as refused:
        await check(text, keys, clock)
    return refused.value


# Who is let in


async def test_a_token_that_google_signed_for_us_names_its_caller(google: SigningKeys) -> None:
    assert await check(token(), google) == Caller(EDGE, "1057")


async def test_a_token_made_by_an_independent_library_is_accepted(google: SigningKeys) -> None:
    made = jwt.encode(dict(GOOD), KEY, algorithm="RS256", headers={"kid": "one"})
    assert (await check(made, google)).email == EDGE


@pytest.mark.parametrize("issuer", ["https://accounts.google.com", "accounts.google.com"])
async def test_both_names_of_google_are_its_names(google: SigningKeys, issuer: str) -> None:
    assert (await check(token(iss=issuer), google)).email == EDGE


async def test_a_clock_that_is_a_minute_ahead_of_ours_is_forgiven(google: SigningKeys) -> None:
    assert (await check(token(iat=NOW + 60), google)).email == EDGE


# Who is not


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://us-central1-demo.cloudfunctions.net/answer"}, "audience"),
        ({"aud": AUDIENCE + "/"}, "audience"),
        ({"aud": AUDIENCE.upper()}, "audience"),
        ({"aud": [AUDIENCE]}, "audience"),
        ({"aud": None}, "audience"),
        ({"iss": "https://accounts.google.com.example.com"}, "issuer"),
        ({"iss": "http://accounts.google.com"}, "issuer"),
        ({"iss": "https://securetoken.google.com/demo"}, "issuer"),
        ({"iss": ["accounts.google.com"]}, "issuer"),
        ({"exp": NOW}, "expired"),
        ({"exp": NOW - 1}, "expired"),
        ({"exp": float("nan")}, "times"),
        ({"exp": str(NOW + 60)}, "times"),
        ({"exp": True}, "times"),
        ({"exp": None}, "times"),
        ({"iat": NOW + 61}, "future"),
        ({"iat": "now"}, "times"),
        ({"nbf": NOW + 61}, "future"),
        ({"nbf": "now"}, "times"),
        ({"email": "sweeper@demo.iam.gserviceaccount.com"}, "email"),
        ({"email": EDGE.upper()}, "email"),
        ({"email": "edge"}, "email"),
        ({"email": [EDGE]}, "email"),
        ({"email_verified": False}, "email"),
        ({"email_verified": "true"}, "email"),
        ({"email_verified": 1}, "email"),
        ({"sub": ""}, "subject"),
        ({"sub": 1057}, "subject"),
    ],
)
async def test_a_claim_that_is_not_right_refuses_the_caller(
    google: SigningKeys, claims: dict[str, object], reason: str
) -> None:
    assert (await refusal(claiming(claims), google)).reason == reason


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "email", "email_verified", "sub"])
async def test_a_claim_that_is_missing_refuses_the_caller(google: SigningKeys, name: str) -> None:
    await refusal(without(name), google)


async def test_a_token_expires_while_we_hold_it(google: SigningKeys) -> None:
    later, made = MovableClock(), token()
    await check(made, google, later)
    later.pass_by(3590)
    assert (await refusal(made, google, later)).reason == "expired"


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "", "rs256", "RS384", "PS256", "ES256", "HS256", None, ["RS256"]]
)
async def test_no_algorithm_but_rs256_is_looked_at(google: SigningKeys, algorithm: object) -> None:
    assert (await refusal(token({**HEADER, "alg": algorithm}), google)).reason == "algorithm"


@pytest.mark.parametrize("algorithm", ["none", "RS256"])
async def test_a_token_without_signature_is_refused(google: SigningKeys, algorithm: str) -> None:
    await refusal(token({**HEADER, "alg": algorithm}).rpartition(".")[0] + ".", google)


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
async def test_a_token_keyed_with_the_public_key_is_refused(google: SigningKeys, algorithm: str) -> None:
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = token({**HEADER, "alg": algorithm}).rpartition(".")[0]
    await refusal(f"{body}.{encoded(hmac.digest(public, body.encode(), hashlib.sha256))}", google)


async def test_another_key_under_a_known_id_is_refused(google: SigningKeys) -> None:
    assert (await refusal(token(key=OTHER), google)).reason == "signature"


async def test_a_key_that_the_token_brings_along_is_not_believed(google: SigningKeys) -> None:
    assert (await refusal(token({**HEADER, "jwk": jwk(OTHER, "one")}, OTHER), google)).reason == "signature"


async def test_an_unknown_key_is_refused(google: SigningKeys) -> None:
    assert (await refusal(token({**HEADER, "kid": "two"}), google)).reason == "unknown_key"


@pytest.mark.parametrize("key_id", [None, 1, ["one"], {}])
async def test_a_key_id_that_is_no_text_is_refused(google: SigningKeys, key_id: object) -> None:
    assert (await refusal(token({**HEADER, "kid": key_id}), google)).reason == "malformed"


async def test_a_token_with_critical_extensions_is_refused(google: SigningKeys) -> None:
    assert (await refusal(token({**HEADER, "crit": ["b64"]}), google)).reason == "algorithm"


async def test_claims_of_one_token_under_the_signature_of_another_are_refused(google: SigningKeys) -> None:
    mine, theirs = token().split("."), token(email="worker@demo.iam.gserviceaccount.com").split(".")
    assert (await refusal(f"{mine[0]}.{theirs[1]}.{mine[2]}", google)).reason == "signature"


@pytest.mark.parametrize("payload", [b"", b"[]", b'"text"', b"{", b"\xff\xfe", b"[" * 3000, b"1" * 5000, TWICE])
async def test_signed_claims_that_are_no_object_are_refused(google: SigningKeys, payload: bytes) -> None:
    assert (await refusal(signed(payload), google)).reason == "malformed"


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "...", "a.b.c", "é.é.é", "\ud800.\ud800.\ud800", encoded(b"[" * 3000) + ".e30.e30", "Bearer x"],
)
async def test_what_is_no_token_is_refused(google: SigningKeys, text: str) -> None:
    assert (await refusal(text, google)).reason == "malformed"


async def test_a_token_larger_than_any_real_one_is_refused_unread(google: SigningKeys) -> None:
    assert (await refusal(token(more="x" * 8192), google)).reason == "malformed"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
async def test_any_text_is_refused(google: SigningKeys, text: str) -> None:
    await refusal(text, google)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), min_size=3, max_size=3))
async def test_any_three_segments_are_refused(google: SigningKeys, segments: list[bytes]) -> None:
    await refusal(".".join(encoded(segment) for segment in segments), google)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "nbf"]), JSON, min_size=1))
async def test_whatever_a_claim_becomes_the_caller_is_refused_or_still_the_one_allowed(
    google: SigningKeys, claims: dict[str, object]
) -> None:
    try:
        caller = await check(claiming(claims), google)
    except CallerRefused:
        return
    assert caller.email == EDGE
    assert "email" not in claims or claims["email"] == EDGE


@settings(deadline=None)
@given(st.data())
async def test_a_token_with_any_character_changed_is_refused(google: SigningKeys, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TOKEN) - 1))
    other = data.draw(st.characters().filter(lambda character: character != TOKEN[place]))
    await refusal(TOKEN[:place] + other + TOKEN[place + 1 :], google)


TOKEN = token()


@pytest.mark.parametrize("change", [lambda end: end + "=", lambda end: end + "!", lambda end: "!" + end])
async def test_a_signature_has_one_spelling_only(google: SigningKeys, change: Callable[[str], str]) -> None:
    body, _, signature = TOKEN.rpartition(".")
    assert (await refusal(f"{body}.{change(signature)}", google)).reason == "malformed"


async def test_bits_left_over_at_the_end_of_a_signature_are_not_ignored(google: SigningKeys) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert (await refusal(TOKEN[:-1] + alphabet[alphabet.index(TOKEN[-1]) + 1], google)).reason == "malformed"


async def test_every_refusal_reads_the_same_and_tells_nothing(google: SigningKeys) -> None:
    texts = [token(aud="x"), token(key=OTHER), token(exp=0), "garbage", token({**HEADER, "kid": "two"}), ""]
    refused = [await refusal(text, google) for text in texts]
    assert {(one.status, one.code, one.detail, str(one)) for one in refused} == {
        (401, "unauthenticated", "caller not authenticated", "caller not authenticated")
    }
    assert all(isinstance(one, Unauthenticated) and one.__cause__ is None for one in refused)
    assert all(one.reason.replace("_", "").isalpha() for one in refused)


async def test_a_refusal_prints_no_part_of_the_token_and_no_cause(google: SigningKeys) -> None:
    bad = TOKEN[:-9] + "AAAAAAAAA"
    shown = "".join(traceback.format_exception(await refusal(bad, google)))
    assert "InvalidSignature" not in shown
    assert not any(segment in shown for segment in bad.split("."))


@pytest.mark.parametrize("audience", ["", "https://elsewhere"])
async def test_an_audience_that_was_not_configured_lets_nobody_in(google: SigningKeys, audience: str) -> None:
    with pytest.raises(CallerRefused):
        await oidc.verify(token(aud=""), audience=audience, emails=EMAILS, clock=CLOCK, keys=google)


async def test_with_nobody_allowed_nobody_comes_in(google: SigningKeys) -> None:
    with pytest.raises(CallerRefused):
        await oidc.verify(token(), audience=AUDIENCE, emails=(), clock=CLOCK, keys=google)


async def test_one_text_in_place_of_the_allowed_addresses_is_a_mistake_of_ours(google: SigningKeys) -> None:
    with pytest.raises(TypeError):
        await oidc.verify(token(email="edge"), audience=AUDIENCE, emails=EDGE, clock=CLOCK, keys=google)


# Where the keys come from


async def test_a_hundred_verifications_fetch_the_certificates_once(
    keys: SigningKeys, certificates: Certificates
) -> None:
    for _ in range(50):
        await check(TOKEN, keys)
    await asyncio.gather(*(check(TOKEN, keys) for _ in range(50)))
    assert certificates.calls == 1


async def test_a_hundred_callers_of_a_cold_instance_share_one_fetch(
    keys: SigningKeys, certificates: Certificates
) -> None:
    certificates.delay = 0.1
    await asyncio.gather(*(check(TOKEN, keys) for _ in range(100)))
    assert certificates.calls == 1


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("public, max-age=300", 300), ("MAX-AGE=300", 300), ("max-age=1", 60), ("max-age=9999999", 86_400), ("", 60),
        ("no-cache", 60), ("max-age=soon", 60), ("s-max-age=300", 60), ("max-age=-5", 60), ("max-age=" + "9" * 400, 60),
    ],
)  # fmt: skip
async def test_the_keys_are_kept_as_long_as_the_server_says_within_bounds(
    keys: SigningKeys, certificates: Certificates, cache_control: str, seconds: int
) -> None:
    clock = MovableClock()
    certificates.cache_control = cache_control
    long_lived = token(exp=NOW + 10**6)
    await check(long_lived, keys, clock)
    clock.pass_by(seconds - 1)
    await check(long_lived, keys, clock)
    assert certificates.calls == 1
    clock.pass_by(1)
    await check(long_lived, keys, clock)
    assert certificates.calls == 2


async def test_a_key_that_google_began_to_use_is_fetched_and_one_it_dropped_is_forgotten(
    keys: SigningKeys, certificates: Certificates
) -> None:
    clock, rotated = MovableClock(), token({**HEADER, "kid": "two"}, OTHER)
    await check(TOKEN, keys, clock)
    certificates.keys = [jwk(OTHER, "two")]
    clock.pass_by(60)
    assert (await check(rotated, keys, clock)).email == EDGE
    assert (await refusal(TOKEN, keys, clock)).reason == "unknown_key"


async def test_unknown_keys_make_us_fetch_at_most_once_a_minute(keys: SigningKeys, certificates: Certificates) -> None:
    clock = MovableClock()
    unknown = [token({**HEADER, "kid": f"k{number}"}, OTHER) for number in range(20)]
    for text in unknown:
        await refusal(text, keys, clock)
    assert certificates.calls == 1
    clock.pass_by(60)
    for text in unknown:
        await refusal(text, keys, clock)
    assert certificates.calls == 2


@pytest.mark.parametrize(
    "broken",
    [
        PlainTextResponse("no", 500), PlainTextResponse("no", 404), PlainTextResponse("", 302, {"Location": "/x"}),
        JSONResponse({"keys": [jwk(OTHER, "two")]}, 500), PlainTextResponse("not json"),
        JSONResponse([]), JSONResponse({}), JSONResponse({"keys": None}),
        JSONResponse({"keys": []}), JSONResponse({"keys": [7]}),
    ],
)  # fmt: skip
async def test_old_keys_serve_while_no_new_ones_can_be_had(
    keys: SigningKeys, certificates: Certificates, broken: Response
) -> None:
    clock, long_lived = MovableClock(), token(exp=NOW + 10**6)
    await check(long_lived, keys, clock)
    certificates.failing = broken
    clock.pass_by(21_600)
    for _ in range(10):
        await check(long_lived, keys, clock)
    assert certificates.calls == 2
    clock.pass_by(signing_keys.RETRY)
    certificates.failing = None
    await check(long_lived, keys, clock)
    assert certificates.calls == 3
    clock.pass_by(3600)
    await check(long_lived, keys, clock)
    assert certificates.calls == 3


async def test_an_unknown_key_is_not_called_forged_while_the_certificates_cannot_be_had(
    keys: SigningKeys, certificates: Certificates
) -> None:
    clock, rotated = MovableClock(), token({**HEADER, "kid": "two"}, OTHER)
    await check(TOKEN, keys, clock)
    certificates.failing = PlainTextResponse("no", 500)
    clock.pass_by(60)
    for _ in range(10):
        with pytest.raises(Unavailable):
            await check(rotated, keys, clock)
    assert certificates.calls == 2
    assert (await check(TOKEN, keys, clock)).email == EDGE


async def test_without_certificates_nobody_is_let_in_and_callers_are_asked_to_come_again() -> None:
    keys = SigningKeys(nobody_listens())
    for _ in range(2):
        with pytest.raises(Unavailable):
            await check(TOKEN, keys)


async def test_what_cannot_be_a_token_costs_no_fetch(keys: SigningKeys, certificates: Certificates) -> None:
    for text in ("", "garbage", "a.b.c", token({**HEADER, "alg": "none"})):
        await refusal(text, keys)
    assert certificates.calls == 0


async def test_certificates_that_do_not_come_are_given_up_after_the_timeout(
    keys: SigningKeys, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signing_keys.TIMEOUT == 3.0
    monkeypatch.setattr(signing_keys, "TIMEOUT", 0.05)
    certificates.delay = 1.0
    with pytest.raises(Unavailable):
        await check(TOKEN, keys)


def ec_jwk() -> dict[str, object]:
    public = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "kid": "one", "x": number(public.x), "y": number(public.y)}


@pytest.mark.parametrize(
    "unusable",
    [
        pytest.param(ec_jwk(), id="elliptic"),
        pytest.param(jwk(KEY, "one", use="enc"), id="for encryption"),
        pytest.param(jwk(KEY, "one", alg="RS512"), id="other algorithm"),
        pytest.param(jwk(KEY, "one", n="!"), id="n is not base64"),
        pytest.param(jwk(KEY, "one", n=7), id="n is no text"),
        pytest.param(jwk(KEY, "one", e="AA"), id="e is zero"),
        pytest.param(jwk(KEY, "one", kid=None), id="no id"),
    ],
)
async def test_a_key_in_the_set_that_is_no_rsa_signing_key_is_left_out(
    keys: SigningKeys, certificates: Certificates, unusable: object
) -> None:
    certificates.keys = [unusable, jwk(OTHER, "two"), "text", None]
    assert (await refusal(TOKEN, keys)).reason == "unknown_key"
    assert (await check(token({**HEADER, "kid": "two"}, OTHER), keys)).email == EDGE


async def test_a_key_too_short_to_trust_is_left_out(keys: SigningKeys, certificates: Certificates) -> None:
    certificates.keys = [jwk(WEAK, "weak"), jwk(KEY, "one")]
    assert (await refusal(token({**HEADER, "kid": "weak"}, WEAK), keys)).reason == "unknown_key"


async def test_the_certificates_of_the_configuration_are_used_when_no_others_are_given(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    caches = (config.config, oidc._google)
    with serving(certificates) as url:
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")
        monkeypatch.delenv("K_SERVICE", raising=False)
        monkeypatch.setenv("OIDC_CERTS_URL", f"{url}/oauth2/v3/certs")
        for cached in caches:
            cached.cache_clear()
        try:
            for _ in range(3):
                found = await oidc.verify(TOKEN, audience=AUDIENCE, emails=EMAILS, clock=CLOCK)
            assert found.email == EDGE
            assert certificates.calls == 1
        finally:
            for cached in caches:
                cached.cache_clear()
