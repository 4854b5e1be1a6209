"""Where a text is, in words for the bubble: a short label, and a sentence when something went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from local.phone.carrier import Answer, CarrierText
from local.standins.telnyx_wire import TITLES

Tone = Literal["waiting", "done", "failed"]


@dataclass(frozen=True, slots=True)
class State:
    tone: Tone
    label: str
    detail: str = ""


DELIVERED = State("done", "Delivered")
WAITING = State("waiting", "Waiting for the webhook")

_REPLIES = {
    "queued": State("waiting", "Queued"),
    "sending": State("waiting", "Sending"),
    "sent": State("waiting", "Sent"),
    "delivered": DELIVERED,
    "delivery_unconfirmed": State("done", "Sent, not confirmed", "The customer's carrier never confirmed it."),
    "delivery_failed": State("failed", "Failed", "The customer's carrier did not accept the text."),
    "sending_failed": State("failed", "Failed", "Telnyx could not send the text."),
    "expired": State("failed", "Expired", "The text could not be delivered in time."),
}

_BELIEVED = "The webhook did not believe it: check the channel in the number's webhook URL, and the public key."
_REFUSALS = {
    400: "The webhook could not read it.",
    401: _BELIEVED,
    403: _BELIEVED,
    404: "There is no such function: check the number's webhook URL.",
    405: "The webhook does not take POST: check the number's webhook URL.",
    413: "The webhook found it too large.",
    429: "The webhook gets too many requests: wait a moment, then send it again.",
}
_OURS = "The webhook failed: its error is in the terminal of the local cloud."
_MOVED = "The webhook redirects, which providers do not follow: check the number's webhook URL."
_NOBODY = "Nobody answered at the number's webhook URL within 2 seconds: is the local cloud still running?"


def state_of(text: CarrierText, answer: Answer | None) -> State:
    """The state of a text; `answer` is how the webhook took it, where the customer sent it from this page."""
    if text.direction == "outbound":
        return _of_reply(text.status, text.error_code)
    if text.status == "webhook_delivered":
        return DELIVERED
    return WAITING if answer is None else of_answer(answer)


def of_answer(answer: Answer) -> State:
    """The state of a customer's text that the webhook has answered, or that nobody took."""
    if answer.status is None:
        return State("failed", "Not delivered", _after(_NOBODY, answer.attempts))
    if 200 <= answer.status < 300:
        return DELIVERED
    return State("failed", f"Refused {answer.status}", _after(_refusal(answer.status), answer.attempts))


def _of_reply(status: str, error_code: str | None) -> State:
    state = _REPLIES.get(status) or State("waiting", status.replace("_", " ").capitalize())
    if state.tone != "failed" or error_code is None:
        return state
    title, sentence = TITLES.get(error_code, ("Error of the carrier", state.detail))
    return State(state.tone, state.label, f"{title} ({error_code}): {sentence}")


def _refusal(status: int) -> str:
    if status >= 500:
        return _OURS
    if status < 400:
        return _MOVED
    return _REFUSALS.get(status, "The webhook refused it.")


def _after(sentence: str, attempts: int) -> str:
    return f"{sentence} Telnyx gave up after {attempts} attempts." if attempts > 1 else sentence
