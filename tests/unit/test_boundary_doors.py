"""What is refused before anybody is looked up. No mint runs here: a lookup would fail with another error."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twilio.request_validator import RequestValidator

from shared.boundary import Call, Reply, doors
from shared.boundary.limits import Lookups
from shared.boundary.tool_calls import called, caller
from shared.channels.errors import BadSignature
from shared.channels.twilio import DUMMY
from shared.config import config
from shared.errors import BadRequest
from tests.unit.loopback import MovableClock

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RAW = b'{"data": {}}'
STAMP = str(int(AT.timestamp()))
SIGNATURE = b64encode(Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).sign(STAMP.encode() + b"|" + RAW)).decode()
SIGNED = {"telnyx-timestamp": STAMP, "telnyx-signature-ed25519": SIGNATURE}
HMAC = "A" * 27 + "="
PRESET = {"call_control_id": "v3:1", "caller": "+12815550101", "called": "+12817679141"}


def call(headers: dict[str, str], channel: str | None = "some-channel", raw: bytes = RAW) -> Call:
    return Call(function="telnyx-sms", raw=raw, headers=headers, channel=channel, now=AT)


@pytest.fixture
async def empty(monkeypatch) -> None:
    """This instance's bucket is empty and stays so."""

    async def nobody(channel: str) -> None:
        return None

    drained = Lookups(MovableClock())
    for guess in range(50):
        await drained.find(str(guess), nobody)
    monkeypatch.setattr(doors, "lookups", lambda: drained)


@pytest.mark.parametrize("channel", ["some-channel", None])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"telnyx-signature-ed25519": ""}, "missing"),
        ({"telnyx-timestamp": ""}, "missing"),
        ({"telnyx-timestamp": "soon"}, "timestamp"),
        ({"telnyx-signature-ed25519": "not base64!"}, "encoding"),
        ({"telnyx-timestamp": str(int(STAMP) - 301)}, "stale"),
        ({"telnyx-timestamp": str(int(STAMP) + 301)}, "stale"),
    ],
)
async def test_what_no_key_could_make_right_is_refused_before_any_lookup(channel, change, reason):
    with pytest.raises(BadSignature) as refused:
        await doors.verified_by_telnyx(call({**SIGNED, **change}, channel))
    assert refused.value.reason == reason


@pytest.mark.parametrize("channel", ["some-channel", None])
@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "missing"),
        ({"x-twilio-signature": "not base64!"}, "encoding"),
        ({"x-twilio-signature": "A" * 43 + "="}, "encoding"),
        ({"x-twilio-signature": HMAC, "x-twilio-webhooks-signature-settings": "algorithm=HMAC_MD5"}, "algorithm"),
    ],
)
async def test_of_twilio_too_what_no_secret_could_make_right_is_refused_before_any_lookup(channel, headers, reason):
    with pytest.raises(BadSignature) as refused:
        await doors.verified_by_twilio(call(headers, channel))
    assert refused.value.reason == reason


@pytest.fixture
def configured(monkeypatch) -> Iterator[None]:
    """A function with a public address, on a platform without an account at Twilio."""
    for name in ("K_SERVICE", "TWILIO_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")
    monkeypatch.setenv("FUNCTIONS_URL", "https://f.example")
    config.cache_clear()
    yield
    config.cache_clear()


async def test_without_an_auth_token_the_platform_wide_url_of_twilio_is_closed(configured):
    with pytest.raises(BadSignature) as refused:
        await doors.verified_by_twilio(call({"x-twilio-signature": HMAC}, None))
    assert refused.value.reason == "disabled"


async def test_an_empty_bucket_answers_twilio_like_a_bad_signature_and_asks_nobody(empty, configured):
    for token in (DUMMY.auth_token.reveal(), "x"):
        signature = RequestValidator(token).compute_signature("https://f.example/twilio-sms/some-channel", {})
        with pytest.raises(BadSignature):
            await doors.verified_by_twilio(call({"x-twilio-signature": signature}))


async def test_an_empty_bucket_answers_like_a_bad_signature_and_asks_nobody(empty):
    with pytest.raises(BadSignature) as limited:
        await doors.verified_by_telnyx(call(SIGNED))
    with pytest.raises(BadSignature) as unsigned:
        await doors.verified_by_telnyx(call({}))
    assert (limited.value.status, limited.value.code, limited.value.detail) == (
        unsigned.value.status,
        unsigned.value.code,
        unsigned.value.detail,
    )


def test_a_call_is_who_its_signed_body_says():
    ours = call({"x-telnyx-call-control-id": "v3:forged"}, raw=json.dumps(PRESET).encode())
    assert (caller(ours).call_id, caller(ours).number, called(ours)) == ("v3:1", "+12815550101", "+12817679141")


@pytest.mark.parametrize("value", [None, "", 7, "{{unresolved}}"])
@pytest.mark.parametrize(
    ("name", "preset"), [("call_control_id", "call_control_id"), ("called", "telnyx_agent_target")]
)
def test_a_preset_that_is_missing_is_refused_with_what_to_preset(name, preset, value):
    body = json.dumps({**PRESET, name: value}).encode()
    with pytest.raises(BadRequest) as refused:
        (called if name == "called" else caller)(call({"x-telnyx-call-control-id": "v3:forged"}, raw=body))
    assert f"{{{{{preset}}}}}" in refused.value.detail


def test_a_reply_is_json_unless_it_is_a_document_of_another_type():
    assert (Reply({"ok": True}).encoded(), Reply({"ok": True}).headers) == (b'{"ok": true}', {})
    document = Reply.xml("<Response/>")
    assert (document.encoded(), document.headers) == (b"<Response/>", {"content-type": "text/xml; charset=utf-8"})
