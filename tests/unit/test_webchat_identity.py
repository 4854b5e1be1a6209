"""Who a visitor is, as a site's own server signed it: what is believed, and everything that is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.channels.webchat.identity import LONGEST, Identity, is_usable, verify
from shared.hidden import Hidden
from shared.signed_tokens import CallerRefused

KEY, OTHERS_KEY = "a key of the tenant, of 32 bytes", "the key of another tenant, 32 b."
WIDGET = "wk-testing-agency"
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
GOOD: Mapping[str, object] = {
    "aud": WIDGET,
    "sub": "member-17",
    "iat": SECONDS - 10,
    "exp": SECONDS + 290,
    "jti": "0c9a",
    "name": "Ana Pérez",
    "email": "Ana@Home.example",
    "phone": "+12815550101",
}
HEADER: Mapping[str, object] = {"alg": "HS256", "typ": "JWT"}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def body(payload: bytes, header: Mapping[str, object] = HEADER) -> str:
    return f"{encoded(json.dumps(dict(header)).encode())}.{encoded(payload)}"


def mac(signed: str, key: str = KEY) -> str:
    return encoded(hmac.digest(key.encode(), signed.encode(), hashlib.sha256))


def signed(payload: bytes, header: Mapping[str, object] = HEADER, key: str = KEY) -> str:
    unsigned = body(payload, header)
    return f"{unsigned}.{mac(unsigned, key)}"


def token(header: Mapping[str, object] = HEADER, key: str = KEY, **claims: object) -> str:
    return signed(json.dumps({**GOOD, **claims}).encode(), header, key)


def without(*names: str) -> str:
    return signed(json.dumps({name: value for name, value in GOOD.items() if name not in names}).encode())


def check(text: str, key: str = KEY, widget: str = WIDGET) -> Identity:
    return verify(text, Hidden(key), widget=widget, now=NOW)


def refusal(text: str, key: str = KEY, widget: str = WIDGET) -> str:
    with pytest.raises(CallerRefused) as refused:
        check(text, key, widget)
    return refused.value.reason


# Whom a token names


def test_a_token_that_the_site_signed_names_its_visitor() -> None:
    until = datetime.fromtimestamp(SECONDS + 290, UTC)
    assert check(token()) == Identity("member-17", "Ana Pérez", "ana@home.example", "+12815550101", "0c9a", until)


def test_a_token_made_by_an_independent_library_is_accepted() -> None:
    assert check(jwt.encode(dict(GOOD), KEY, algorithm="HS256")).sub == "member-17"


def test_who_is_not_known_further_is_known_by_their_id_alone() -> None:
    assert check(without("name", "email", "phone")).known == {"sub": "member-17"}


def test_what_a_conversation_keeps_of_it_is_no_more_than_who_it_is() -> None:
    names = {"sub": "member-17", "name": "Ana Pérez", "email": "ana@home.example", "phone": "+12815550101"}
    assert check(token(role="owner", picture="x")).known == names


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+1 281 555 0101", "+12815550101"),
        (" +1 (281) 555-0101 ", "+12815550101"),
        ("+49 30 901820", "+4930901820"),
        ("(281) 555-0101", ""),  # of which country?
        ("2815550101", ""),
        ("+1 281 555 0101 ext. 5", ""),
        ("+999 1", ""),
        ("+", ""),
        ("home", ""),
        ("+1" + "2" * 2000, ""),
        (12815550101, ""),
        (None, ""),
        (["+12815550101"], ""),
    ],
)
def test_a_phone_is_e164_or_is_left_out(phone: object, expected: str) -> None:
    assert check(token(phone=phone)).phone == expected


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (" ANA@Home.Example ", "ana@home.example"),
        ("ana", ""),
        ("@home.example", ""),
        ("ana@home@example", ""),
        ("ana @home.example", ""),
        ("ana@home.example\nbcc: x", ""),
        ("a" * 250 + "@x.example", ""),
        ("\ud800@home.example", ""),
        (5, ""),
        (["ana@home.example"], ""),
    ],
)
def test_an_email_is_one_in_lower_case_or_is_left_out(email: object, expected: str) -> None:
    assert check(token(email=email)).email == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("  Ana \n Pérez ", "Ana Pérez"), ("🏊" * 150, "🏊" * 100), ("", ""), ("\udc00", ""), (5, ""), ({}, "")],
)
def test_a_name_is_cut_to_what_a_contact_may_be_called_or_is_left_out(name: object, expected: str) -> None:
    assert check(token(name=name)).name == expected


@pytest.mark.parametrize("size", [1, 200])
def test_ids_have_up_to_200_characters(size: int) -> None:
    assert check(token(sub="s" * size, jti="j" * size)).sub == "s" * size


# Who is not believed


@pytest.mark.parametrize("algorithm", ["none", "None", "", "hs256", "HS384", "RS256", "ES256", None, ["HS256"]])
def test_no_algorithm_but_hs256_is_looked_at(algorithm: object) -> None:
    assert refusal(token({**HEADER, "alg": algorithm})) == "algorithm"


@pytest.mark.parametrize(("algorithm", "reason"), [("none", "algorithm"), ("HS256", "signature")])
def test_a_token_without_a_signature_is_refused(algorithm: str, reason: str) -> None:
    assert refusal(body(json.dumps(dict(GOOD)).encode(), {**HEADER, "alg": algorithm}) + ".") == reason


def test_a_token_that_is_signed_with_somebodys_rsa_key_is_refused() -> None:
    own = rsa.generate_private_key(65537, 2048)
    unsigned = body(json.dumps(dict(GOOD)).encode(), {**HEADER, "alg": "RS256"})
    assert refusal(f"{unsigned}.{encoded(own.sign(unsigned.encode(), padding.PKCS1v15(), SHA256()))}") == "algorithm"


@pytest.mark.parametrize("names", [["b64"], [], None])
def test_a_token_with_critical_extensions_is_refused(names: object) -> None:
    assert refusal(token({**HEADER, "crit": names, "b64": False})) == "algorithm"


def test_another_tenants_key_is_refused() -> None:
    assert refusal(token(key=OTHERS_KEY)) == "signature"


def test_a_key_that_the_token_brings_along_is_not_believed() -> None:
    brought = {"kty": "oct", "k": encoded(OTHERS_KEY.encode())}
    assert refusal(token({**HEADER, "jwk": brought, "kid": OTHERS_KEY}, OTHERS_KEY)) == "signature"


def test_claims_of_one_token_under_the_signature_of_another_are_refused() -> None:
    mine, theirs = token().split("."), token(sub="member-18").split(".")
    assert refusal(f"{mine[0]}.{theirs[1]}.{mine[2]}") == "signature"


def test_a_signature_that_is_cut_short_is_refused() -> None:
    unsigned, _, signature = token().rpartition(".")
    assert refusal(f"{unsigned}.{signature[:4]}") == "signature"


@pytest.mark.parametrize("key", ["", "short", "k" * 31, "é" * 15])
def test_without_a_key_of_32_bytes_nobody_is_believed(key: str) -> None:
    assert not is_usable(Hidden(key))
    assert refusal(token(key=key), key) == "disabled"


@pytest.mark.parametrize("key", ["k" * 32, "é" * 16])
def test_a_key_is_counted_in_bytes(key: str) -> None:
    assert check(token(key=key), key).sub == "member-17"


@pytest.mark.parametrize("audience", ["", "another-widget", WIDGET.upper(), f"{WIDGET} ", [WIDGET], [], None, 5, True])
def test_a_token_for_another_widget_is_refused(audience: object) -> None:
    assert refusal(token(aud=audience)) == "audience"


def test_a_widget_without_a_key_of_its_own_is_nobodys_audience() -> None:
    assert refusal(token(aud=""), widget="") == "audience"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": SECONDS}, "expired"),
        ({"exp": SECONDS - 1}, "expired"),
        ({"exp": SECONDS - 9, "nbf": SECONDS - 20}, "expired"),
        ({"exp": -(10**400)}, "expired"),
        ({"exp": float("-inf")}, "expired"),
        ({"iat": SECONDS + 61}, "future"),
        ({"iat": 10**400, "exp": 10**400}, "future"),
        ({"iat": float("inf"), "exp": float("inf")}, "future"),
        ({"nbf": SECONDS + 61}, "future"),
        ({"iat": SECONDS - 10, "exp": SECONDS + 3591}, "life"),
        ({"iat": SECONDS - 10**9}, "life"),
        ({"iat": -(10**400)}, "life"),
        ({"exp": 10**400}, "life"),
        ({"exp": float("inf")}, "life"),
        ({"exp": float("nan")}, "times"),
        ({"iat": float("nan")}, "times"),
        ({"nbf": float("nan")}, "times"),
        ({"exp": str(SECONDS + 60)}, "times"),
        ({"exp": True}, "times"),
        ({"iat": None}, "times"),
    ],
)
def test_times_that_are_not_right_refuse_the_token(claims: dict[str, object], reason: str) -> None:
    assert refusal(token(**claims)) == reason


@pytest.mark.parametrize(
    "claims", [{"iat": SECONDS + 60, "exp": SECONDS + 3660}, {"iat": SECONDS - 3599, "exp": SECONDS + 1}]
)
def test_a_token_may_live_an_hour_and_its_clock_may_be_a_minute_ahead(claims: dict[str, object]) -> None:
    assert check(token(**claims)).sub == "member-17"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("aud", "audience"), ("sub", "sub"), ("iat", "times"), ("exp", "times"), ("jti", "jti")],
)
def test_a_claim_that_is_missing_refuses_the_token(name: str, reason: str) -> None:
    assert refusal(without(name)) == reason


@pytest.mark.parametrize("name", ["sub", "jti"])
@pytest.mark.parametrize("value", ["", "x" * 201, "🏊" * 101, "\ud800", "a\udfff", 17, None, ["a"], {"a": 1}, True])
def test_an_id_that_could_not_be_kept_refuses_the_token(name: str, value: object) -> None:
    assert refusal(token(**{name: value})) == name


@pytest.mark.parametrize("name", ["sub", "aud", "jti", "exp"])
def test_a_claim_that_is_said_twice_refuses_the_token(name: str) -> None:
    twice = json.dumps(dict(GOOD))[:-1] + f", {json.dumps(name)}: {json.dumps(GOOD[name])}}}"
    assert refusal(signed(twice.encode())) == "malformed"


def test_an_algorithm_that_is_said_twice_refuses_the_token() -> None:
    header = b'{"alg": "none", "alg": "HS256"}'
    unsigned = f"{encoded(header)}.{encoded(json.dumps(dict(GOOD)).encode())}"
    assert refusal(f"{unsigned}.{mac(unsigned)}") == "malformed"


@pytest.mark.parametrize("payload", [b"", b"[]", b'"text"', b"{", b"\xff\xfe", b"[" * 2000, b"1" * 2900])
def test_signed_claims_that_are_no_object_are_refused(payload: bytes) -> None:
    assert refusal(signed(payload)) == "malformed"


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b.c", "é.é.é", "\ud800.\ud800.\ud800", "Bearer x", "e30.e30.e30.e30.e30"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    assert refusal(text) == "malformed"


def test_a_token_of_100_kilobytes_is_refused_unread() -> None:
    assert refusal(token(more="x" * 100_000)) == "malformed"


def test_a_token_is_as_long_as_it_may_be_and_no_longer() -> None:
    spare = LONGEST - len(token(more=""))
    assert len(token(more="x" * (spare * 3 // 4 - 2))) <= LONGEST
    assert check(token(more="x" * (spare * 3 // 4 - 2))).sub == "member-17"
    assert refusal(token(more="x" * (spare * 3 // 4 + 3))) == "malformed"


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("change", [lambda part: part + "=", lambda part: part + "!", lambda part: "\n" + part])
def test_a_part_has_one_spelling_only(place: int, change: Callable[[str], str]) -> None:
    parts = token().split(".")
    parts[place] = change(parts[place])
    assert refusal(".".join(parts)) == "malformed"


def test_bits_left_over_at_the_end_of_a_signature_are_not_ignored() -> None:
    alphabet, good = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", token()
    assert refusal(good[:-1] + alphabet[alphabet.index(good[-1]) + 1]) == "malformed"


GOOD_TOKEN = token()


@settings(deadline=None)
@given(st.data())
def test_a_token_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD_TOKEN) - 1))
    other = data.draw(st.characters().filter(lambda character: character != GOOD_TOKEN[place]))
    refusal(GOOD_TOKEN[:place] + other + GOOD_TOKEN[place + 1 :])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "nbf", "crit"]), JSON, min_size=1))
def test_whatever_is_signed_is_refused_or_can_be_kept(claims: dict[str, object]) -> None:
    try:
        identity = check(token(**claims))
    except CallerRefused:
        return
    kept = " ".join(identity.known.values())
    assert len(kept.encode("utf-16-le")) <= 2000
    assert identity.until.timestamp() > SECONDS
    assert claims.get("aud", WIDGET) == WIDGET


def test_checking_a_token_loads_no_cryptography_library() -> None:
    code = f"""
import sys
from datetime import datetime
from shared.channels.webchat.identity import verify
from shared.hidden import Hidden
verify({GOOD_TOKEN!r}, Hidden({KEY!r}), widget={WIDGET!r}, now=datetime.fromisoformat({NOW.isoformat()!r}))
assert not any(name.split(".")[0] in ("cryptography", "phonenumbers") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
