"""A tool called by a voice assistant: a flat JSON object, its arguments and what the platform preset side by side.

The model fills the arguments. `call_control_id`, `caller` and `called` are preset by the assistant's definition, so the
model can neither see nor set them; a placeholder that was not resolved ("{{…}}") counts as missing. Headers are not
signed and say nothing here. The tenant comes from the URL's channel, and `called` must be its address: tenants on the
platform's account share its key, and Telnyx signs no URL. (Telnyx, webhook tools: `preset_body_fields`.)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared import tenancy
from shared.boundary.call import Call, sentences
from shared.boundary.doors import another_channel, verified_by_telnyx
from shared.errors import BadRequest, Unauthenticated, Unprocessable
from shared.phones import is_e164
from shared.store.reading import Reader, Settings
from shared.store.settings_cache import settings_of
from shared.tenancy import Channel

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Caller:
    """Which call this is, and the number at its other end (E.164)."""

    call_id: str
    number: str


@dataclass(frozen=True, slots=True)
class ToolChannel:
    """The channel whose assistant called a tool, and its tenant's settings."""

    channel: Channel
    settings: Settings


async def tool_channel(call: Call, tool: str) -> ToolChannel:
    """The channel that the URL names, its signature proven, if its tenant has switched `tool` on.

    Raises Unauthenticated, Forbidden for a call to another channel's address, or BadRequest and Unprocessable with what
    the owner has to do.
    """
    channel = await verified_by_telnyx(call)
    if channel is None:
        raise Unauthenticated("caller not authenticated")
    if called(call) != channel.address:
        raise another_channel()
    settings, _ = await settings_of(channel.tenant_id, Reader(tenancy.database_of(channel)))
    if tool not in settings.service.tools:
        raise Unprocessable(f"{tool} is switched off (Settings → Customer service → Tools).", code="tool_off")
    return ToolChannel(channel, settings)


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
