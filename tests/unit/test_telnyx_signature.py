"""Who may speak as Telnyx: nobody but the holder of the channel's key, and only for five minutes."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.channels.telnyx import DUMMY_KEY, BadSignature, verify
from shared.errors import Unauthenticated

ROOT = Path(__file__).parents[2]
VECTOR = json.loads((ROOT / "tests/fixtures/telnyx/signature_vector.json").read_text())
RAW = VECTOR["raw_body"].encode()
KEY = VECTOR["public_key_b64"]
AT = datetime.fromtimestamp(1795338209, UTC)
HEADERS = {name: VECTOR[name] for name in ("telnyx-timestamp", "telnyx-signature-ed25519")}


def reason(raw: bytes = RAW, headers: dict[str, str] = HEADERS, key: str = KEY, now: datetime = AT) -> str:
    with pytest.raises(BadSignature) as caught:
        verify(raw, headers, public_key=key, now=now)
    return caught.value.reason


def signed_by(seed: bytes, raw: bytes = RAW, timestamp: str = "1795338209") -> dict[str, str]:
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(timestamp.encode() + b"|" + raw)
    return {"telnyx-timestamp": timestamp, "telnyx-signature-ed25519": b64encode(signature).decode()}


def public(seed: bytes) -> str:
    return b64encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).decode()


def test_what_telnyx_signed_is_accepted():
    verify(RAW, HEADERS, public_key=KEY, now=AT)


@pytest.mark.parametrize("seconds", [-300, -1, 1, 300])
def test_a_request_is_accepted_up_to_three_hundred_seconds_away_from_its_signing(seconds):
    verify(RAW, HEADERS, public_key=KEY, now=AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 10**6])
def test_a_stale_or_future_request_is_refused_although_its_signature_is_right(seconds):
    assert reason(now=AT + timedelta(seconds=seconds)) == "stale"


def test_the_signature_of_another_account_is_refused():
    assert reason(key=public(b"\x07" * 32)) == "mismatch"


def test_a_timestamp_that_was_not_signed_is_refused():
    assert reason(headers={**HEADERS, "telnyx-timestamp": "1795338210"}) == "mismatch"


@pytest.mark.parametrize(
    "timestamp", ["", "now", "-1795338209", "1795338209.0", "1795338209 ", "１７９５３３８２０９", "9" * 40]
)
def test_a_timestamp_that_is_no_unix_time_is_refused(timestamp):
    headers = signed_by(bytes(range(32)), timestamp=timestamp)
    assert reason(headers=headers) in ("timestamp", "missing")


@pytest.mark.parametrize("header", HEADERS)
def test_a_request_without_either_header_is_refused(header):
    assert reason(headers={name: value for name, value in HEADERS.items() if name != header}) == "missing"
    assert reason(headers={**HEADERS, header: ""}) == "missing"


@pytest.mark.parametrize("signature", ["%%%", "ünicode", HEADERS["telnyx-signature-ed25519"][:-1], "AAAA", "\x00"])
def test_a_signature_that_is_not_sixty_four_bytes_of_base64_is_refused(signature):
    assert reason(headers={**HEADERS, "telnyx-signature-ed25519": signature}) in ("encoding", "mismatch")


@pytest.mark.parametrize("key", ["", "not base64", "AAAA", KEY[:-4], "é"])
def test_a_channel_without_a_usable_key_is_switched_off(key):
    assert reason(key=key) == "disabled"


def test_nobody_passes_with_the_key_of_an_unknown_channel_not_even_the_holder_of_its_private_half():
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")  # RFC 8032, 7.1, test 1
    assert public(seed) == DUMMY_KEY
    assert reason(headers=signed_by(seed), key=DUMMY_KEY) == "disabled"
    assert reason(headers=signed_by(seed), key="") == "disabled"


def test_every_refusal_looks_the_same_from_outside():
    refused = []
    for headers, key in (({}, KEY), (HEADERS, ""), (HEADERS, DUMMY_KEY), (signed_by(b"\x07" * 32), KEY)):
        with pytest.raises(Unauthenticated) as caught:
            verify(RAW, headers, public_key=key, now=AT)
        refused.append((caught.value.status, caught.value.code, caught.value.detail, str(caught.value)))
    assert len(set(refused)) == 1


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_body_changed_by_one_byte_is_refused(position, flip):
    tampered = RAW[:position] + bytes([RAW[position] ^ flip]) + RAW[position + 1 :]
    assert reason(raw=tampered) == "mismatch"


@given(st.integers(0, 511))
def test_a_signature_changed_by_one_bit_is_refused(bit):
    signature = bytearray(b64decode(HEADERS["telnyx-signature-ed25519"]))
    signature[bit // 8] ^= 1 << bit % 8
    assert reason(headers={**HEADERS, "telnyx-signature-ed25519": b64encode(signature).decode()}) == "mismatch"


@given(
    st.dictionaries(st.sampled_from(list(HEADERS)), st.text(max_size=100)), st.text(max_size=60), st.binary(max_size=99)
)
def test_whatever_arrives_is_refused_and_nothing_else_is_raised(headers, key, raw):
    assert reason(raw=raw, headers=headers, key=key)


@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32))
def test_whatever_was_signed_is_accepted_byte_for_byte(raw, seed):
    verify(raw, signed_by(seed, raw), public_key=public(seed), now=AT)


def test_a_webhook_loads_neither_http_nor_cryptography_nor_telnyx_before_its_first_request():
    heavy = ["httpx", "cryptography", "telnyx", "phonenumbers", "google.cloud.firestore"]
    script = f"import sys, shared.channels.telnyx; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
