"""A tool called by a voice assistant: a flat JSON object, its arguments and what the platform preset side by side.

The model fills the arguments. `call_control_id`, `caller` and `called` are preset by the assistant's definition, so the
model can neither see nor set them; a placeholder that was not resolved ("{{…}}") counts as missing. Headers are not
signed and say nothing here. The tenant comes from the URL's channel, and `called` must be its address
(`shared.boundary.doors`). (Telnyx, webhook tools: `preset_body_fields`.)
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
    call_id = _preset(body, "call_control_id")
    number = _preset(body, "caller")
    if not call_id:
        raise BadRequest("call_control_id is missing: preset it in the tool's definition as {{call_control_id}}")
    if not is_e164(number):
        raise BadRequest("caller is not a number in E.164: preset it as {{telnyx_end_user_target}}")
    return Caller(call_id, number)


def called(call: Call) -> str:
    """Our address that was called: the part of the signed body that says whose assistant this is.

    Raises BadRequest where the assistant's definition lacks it.
    """
    address = _preset(_object(call.raw), "called")
    if not address:
        raise BadRequest("called is missing: preset it in the tool's definition as {{telnyx_agent_target}}")
    return address


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
