"""What a bubble says about its text: the carrier's word for ours, the webhook's answer for the customer's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.phone.carrier import Answer, CarrierText
from local.phone.states import State, state_of
from local.standins import telnyx


def text(status: str, direction: str = "inbound", error_code: str | None = None) -> CarrierText:
    return CarrierText.model_validate(
        {
            "id": "t1",
            "from": "+12815550101",
            "to": "+12817679141",
            "text": "Hi",
            "status": status,
            "at": "2026-03-01T12:00:00.000+00:00",
            "direction": direction,
            "error_code": error_code,
            "idempotency_key": None,
        }
    )


def reply(status: str, error_code: str | None = None) -> State:
    return state_of(text(status, "outbound", error_code), None)


def answered(status: int | None, attempts: int = 1) -> State:
    return state_of(text("received"), Answer(message_id="t1", status=status, attempts=attempts))


@pytest.mark.parametrize(
    ("status", "tone", "label"),
    [
        ("queued", "waiting", "Queued"),
        ("sending", "waiting", "Sending"),
        ("sent", "waiting", "Sent"),
        ("delivered", "done", "Delivered"),
        ("delivery_unconfirmed", "done", "Sent, not confirmed"),
        ("delivery_failed", "failed", "Failed"),
        ("sending_failed", "failed", "Failed"),
        ("expired", "failed", "Expired"),
    ],
)
def test_each_state_of_a_reply_has_its_words(status: str, tone: str, label: str) -> None:
    assert (reply(status).tone, reply(status).label) == (tone, label)


def test_every_end_that_the_carrier_knows_is_an_end_on_the_page() -> None:
    ends = {status: reply(status).tone for status in telnyx.FINAL if status != "silent"}
    assert "waiting" not in ends.values()


@pytest.mark.parametrize("status", ["delivery_failed", "sending_failed", "expired"])
def test_a_failed_reply_says_why_even_without_a_code(status: str) -> None:
    assert reply(status).detail.endswith(".")


def test_a_failed_reply_says_why_in_the_carriers_words() -> None:
    detail = reply("sending_failed", "40001").detail
    assert detail == "Not routable (40001): The destination is a landline or cannot be reached by text."


def test_a_code_that_is_not_listed_is_still_shown() -> None:
    assert reply("delivery_failed", "49999").detail.startswith("Error of the carrier (49999): ")


def test_a_delivered_reply_has_no_error_to_explain() -> None:
    assert reply("delivered", "40008") == State("done", "Delivered")


def test_a_state_that_the_carrier_invents_is_shown_as_it_is() -> None:
    assert reply("on_hold") == State("waiting", "On hold")


def test_a_customers_text_waits_until_its_webhook_has_answered() -> None:
    assert state_of(text("received"), None) == State("waiting", "Waiting for the webhook")


def test_a_text_that_the_carrier_saw_accepted_is_delivered_whoever_sent_it() -> None:
    assert state_of(text("webhook_delivered"), None) == State("done", "Delivered")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (301, "redirects"),
        (401, "did not believe"),
        (403, "did not believe"),
        (404, "no such function"),
        (429, "too many requests"),
        (418, "refused it"),
        (500, "terminal of the local cloud"),
        (503, "terminal of the local cloud"),
    ],
)
def test_a_refused_text_names_the_status_and_what_it_means(status: int, says: str) -> None:
    state = answered(status)
    assert (state.tone, state.label) == ("failed", f"Refused {status}")
    assert says in state.detail


def test_a_text_that_nobody_took_says_how_often_it_was_tried() -> None:
    state = answered(None, attempts=3)
    assert state.label == "Not delivered"
    assert state.detail.endswith("Telnyx gave up after 3 attempts.")


@given(st.integers(100, 599), st.integers(1, 6))
def test_only_an_answer_of_2xx_counts_as_delivered(status: int, attempts: int) -> None:
    state = answered(status, attempts)
    assert (state.tone == "done") == (200 <= status < 300)
    assert bool(state.detail) == (state.tone == "failed")
