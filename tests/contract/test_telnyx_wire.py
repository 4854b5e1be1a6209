"""What the local Telnyx says is what Telnyx was recorded to say, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from local.standins import telnyx_wire as wire
from tests.contract.telnyx_support import PROFILE, compact, fixture


def at(second: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-20T18:02:{second}+00:00")


OURS = wire.Text(
    id="40318f29-5c3f-4689-aa8a-4f41c6d49178",
    direction="outbound",
    sender="+13105559876",
    recipient="+12125551234",
    text="Yes! Saturday 9:00am Starfish has 2 spots.",
    profile_id=PROFILE,
    webhook_url="https://example.test/telnyx/sms",
    received_at=at("12.515"),
    sent_at=at("12.913"),
    status="sent",
)
THEIRS = {
    "direction": "inbound",
    "sender": "+12125551234",
    "recipient": "+13105559876",
    "profile_id": PROFILE,
    "webhook_url": "https://example.test/telnyx/sms",
    "received_at": at("11.104"),
}
PICTURE = wire.Media(
    "https://media.telnyx.com/0d6a4be2-9a0f-4b43-9ee4-8f0d4d2b4f10.jpeg",
    size=48127,
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
RECORDED = {
    "message_sent": OURS,
    "message_finalized_delivered": replace(OURS, status="delivered", completed_at=at("14.001")),
    "message_finalized_failed": replace(OURS, status="delivery_failed", completed_at=at("14.001"), error_code="40008"),
    "message_received_sms": wire.Text(
        id="84cca175-9755-4859-b67f-4730d7f58aa3",
        text="Hi! Do you have any Saturday classes for my 4 year old?",
        **THEIRS,
    ),
    "message_received_mms": wire.Text(
        id="5a8f2b9e-7d10-4f5e-8a9c-1b2c3d4e5f60", text="Here is her certificate", media=(PICTURE,), **THEIRS
    ),
    "message_received_stop": wire.Text(
        id="d1f2a3b4-0000-4aaa-8bbb-112233445566", text="Stop", autoresponse="STOP", **THEIRS
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_its_webhooks_are_the_recorded_ones_byte_for_byte(name):
    recorded = fixture(name)
    occurred_at = datetime.fromisoformat(recorded["data"]["occurred_at"])
    event = wire.Event(
        recorded["data"]["event_type"],
        recorded["data"]["id"],
        occurred_at,
        RECORDED[name],
        recorded["meta"]["delivered_to"],
    )
    assert wire.compact(event.body(1)) == compact(recorded)


def test_its_signature_is_the_recorded_one():
    vector = fixture("signature_vector")
    signed_at = datetime.fromtimestamp(int(vector["telnyx-timestamp"]), UTC)
    headers = wire.signed(vector["raw_body"].encode(), bytes.fromhex(vector["private_seed_hex"]), signed_at)
    assert headers["telnyx-timestamp"] == vector["telnyx-timestamp"]
    assert headers["telnyx-signature-ed25519"] == vector["telnyx-signature-ed25519"]
    assert wire.public_key(bytes.fromhex(vector["private_seed_hex"])) == vector["public_key_b64"]


@pytest.mark.parametrize(
    ("words", "encoding", "parts"),
    [
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("€" * 3, "GSM-7", 1),
        ("é’", "UCS-2", 1),
        ("👋" * 36, "UCS-2", 2),
    ],
)
def test_a_long_text_is_several_parts(words, encoding, parts):
    assert (wire.encoding(words), wire.parts(words)) == (encoding, parts)
