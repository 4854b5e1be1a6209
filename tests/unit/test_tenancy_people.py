"""Who a person is: what their token must say and who must have signed it, and what Identity Toolkit must add."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared import config, http
from shared.config import Config, ConfigurationError
from shared.errors import Forbidden, Unavailable
from shared.hidden import Hidden
from shared.signed_tokens import CallerRefused
from shared.signing_keys import SigningKeys
from shared.tenancy.people import People
from shared.tenancy.principals import Member
from tests.unit.loopback import MovableClock, nobody_listens, serving
from tests.unit.test_oidc import KEY, OTHER, Certificates, encoded, signed

ROOT = Path(__file__).parents[2]
PROJECT = "demo-people"
CLOCK = MovableClock()
NOW = int(CLOCK.now().timestamp())
HEADER = {"alg": "RS256", "kid": "one", "typ": "JWT"}
GOOD: Mapping[str, Any] = {
    "iss": f"https://securetoken.google.com/{PROJECT}",
    "aud": PROJECT,
    "auth_time": NOW - 100,
    "user_id": "uid-1",
    "sub": "uid-1",
    "iat": NOW - 10,
    "exp": NOW + 3590,
    "email": "desk@acme.example",
    "tenant_id": "acme",
    "role": "user",
    "firebase": {"identities": {}, "sign_in_provider": "password"},
}


class Toolkit:
    """Identity Toolkit's accounts:lookup, which says what a test wants."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.account: dict[str, Any] = {}
        self.answer: Response | None = None

    async def __call__(self, request: Request) -> Response:
        assert request.url.path.endswith("/v1/accounts:lookup")
        self.asked.append(json.loads(await request.body())["idToken"])
        account = {"localId": "uid-1", "validSince": str(NOW - 100), "email": "desk@acme.example", **self.account}
        return self.answer or JSONResponse({"kind": "identitytoolkit#GetAccountInfoResponse", "users": [account]})

    def refuse(self, message: str, status: int = 400) -> None:
        self.answer = JSONResponse({"error": {"code": status, "message": message}}, status)


def token(key: Any = KEY, header: Mapping[str, object] = HEADER, **claims: Any) -> str:
    said = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    return signed(json.dumps(said).encode(), header, key)


def unsigned(**claims: Any) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, {**GOOD, **claims})
    return ".".join([*(encoded(json.dumps(part).encode()) for part in parts), ""])


@pytest.fixture(scope="module", autouse=True)
async def connections() -> AsyncIterator[None]:
    yield
    await http.close()


@pytest.fixture(scope="module")
def keys() -> Iterator[SigningKeys]:
    with serving(Certificates()) as url:
        yield SigningKeys(url)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Toolkit, str]]:
    toolkit = Toolkit()
    with serving(toolkit) as url:
        yield toolkit, url


@pytest.fixture
def toolkit(served: tuple[Toolkit, str]) -> Toolkit:
    served[0].asked, served[0].account, served[0].answer = [], {}, None
    return served[0]


@pytest.fixture
def people(toolkit: Toolkit, served: tuple[Toolkit, str], keys: SigningKeys) -> People:
    return People(project(served[1]), keys, CLOCK)


def project(toolkit: str, **changes: Any) -> Config:
    """The project as it is in the cloud, but for where Identity Toolkit is."""
    real = config.read({"GOOGLE_CLOUD_PROJECT": PROJECT, "FIREBASE_API_KEY": "key", "K_SERVICE": "reply"})
    return replace(real, endpoints=replace(real.endpoints, identity_toolkit=toolkit, **changes))


async def refusal(people: People, text: str) -> str:
    with pytest.raises(CallerRefused) as refused:
        await people.member(Hidden(text))
    return refused.value.reason


# -- who is let in


async def test_a_person_is_whom_their_token_names_and_their_account_confirms(people: People, toolkit: Toolkit) -> None:
    text = token()
    assert await people.member(Hidden(text)) == Member("uid-1", "acme", "user", Hidden(text))
    assert toolkit.asked == [text]


async def test_googles_own_example_of_a_token_is_read(people: People, toolkit: Toolkit) -> None:
    """tests/fixtures/firebase: claims as the service writes them, for our project and in our roles."""
    fixture = json.loads((ROOT / "tests/fixtures/firebase/id_token_claims.json").read_text())
    mine = {name: GOOD[name] for name in ("iss", "aud", "iat", "exp", "auth_time", "role", "tenant_id")}
    toolkit.account = {"localId": "uid1"}
    member = await people.member(Hidden(signed(json.dumps(fixture | mine).encode(), HEADER)))
    assert (member.uid, member.tenant_id) == ("uid1", "acme")


# -- what a token must be


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (token(OTHER), "signature"),
        (token(header={**HEADER, "kid": "two"}), "unknown_key"),
        (token(header={**HEADER, "alg": "none"}), "algorithm"),
        (token(header={**HEADER, "alg": "HS256"}), "algorithm"),
        (unsigned(), "algorithm"),
        (token(exp=NOW), "expired"),
        (token(exp=None), "times"),
        (token(iat=NOW + 61), "future"),
        (token(iat=None), "times"),
        (token(auth_time=NOW + 61), "future"),
        (token(auth_time=None), "times"),
        (token(auth_time=float("nan")), "times"),
        (token(auth_time="now"), "times"),
        (token(iss="https://securetoken.google.com/another"), "issuer"),
        (token(iss="https://accounts.google.com"), "issuer"),
        (token(iss=None), "issuer"),
        (token(aud="another"), "audience"),
        (token(aud=[PROJECT]), "audience"),
        (token(aud=None), "audience"),
        (token(sub=None), "subject"),
        (token(sub=""), "subject"),
        (token(sub="x" * 129), "subject"),
        (token(sub="a/b"), "subject"),
        (token(sub=["uid-1"]), "subject"),
        (token(firebase=None), "provider"),
        (token(firebase={"sign_in_provider": "custom"}), "provider"),
        (token(firebase={"sign_in_provider": ["password"]}), "provider"),
        (token(firebase="password"), "provider"),
    ],
)
async def test_a_token_that_is_not_one_of_our_peoples_is_refused_before_anybody_is_asked(
    people: People, toolkit: Toolkit, text: str, reason: str
) -> None:
    assert await refusal(people, text) == reason
    assert toolkit.asked == []


@pytest.mark.parametrize(
    "claims",
    [
        {"role": None},
        {"role": "admin"},
        {"role": "service"},
        {"role": "tenant_admin "},
        {"role": ["user"]},
        {"tenant_id": None},
        {"tenant_id": ""},
        {"tenant_id": "ac"},
        {"tenant_id": "Acme"},
        {"tenant_id": "../acme"},
        {"tenant_id": ["acme"]},
        {"tenant_id": 12345},
    ],
)
async def test_a_person_without_a_role_in_a_tenant_is_none_of_its_members(
    people: People, toolkit: Toolkit, claims: dict[str, Any]
) -> None:
    with pytest.raises(Forbidden):
        await people.member(Hidden(token(**claims)))
    assert toolkit.asked == []


@given(st.text(max_size=200))
@settings(max_examples=200)
async def test_no_text_is_a_token(text: str) -> None:
    people = People(project(nobody_listens()), SigningKeys(nobody_listens()), CLOCK)
    with pytest.raises(CallerRefused):
        await people.member(Hidden(text))


# -- what the account must be


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ({"disabled": True}, "account"),
        ({"disabled": "no"}, "account"),
        ({"localId": "uid-2"}, "account"),
        ({"validSince": str(NOW - 99)}, "revoked"),
        ({"validSince": str(NOW)}, "revoked"),
        ({"validSince": "nan"}, "revoked"),
    ],
)
async def test_an_account_that_is_disabled_or_signed_out_lets_nobody_in(
    people: People, toolkit: Toolkit, account: dict[str, Any], reason: str
) -> None:
    toolkit.account = account
    assert await refusal(people, token()) == reason


@pytest.mark.parametrize("message", ["USER_DISABLED", "USER_NOT_FOUND", "INVALID_ID_TOKEN", "TOKEN_EXPIRED : sign in"])
async def test_what_identity_toolkit_refuses_is_refused(people: People, toolkit: Toolkit, message: str) -> None:
    toolkit.refuse(message)
    assert await refusal(people, token()) == "account"


@pytest.mark.parametrize(
    ("message", "status"), [("API key not valid.", 400), ("PERMISSION_DENIED", 403), ("USER_DISABLED", 503), ("x", 429)]
)
async def test_a_fault_of_our_own_or_of_googles_refuses_nobody_for_good_and_admits_nobody(
    people: People, toolkit: Toolkit, message: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    toolkit.refuse(message, status)
    with pytest.raises(Unavailable):
        await people.member(Hidden(token()))
    assert f'"count": "lookup_failed", "status": {status}}}' in capsys.readouterr().err


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"users": []}', b'{"users": [{}]}', b'{"users": "x"}', b"null"])
async def test_an_answer_that_nobody_understands_admits_nobody(people: People, toolkit: Toolkit, body: bytes) -> None:
    toolkit.answer = Response(body, media_type="application/json")
    with pytest.raises(Unavailable):
        await people.member(Hidden(token()))


async def test_without_identity_toolkit_nobody_is_admitted_and_the_log_says_why(
    keys: SigningKeys, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Unavailable):
        await People(project(nobody_listens()), keys, CLOCK).member(Hidden(token()))
    logged = capsys.readouterr().err
    assert '"raised": "ConnectionRefusedError"' in logged
    assert token() not in logged


# -- the local cloud


async def test_tokens_without_a_signature_pass_in_the_local_cloud_alone(
    toolkit: Toolkit, served: tuple[Toolkit, str], keys: SigningKeys
) -> None:
    local = replace(project(served[1], auth_emulator="127.0.0.1:9099"), service=None)
    assert (await People(local, keys, CLOCK).member(Hidden(unsigned()))).uid == "uid-1"
    assert await refusal(People(local, keys, CLOCK), unsigned(exp=NOW)) == "expired"
    assert await refusal(People(local, keys, CLOCK), unsigned(aud="another")) == "audience"
    assert await refusal(People(local, keys, CLOCK), unsigned() + "c2ln") == "algorithm"
    elsewhere = (project(served[1], auth_emulator="127.0.0.1:9099"), replace(project(served[1]), service=None))
    for other in elsewhere:
        assert await refusal(People(other, keys, CLOCK), unsigned()) == "algorithm"


def test_a_function_in_the_cloud_does_not_start_with_the_emulators_address() -> None:
    with pytest.raises(ConfigurationError, match="FIREBASE_AUTH_EMULATOR_HOST"):
        config.read(
            {"GOOGLE_CLOUD_PROJECT": "p", "K_SERVICE": "reply", "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099"}
        )


def test_a_member_shows_nobody_their_token() -> None:
    assert "secret" not in repr(Member("uid-1", "acme", "user", Hidden("secret")))
