"""What to do when the model stops: one row for every finish reason that Gemini knows."""

from __future__ import annotations

from enum import Enum

from shared.assistant.model import FinishReason


class Step(Enum):
    """ACCEPT: its text is the answer, its calls are run; neither → RETRY.

    SHORTEN: its text up to the last whole sentence is the answer; none → RETRY.
    RETRY: the same once more, then once without tools, then the second model from the customer's words, then a person.
    HAND_OFF: a person at once; the same content would be refused again.
    """

    ACCEPT = "accept"
    SHORTEN = "shorten"
    RETRY = "retry"
    HAND_OFF = "hand_off"


STEPS: dict[FinishReason, Step] = {
    FinishReason.STOP: Step.ACCEPT,
    FinishReason.MAX_TOKENS: Step.SHORTEN,
    FinishReason.CONTINUATION: Step.SHORTEN,
    FinishReason.FINISH_REASON_UNSPECIFIED: Step.RETRY,
    FinishReason.OTHER: Step.RETRY,
    FinishReason.MALFORMED_FUNCTION_CALL: Step.RETRY,
    FinishReason.UNEXPECTED_TOOL_CALL: Step.RETRY,
    FinishReason.TOO_MANY_TOOL_CALLS: Step.RETRY,
    FinishReason.MISSING_THOUGHT_SIGNATURE: Step.RETRY,
    FinishReason.MALFORMED_RESPONSE: Step.RETRY,
    FinishReason.IMAGE_OTHER: Step.RETRY,
    FinishReason.NO_IMAGE: Step.RETRY,
    FinishReason.UNKNOWN: Step.RETRY,
    FinishReason.SAFETY: Step.HAND_OFF,
    FinishReason.RECITATION: Step.HAND_OFF,
    FinishReason.LANGUAGE: Step.HAND_OFF,
    FinishReason.BLOCKLIST: Step.HAND_OFF,
    FinishReason.PROHIBITED_CONTENT: Step.HAND_OFF,
    FinishReason.SPII: Step.HAND_OFF,
    FinishReason.ESCALATION: Step.HAND_OFF,
    FinishReason.PUP_LIMITED_DISABLED: Step.HAND_OFF,
    FinishReason.MODEL_ARMOR: Step.HAND_OFF,
    FinishReason.IMAGE_SAFETY: Step.HAND_OFF,
    FinishReason.IMAGE_PROHIBITED_CONTENT: Step.HAND_OFF,
    FinishReason.IMAGE_RECITATION: Step.HAND_OFF,
    FinishReason.PROMPT_BLOCKED: Step.HAND_OFF,
}
