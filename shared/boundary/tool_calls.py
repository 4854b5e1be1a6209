"""A tool called by a voice assistant: a flat JSON object, its arguments and what the platform preset side by side.

The model fills the arguments. `call_control_id` and `caller` are preset by the assistant's definition, so the model can
neither see nor set them; a placeholder that was not resolved ("{{…}}") counts as missing. The tenant comes from the URL
whose channel the signature proved, never from here. (Telnyx, webhook tools: `preset_body_fields`.)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.boundary.call import Call, sentences
from shared.errors import BadRequest
from shared.phones import is_e164

M = TypeVar("M", bound=BaseModel)
_CALL_HEADER = "x-telnyx-call-control-id"


@dataclass(frozen=True, slots=True)
class Caller:
    """Which call this is, and the number at its other end (E.164)."""

    call_id: str
    number: str


def arguments(call: Call, model: type[M]) -> M:
    """The model's arguments out of the body. Raises BadRequest that says which one is wrong and why."""
    body = _object(call.raw)
    try:
        return model.model_validate({name: body[name] for name in model.model_fields if name in body})
    except ValidationError as error:
        raise BadRequest(sentences(error)) from None


def caller(call: Call) -> Caller:
    """Raises BadRequest where the assistant's definition lacks the preset fields."""
    body = _object(call.raw)
    call_id = call.headers.get(_CALL_HEADER) or _preset(body, "call_control_id")
    number = _preset(body, "caller")
    if not call_id:
        raise BadRequest("call_control_id is missing: preset it in the tool's definition as {{call_control_id}}")
    if not is_e164(number):
        raise BadRequest("caller is not a number in E.164: preset it as {{telnyx_end_user_target}}")
    return Caller(call_id, number)


def _preset(body: dict[str, object], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) and "{{" not in value else ""


def _object(raw: bytes) -> dict[str, object]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body
