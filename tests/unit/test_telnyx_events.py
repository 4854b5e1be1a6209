"""What Telnyx's webhooks say, in our words; and that nothing they may contain can make the reader fail."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.channels.telnyx import read
from shared.channels.types import DeliveryState, InboundText, Media, StateReport, Unsupported
from shared.errors import BadRequest

FIXTURES = Path(__file__).parents[1] / "fixtures" / "telnyx"
WEBHOOKS = sorted(path.stem for path in FIXTURES.glob("message_*.json"))
ABSENT = object()


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())


def changed(name, *path, to):
    """The webhook with the value at `path` below data.payload replaced, or taken out with ABSENT."""
    event = fixture(name)
    put(event["data"]["payload"], path, to)
    return json.dumps(event).encode()


def put(place, path, value):
    for step in path[:-1]:
        place = place[step]
    if value is ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = value


def refusal(raw):
    with pytest.raises(BadRequest) as caught:
        read(raw)
    return caught.value.detail


def test_a_text_is_read():
    assert read((FIXTURES / "message_received_sms.json").read_bytes()) == InboundText(
        provider="telnyx",
        provider_id="84cca175-9755-4859-b67f-4730d7f58aa3",  # the message; data.id would name one delivery's event
        sender="+12125551234",
        recipient="+13105559876",
        text="Hi! Do you have any Saturday classes for my 4 year old?",
        received_at=datetime(2026, 11, 20, 18, 2, 11, 104000, tzinfo=UTC),
    )


def test_a_picture_is_named_and_not_fetched():
    message = read((FIXTURES / "message_received_mms.json").read_bytes())
    assert isinstance(message, InboundText)
    url = "https://media.telnyx.com/0d6a4be2-9a0f-4b43-9ee4-8f0d4d2b4f10.jpeg"
    assert message.media == (Media(url=url, content_type="image/jpeg", size=48127),)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("STOP", "STOP"),
        ("start", "START"),
        ("UNSTOP", "START"),
        ("INFO", "HELP"),
        (None, None),
        ("", None),
        ("X", None),
    ],
)
def test_what_telnyx_answered_by_itself_is_known(said, meant):
    message = read(changed("message_received_stop", "autoresponse_type", to=said))
    assert isinstance(message, InboundText)
    assert message.opt_out == meant


def test_a_picture_without_words_is_a_text_without_words():
    message = read(changed("message_received_mms", "text", to=None))
    assert isinstance(message, InboundText)
    assert (message.text, len(message.media)) == ("", 1)


def test_a_message_that_does_not_say_when_it_came_came_when_the_event_did():
    message = read(changed("message_received_sms", "received_at", to=ABSENT))
    assert isinstance(message, InboundText)
    assert message.received_at == datetime(2026, 11, 20, 18, 2, 11, 236000, tzinfo=UTC)


def test_times_of_another_zone_are_told_in_utc():
    message = read(changed("message_received_sms", "received_at", to="2026-11-20T20:02:11+02:00"))
    assert isinstance(message, InboundText)
    assert message.received_at.isoformat() == "2026-11-20T18:02:11+00:00"


def test_a_half_of_an_emoji_becomes_a_replacement_character_that_a_database_takes():
    raw = changed("message_received_sms", "text", to="a\ud83d b\ud83d\udc4b")
    message = read(raw)
    assert isinstance(message, InboundText)
    assert message.text == "a\ufffd b👋"


def test_of_a_group_texts_recipients_ours_is_the_one_that_telnyx_delivers_to():
    to = [
        {"phone_number": "+12125550101", "status": "delivered"},
        {"phone_number": "+13105559876", "status": "webhook_delivered"},
    ]
    message = read(changed("message_received_mms", "to", to=to))
    assert isinstance(message, InboundText)
    assert message.recipient == "+13105559876"
    unmarked = [{"phone_number": party["phone_number"]} for party in to]
    message = read(changed("message_received_mms", "to", to=unmarked))
    assert isinstance(message, InboundText)
    assert message.recipient == "+12125550101"


@pytest.mark.parametrize("number", ["32665", "Chase", "", "+1", "+0123456789", "12125551234", "+1212555123４"])
def test_a_text_from_a_sender_that_is_not_e164_is_not_supported(number):
    raw = changed("message_received_sms", "from", "phone_number", to=number)
    assert read(raw) == Unsupported("message.received from a sender that is not E.164")


@pytest.mark.parametrize("name", ["message_received_sms", "message_sent", "message_finalized_failed"])
@pytest.mark.parametrize("number", ["32665", "", "2125551234", "+1 212 555 1234", "+1212555123456789"])
def test_a_recipient_that_is_not_e164_is_a_bad_request(name, number):
    assert (
        refusal(changed(name, "to", 0, "phone_number", to=number))
        == "data.payload.to: the recipient is not an E.164 number"
    )


@pytest.mark.parametrize("kind", ["WHATSAPP", "RCS", "FAX", 3, ["SMS"]])
def test_other_kinds_of_message_are_not_supported(kind):
    event = fixture("message_received_sms")
    event["data"]["payload"] |= {"type": kind, "to": "+13105559876"}  # WhatsApp's `to` is a bare string
    assert read(json.dumps(event).encode()) == Unsupported(f"message.received of type {kind}")


def test_an_unknown_event_is_not_supported_and_its_name_is_fit_for_a_log():
    raw = json.dumps({"data": {"event_type": "call.\u0000initiated\n" + "x" * 200}}).encode()
    event = read(raw)
    assert isinstance(event, Unsupported)
    assert event.type == ("call.initiated" + "x" * 200)[:80]


def test_sent_is_reported_with_the_reference_that_we_gave():
    raw = changed("message_sent", "webhook_url", to="https://ours.test/telnyx-sms/ch1?ref=m1.0.2")
    assert read(raw) == StateReport(
        provider="telnyx",
        provider_id="40318f29-5c3f-4689-aa8a-4f41c6d49178",
        reference="m1.0.2",
        sender="+13105559876",
        recipient="+12125551234",
        state=DeliveryState.SENT,
    )


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "https://ours.test/",
        "https://ours.test/?ref=",
        "http://[",
        "?ref=a%20b",
        "?ref=" + "a" * 201,
        "?ref=%00",
    ],
)
def test_a_url_without_a_reference_of_ours_gives_none(url):
    report = read(changed("message_sent", "webhook_url", to=url))
    assert isinstance(report, StateReport)
    assert report.reference is None


def test_delivered_is_reported():
    report = read((FIXTURES / "message_finalized_delivered.json").read_bytes())
    assert isinstance(report, StateReport)
    assert (report.state, report.error_code, report.error) == (DeliveryState.DELIVERED, None, None)


def test_failed_is_reported_with_its_code_and_a_sentence_for_the_owner():
    report = read((FIXTURES / "message_finalized_failed.json").read_bytes())
    assert isinstance(report, StateReport)
    assert (report.state, report.error_code) == (DeliveryState.FAILED, "40008")
    assert report.error == "The customer's carrier did not accept the text. Check the number or call the customer."


@pytest.mark.parametrize("status", ["expired", "sending_failed", "delivery_failed"])
def test_a_failure_without_a_code_is_told_by_its_status(status):
    event = fixture("message_finalized_failed")
    event["data"]["payload"]["errors"] = []
    event["data"]["payload"]["to"][0]["status"] = status
    report = read(json.dumps(event).encode())
    assert isinstance(report, StateReport)
    assert (report.state, report.error_code) == (DeliveryState.FAILED, status)
    assert report.error


def test_what_the_carrier_never_confirms_stays_sent():
    report = read(changed("message_finalized_delivered", "to", 0, "status", to="delivery_unconfirmed"))
    assert isinstance(report, StateReport)
    assert report.state is DeliveryState.SENT


@pytest.mark.parametrize("status", ["queued", "sending", "", "paused"])
def test_a_final_report_without_a_final_state_is_not_supported(status):
    raw = changed("message_finalized_delivered", "to", 0, "status", to=status)
    assert read(raw) == Unsupported(f"message.finalized with status {status or 'absent'}")


def test_a_late_block_that_is_no_opt_out_is_not_told_as_one():
    errors = [{"code": "40300", "title": "Blocked", "detail": "Blocked due to STOP message"}]
    stop = read(changed("message_finalized_failed", "errors", to=errors))
    errors = [{"code": 40300, "title": "Blocked", "detail": "The from number is not assigned"}]
    other = read(changed("message_finalized_failed", "errors", to=errors))
    assert isinstance(stop, StateReport)
    assert isinstance(other, StateReport)
    assert (stop.error_code, other.error_code) == ("40300", "40300")
    assert "opted out" in (stop.error or "")
    assert "opted out" not in (other.error or "")


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b"\xff\xfe\x00", "the body is not JSON"),
        (b"[" * 100_000, "the body is not JSON"),
        (b"1" * 5_000, "the body is not JSON"),
        (b"[]", "the body: an object is required"),
        (b"null", "the body: an object is required"),
        (b"{}", "data: an object is required"),
        (b'{"data": []}', "data: an object is required"),
        (b'{"data": {}}', "data.event_type: a string is required"),
        (b'{"data": {"event_type": 7}}', "data.event_type: a string is required"),
        (b'{"data": {"event_type": "message.sent"}}', "data.payload: an object is required"),
        (b'{"data": {"event_type": "message.sent", "payload": {}}}', "data.payload.id: Field required"),
    ],
)
def test_what_is_no_event_is_a_bad_request_that_names_the_place(raw, detail):
    assert refusal(raw) == detail


@pytest.mark.parametrize("path", [("id",), ("from",), ("from", "phone_number"), ("to",), ("to", 0, "phone_number")])
@pytest.mark.parametrize("name", ["message_received_sms", "message_sent"])
def test_a_webhook_that_lacks_a_required_part_is_a_bad_request_that_names_it(name, path):
    place = ".".join(str(step) for step in path)
    assert refusal(changed(name, *path, to=ABSENT)) == f"data.payload.{place}: Field required"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:00", "2026-11-20T18:02:11", "yesterday", [], 1e400])
def test_a_time_that_is_none_is_a_bad_request(moment):
    assert refusal(changed("message_received_sms", "received_at", to=moment)).startswith("data.payload.received_at: ")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def paths(value, so_far=()):
    """Every place in a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*so_far, step)
        yield from paths(inner, (*so_far, step))


PLACES = [(name, path) for name in WEBHOOKS for path in paths(fixture(name))]


def read_or_refuse(raw):
    try:
        read(raw)
    except BadRequest as problem:
        return problem.detail
    return None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    read_or_refuse(raw)


@given(JSON_VALUES)
def test_any_json_is_read_or_refused(value):
    read_or_refuse(json.dumps(value).encode())


@given(st.sampled_from(PLACES), JSON_VALUES | st.just(ABSENT))
def test_any_webhook_with_anything_anywhere_is_read_or_refused(place, value):
    name, path = place
    event = copy.deepcopy(fixture(name))
    put(event, path, value)
    read_or_refuse(json.dumps(event).encode())


@given(st.sampled_from(PLACES))
def test_a_refusal_never_repeats_what_stood_in_the_webhook(place):
    name, path = place
    event = fixture(name)
    event["data"]["payload"]["text"] = "my child is ill"
    put(event, path, "my child is ill")
    assert "child" not in (read_or_refuse(json.dumps(event).encode()) or "")


@given(st.sampled_from([name for name in WEBHOOKS if "received" in name]), st.text(st.characters(), max_size=50))
def test_any_words_of_a_customer_can_be_stored(name, words):
    message = read(changed(name, "text", to=words))
    assert isinstance(message, InboundText)
    message.text.encode()
