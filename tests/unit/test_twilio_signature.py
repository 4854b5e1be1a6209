"""Who may speak as Twilio: nobody but the holder of one of the account's secrets, and only to this very URL."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.channels.errors import BadSignature
from shared.channels.twilio import DUMMY, Account, verify
from shared.errors import Unauthenticated
from shared.hidden import Hidden

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/fixtures/twilio/signature_vectors.json").read_text())
TOKEN, KEY = VECTORS["auth_token"], "webhooks_sharedkey_test"
ACCOUNT = Account("AC1", Hidden(TOKEN), {KEY: Hidden(TOKEN)})
URL = "https://functions.example/twilio-sms/channel-1"
RAW = b"From=%2B12125551234&Body=Hi+there&MessageSid=SM1&Empty="


def signed(
    url: str = URL, raw: bytes = RAW, token: str = TOKEN, key: str | None = None, algorithm: str = "HMAC_SHA1"
) -> dict[str, str]:
    content = url + (_joined(raw) or "")
    digest = hashlib.sha256 if algorithm == "HMAC_SHA256" else hashlib.sha1
    signature = base64.b64encode(hmac.new(token.encode(), content.encode(), digest).digest()).decode()
    settings = {} if key is None else {"x-twilio-webhooks-signature-settings": f"key={key},algorithm={algorithm}"}
    return {"x-twilio-signature": signature, **settings}


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")


def _joined(raw: bytes) -> str | None:
    """What is signed of a form: names and values without anything between them, as Twilio has it."""
    try:
        return "".join(name + value for name, value in sorted(set(_pairs(raw))))
    except ValueError:
        return None


def reason(headers: dict[str, str], raw: bytes = RAW, url: str = URL, account: Account = ACCOUNT) -> str:
    with pytest.raises(BadSignature) as caught:
        verify(url, raw, headers, account=account)
    return caught.value.reason


@pytest.mark.parametrize("case", VECTORS["cases"])
def test_what_twilio_documents_as_signed_is_accepted(case):
    headers = {name.lower(): value for name, value in case.items() if name.startswith("X-")}
    verify(case["url"], urlencode(case["params"]).encode(), headers, account=ACCOUNT)


def test_a_form_with_blank_values_and_repeated_names_is_accepted():
    raw = b"A=2&A=1&B=&A=2&C=%C3%BC%F0%9F%91%8B"
    verify(URL, raw, signed(raw=raw), account=ACCOUNT)


@pytest.mark.parametrize("query", ["?a=%2F%2f&b=", "?a=b+c%20d", "?x=1?y=2"])
def test_the_query_is_signed_as_it_was_written_and_never_decoded(query):
    verify(URL + query, RAW, signed(URL + query), account=ACCOUNT)


@pytest.mark.parametrize(
    ("called", "ours"),
    [
        ("https://functions.example:443/a", "https://functions.example/a"),
        ("http://127.0.0.1:80/a", "http://127.0.0.1/a"),
        ("http://127.0.0.1/a", "http://127.0.0.1:8080/a"),
        ("http://127.0.0.1:8080/a?b=c", "http://127.0.0.1:8080/a?b=c"),
    ],
)
def test_the_port_may_stand_in_the_url_or_not(called, ours):
    verify(ours, RAW, signed(called), account=ACCOUNT)


def test_the_fragment_that_asks_for_retries_may_be_signed_or_not():
    verify(URL, RAW, signed(f"{URL}#rc=5&rp=all"), account=ACCOUNT)
    assert reason(signed(f"{URL}#rc=1")) == "mismatch"


def test_a_shared_key_signs_for_itself_alone():
    other = Account("AC1", Hidden("another"), {KEY: Hidden("shh"), "spare": Hidden("hush")})
    verify(URL, RAW, signed(token="shh", key=KEY, algorithm="HMAC_SHA256"), account=other)
    verify(URL, RAW, signed(token="shh", key=KEY), account=other)
    assert reason(signed(token="hush", key=KEY, algorithm="HMAC_SHA256"), account=other) == "mismatch"
    assert reason(signed(token="another", key=KEY, algorithm="HMAC_SHA256"), account=other) == "mismatch"
    assert reason(signed(token="shh"), account=other) == "mismatch"


@pytest.mark.parametrize("key", ["nobody", "WEBHOOKS_SHAREDKEY_TEST", "__class__"])
def test_a_shared_key_that_the_account_does_not_have_is_switched_off(key):
    assert reason(signed(key=key, algorithm="HMAC_SHA256")) == "disabled"


@pytest.mark.parametrize("algorithm", ["HMAC_MD5", "none", "SHA256"])
def test_an_algorithm_that_is_not_twilios_is_refused(algorithm):
    settings = {"x-twilio-webhooks-signature-settings": f"key={KEY},algorithm={algorithm}"}
    assert reason({**signed(), **settings}) == "algorithm"


@pytest.mark.parametrize("token", ["", "wrong", TOKEN.upper() + "x"])
def test_the_token_of_another_account_is_refused(token):
    assert reason(signed(token=token)) == "mismatch"


@pytest.mark.parametrize(
    "url", [URL + "?a=b", URL + "/", URL.replace("https", "http"), URL.replace("channel-1", "channel-2")]
)
def test_a_request_that_was_signed_for_another_url_is_refused(url):
    assert reason(signed(url)) == "mismatch"


def test_an_account_without_a_token_is_switched_off_even_for_an_empty_secret():
    nobody = Account("AC1", Hidden(""))
    assert reason(signed(token=""), account=nobody) == "disabled"
    assert reason(signed(token=DUMMY.auth_token.reveal()), account=nobody) == "disabled"


def test_nobody_passes_with_the_secret_of_an_unknown_channel():
    assert reason(signed(token=DUMMY.auth_token.reveal()), account=DUMMY) == "disabled"


@pytest.mark.parametrize("signature", ["", "%%%", "ünicode", signed()["x-twilio-signature"][:-1], "AAAA", "\x00"])
def test_a_signature_that_is_not_one_of_base64_is_refused(signature):
    assert reason({"x-twilio-signature": signature}) in ("missing", "encoding")


def test_a_request_without_a_signature_is_refused():
    assert reason({}) == "missing"


@pytest.mark.parametrize("raw", [b"\xff", b"a=%ff", b"&".join([b"a=1"] * 501)])
def test_a_body_that_is_no_form_is_refused(raw):
    assert reason(signed(), raw=raw) == "form"


def test_every_refusal_looks_the_same_from_outside():
    refused = []
    for headers, account in (
        ({}, ACCOUNT),
        (signed(), DUMMY),
        (signed(token="x"), ACCOUNT),
        (signed(key="x"), ACCOUNT),
    ):
        with pytest.raises(Unauthenticated) as caught:
            verify(URL, RAW, headers, account=account)
        refused.append((caught.value.status, caught.value.code, caught.value.detail, str(caught.value)))
    assert len(set(refused)) == 1


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_form_changed_by_one_byte_is_refused_unless_it_says_the_same(position, flip):
    tampered = RAW[:position] + bytes([RAW[position] ^ flip]) + RAW[position + 1 :]
    assume(_joined(tampered) != _joined(RAW))
    assert reason(signed(), raw=tampered)


@given(st.dictionaries(st.sampled_from(sorted(signed(key=KEY))), st.text(max_size=100)), st.binary(max_size=99))
def test_whatever_arrives_is_refused_and_nothing_else_is_raised(headers, raw):
    assert reason(headers, raw=raw)


@pytest.mark.parametrize("plain", ["", "{", "[]", "null", "{}", '{"auth_token": 5}', '{"shared_keys": []}', '"x"'])
def test_a_stored_account_that_cannot_be_read_opens_nothing(plain):
    account = Account.parse(Hidden(plain))
    assert not account.auth_token
    assert reason(signed(token=""), account=account) == "disabled"


def test_a_stored_account_is_read_with_its_keys_and_shows_none_of_them():
    plain = {"account_sid": "AC9", "auth_token": " tok3n\n", "shared_keys": {KEY: "s3cret", "odd": 5}}
    account = Account.parse(Hidden(json.dumps(plain)))
    assert (account.sid, account.secret(None).reveal(), account.secret(KEY).reveal()) == ("AC9", "tok3n", "s3cret")
    assert not account.secret("odd")
    assert "tok3n" not in repr(account)
    assert "s3cret" not in repr(account)


def test_a_webhook_loads_neither_http_nor_twilio_nor_pydantic_before_its_first_request():
    heavy = ["httpx", "aiohttp", "cryptography", "twilio", "phonenumbers", "pydantic", "google.cloud.firestore"]
    script = f"import sys, shared.channels.twilio; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
