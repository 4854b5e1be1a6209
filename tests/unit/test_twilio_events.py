"""Twilio's forms, read: what is a text, what is a report, and what is neither."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.channels.twilio import read_status, read_text
from shared.channels.types import DeliveryState, InboundText, Media, StateReport, Unsupported
from shared.errors import BadRequest

FIXTURES = Path(__file__).parents[1] / "fixtures" / "twilio"
NOW = datetime(2026, 11, 20, 18, 2, 11, tzinfo=UTC)
SID = "SM1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b"


def form(name: str, **change: str | None) -> bytes:
    fields = dict(parse_qsl((FIXTURES / f"{name}.form").read_text(), keep_blank_values=True))
    kept = {key: value for key, value in {**fields, **change}.items() if value is not None}
    return urlencode(kept).encode()


def text(**change: str | None) -> InboundText | Unsupported:
    return read_text(form("inbound_sms", **change), NOW)


def report(query: str = "", **change: str | None) -> StateReport | Unsupported:
    return read_status(form("status_callback_delivered", **change), query)


def refusal(read, *given) -> str:
    with pytest.raises(BadRequest) as caught:
        read(*given)
    return caught.value.detail


def test_a_text_is_read():
    assert read_text((FIXTURES / "inbound_sms.form").read_bytes(), NOW) == InboundText(
        provider="twilio",
        provider_id=SID,
        sender="+12125551234",
        recipient="+13105559876",
        text="Do you have Saturday classes?",
        received_at=NOW,
    )


def test_pictures_are_named_and_not_fetched():
    found = text(
        NumMedia="2",
        Body="",
        MediaUrl0="https://api.twilio.com/m/0",
        MediaContentType0="image/png",
        MediaUrl1="https://api.twilio.com/m/1",
    )
    assert isinstance(found, InboundText)
    assert found.text == ""
    assert found.media == (
        Media("https://api.twilio.com/m/0", "image/png"),
        Media("https://api.twilio.com/m/1", "application/octet-stream"),
    )


@pytest.mark.parametrize(
    ("said", "meant"), [("STOP", "STOP"), ("start", "START"), ("HELP", "HELP"), (None, None), ("", None), ("X", None)]
)
def test_what_twilio_answered_by_itself_is_known(said, meant):
    found = text(OptOutType=said)
    assert isinstance(found, InboundText)
    assert found.opt_out == meant


def test_the_recorded_stop_is_an_opt_out():
    found = read_text((FIXTURES / "inbound_sms_stop.form").read_bytes(), NOW)
    assert isinstance(found, InboundText)
    assert (found.text, found.opt_out) == ("STOP", "STOP")


def test_of_a_repeated_field_the_first_counts():
    raw = form("inbound_sms") + b"&Body=another&From=%2B12125550000"
    found = read_text(raw, NOW)
    assert isinstance(found, InboundText)
    assert (found.text, found.sender) == ("Do you have Saturday classes?", "+12125551234")


@pytest.mark.parametrize("number", ["32665", "Chase", "+1", "+0123456789", "12125551234"])
def test_a_text_from_a_sender_that_is_not_e164_is_not_supported(number):
    assert text(From=number) == Unsupported("a text from a sender that is not E.164")


@pytest.mark.parametrize("number", ["32665", "2125551234", "+1 212 555 1234", "+1212555123456789"])
def test_a_recipient_that_is_not_e164_is_a_bad_request(number):
    detail = "To: the recipient is not an E.164 number"
    assert refusal(read_text, form("inbound_sms", To=number), NOW) == detail
    assert refusal(read_status, form("status_callback_delivered", To=number), "") == detail


def test_whatsapp_is_another_channel():
    assert isinstance(text(From="whatsapp:+12125551234", To="whatsapp:+13105559876"), Unsupported)


def test_a_report_at_the_address_of_texts_is_not_supported():
    assert isinstance(read_text(form("status_callback_delivered"), NOW), Unsupported)


@pytest.mark.parametrize("name", ["From", "To"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_form_that_lacks_a_number_is_a_bad_request_that_names_it(name, value):
    assert refusal(read_text, form("inbound_sms", **{name: value}), NOW) == f"{name}: the field is required"


def test_the_older_names_of_the_id_will_do():
    found = text(MessageSid=None, SmsSid="")
    assert isinstance(found, InboundText)
    assert found.provider_id == SID


@pytest.mark.parametrize("id", ["", "a/b", "../x", "SM 1", "x" * 65])
def test_a_form_without_a_usable_id_is_a_bad_request(id):
    raw = form("inbound_sms", MessageSid=id, SmsSid=None, SmsMessageSid=None)
    assert refusal(read_text, raw, NOW) == "MessageSid: the message's id is required"


def test_delivered_is_reported_with_the_reference_of_the_url():
    assert report("ref=m1.0.2") == StateReport(
        provider="twilio",
        provider_id="SM4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f",
        reference="m1.0.2",
        sender="+13105559876",
        recipient="+12125551234",
        state=DeliveryState.DELIVERED,
    )


@pytest.mark.parametrize("query", ["", "ref=", "ref=a%20b", "ref=" + "a" * 201, "ref=%00", "other=1", "%"])
def test_a_url_without_a_reference_of_ours_gives_none(query):
    found = report(query)
    assert isinstance(found, StateReport)
    assert found.reference is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", "sent"),
        ("queued", "sent"),
        ("sending", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "delivered"),
        ("undelivered", "failed"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_each_status_has_its_state(status, state):
    found = report(MessageStatus=status)
    assert isinstance(found, StateReport)
    assert found.state == state


@pytest.mark.parametrize("status", ["receiving", "partially_delivered", "x", "\x00" * 200])
def test_a_status_that_is_no_state_of_ours_is_not_supported(status):
    found = report(MessageStatus=status)
    assert isinstance(found, Unsupported)
    assert found.type.isprintable()


def test_a_failure_has_its_code_and_a_sentence_for_the_owner():
    found = report(MessageStatus="undelivered", ErrorCode="30034")
    assert isinstance(found, StateReport)
    assert found.error_code == "30034"
    assert "10DLC" in (found.error or "")


@pytest.mark.parametrize("code", [None, "", "0"])
def test_a_failure_without_a_code_is_told_by_its_status(code):
    found = report(MessageStatus="failed", ErrorCode=code)
    assert isinstance(found, StateReport)
    assert (found.error_code, found.error) == ("failed", "Twilio could not send the text.")


def test_a_delivered_text_has_no_error_whatever_the_form_says():
    found = report(ErrorCode="30008")
    assert isinstance(found, StateReport)
    assert (found.error_code, found.error) == (None, None)


@pytest.mark.parametrize("raw", [b"\xff", b"From=%ff", b"&".join([b"a=1"] * 501)])
def test_what_is_no_form_is_a_bad_request(raw):
    assert refusal(read_text, raw, NOW) == "the body is not a form"


NAMES = ["From", "To", "Body", "MessageSid", "MessageStatus", "SmsStatus", "ErrorCode", "MediaUrl0", "OptOutType"]


def read_or_refuse(read, *given) -> tuple[object, str]:
    """What was read, and what a refusal said."""
    try:
        return read(*given), ""
    except BadRequest as refused:
        return None, refused.detail


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    for read, more in ((read_text, NOW), (read_status, "")):
        assert any(read_or_refuse(read, raw, more))


@given(st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)))
def test_any_form_with_anything_anywhere_is_read_or_refused_and_never_repeated(change):
    words = "my child is ill"
    for name, read, more in (("inbound_sms", read_text, NOW), ("status_callback_delivered", read_status, "ref=x")):
        found, detail = read_or_refuse(read, form(name, **{**change, "From": words}), more)
        assert "child" not in detail
        assert detail or isinstance(found, Unsupported)
