"""The `Model` port over google-genai's async client (3.4.0). Imported lazily: the SDK costs 0.8 s and 60 MB.

`store=False` on every call: newer projects keep requests for weeks otherwise, and these hold customers' words. No
sampling parameters: current models ignore or refuse them. No retries and no function calling by the SDK: the loop
decides both. `v1` is the stable version of the API.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from shared.assistant.model import (
    Content,
    FinishReason,
    ModelBusy,
    ModelRejected,
    ModelReply,
    ModelRequest,
    ModelText,
    ModelTurn,
    Tokens,
    ToolCall,
    ToolReplies,
    ToolReply,
    UserText,
)
from shared.config import ConfigurationError, config

if TYPE_CHECKING:
    from google.genai import types
    from google.genai.client import AsyncClient, Client

API_VERSION = "v1"
_AGAIN = frozenset({408, 429, 499})  # timeouts and quotas; and every 5xx


class Gemini:
    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def generate(self, request: ModelRequest) -> ModelReply:
        from google.genai import errors

        contents: list[types.ContentUnion] = [_content(one) for one in request.contents]
        settings = _settings(request)
        try:
            return _reply(
                await self._client.models.generate_content(model=request.model, contents=contents, config=settings)
            )
        except errors.APIError as error:
            raise _failure(error.code, error.status) from error
        except Exception as error:  # its transport's errors, and whatever its parsers raise for an unreadable body
            raise ModelBusy(f"no readable answer: {type(error).__name__}") from error


@cache
def gemini() -> Gemini:
    """This process's adapter. Raises ConfigurationError without a key."""
    key = config().gemini_api_key
    if not key:
        raise ConfigurationError("GEMINI_API_KEY is not set: the assistant has no model to ask (see .env.example).")
    return Gemini(connect(key.reveal(), config().endpoints.gemini).aio)


def connect(key: str, base_url: str | None) -> Client:
    """The library's client, told everything that it would else look for in the environment."""
    import httpx2
    from google import genai
    from google.genai import types

    # Its own transport named: it would take aiohttp instead wherever that is installed, as Twilio's library needs it.
    own = {"transport": httpx2.AsyncHTTPTransport()}
    options = types.HttpOptions(base_url=base_url, api_version=API_VERSION, async_client_args=own)
    return genai.Client(api_key=key, vertexai=False, http_options=options)


def _failure(code: int, status: str | None) -> ModelBusy | ModelRejected:
    busy = code in _AGAIN or code >= 500
    return (ModelBusy if busy else ModelRejected)(f"{code} {status or ''}".strip())


def _settings(request: ModelRequest) -> types.GenerateContentConfig:
    from google.genai import types

    return types.GenerateContentConfig(
        system_instruction=types.Content(role="user", parts=[types.Part(text=request.system)]),
        max_output_tokens=request.output_tokens,
        thinking_config=types.ThinkingConfig(thinking_level=_thinking_level(request.thinking)),
        tools=_tools(request),
        tool_config=_tool_config(request),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
        store=False,
        http_options=types.HttpOptions(timeout=max(1, int(request.timeout * 1000))),
    )


def _thinking_level(name: str) -> types.ThinkingLevel:
    from google.genai import types

    level = types.ThinkingLevel.__members__.get(name.upper())
    if level is None:  # asked by value, the library would warn and send it all the same
        raise ModelRejected(f"no such thinking level: {name[:20]}")
    return level


def _tools(request: ModelRequest) -> types.ToolListUnion | None:
    from google.genai import types

    if not request.tools:
        return None
    declared = [
        types.FunctionDeclaration(name=one.name, description=one.description, parameters_json_schema=one.parameters)
        for one in request.tools
    ]
    return [types.Tool(function_declarations=declared)]


def _tool_config(request: ModelRequest) -> types.ToolConfig | None:
    from google.genai import types

    if not request.tools:
        return None
    mode = types.FunctionCallingConfigMode.AUTO if request.may_call else types.FunctionCallingConfigMode.NONE
    return types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode=mode))


def _content(content: Content) -> types.Content:
    from google.genai import types

    match content:
        case UserText():
            return types.Content(role="user", parts=_said(content))
        case ModelText():
            return types.Content(role="model", parts=[types.Part(text=content.text)])
        case ToolReplies():
            return types.Content(role="user", parts=[_response_part(reply) for reply in content.replies])
        case ModelTurn(raw=types.Content() as raw):
            return raw
        case ModelTurn():
            raise TypeError("a turn of another adapter cannot be sent to Gemini")


def _said(content: UserText) -> list[types.Part]:
    from google.genai import types

    pictures = (types.Blob(mime_type=picture.content_type, data=picture.data) for picture in content.pictures)
    texts = [types.Part(text=text) for text in content.parts]
    return [*texts, *(types.Part(inline_data=picture) for picture in pictures)]


def _response_part(reply: ToolReply) -> types.Part:
    from google.genai import types

    body: dict[str, object] = dict(reply.output) if reply.failed else {"output": dict(reply.output)}
    return types.Part(function_response=types.FunctionResponse(id=reply.id, name=reply.name, response=body))


def _reply(response: types.GenerateContentResponse) -> ModelReply:
    from google.genai import types

    tokens = _tokens(response.usage_metadata)
    if not response.candidates:
        blocked = response.prompt_feedback is not None and response.prompt_feedback.block_reason is not None
        finish = FinishReason.PROMPT_BLOCKED if blocked else FinishReason.OTHER
        return ModelReply("", (), finish, ModelTurn(types.Content(role="model", parts=[])), tokens)
    candidate = response.candidates[0]
    content = candidate.content or types.Content(role="model", parts=[])
    parts = content.parts or []
    return ModelReply(_text(parts), _calls(parts), _finish(candidate.finish_reason), ModelTurn(content), tokens)


def _text(parts: Sequence[types.Part]) -> str:
    """What is meant for the customer: thoughts are not."""
    return "".join(part.text for part in parts if part.text and not part.thought)


def _calls(parts: Sequence[types.Part]) -> tuple[ToolCall, ...]:
    called = (part.function_call for part in parts if part.function_call is not None)
    return tuple(ToolCall(call.id, call.name or "", call.args or {}) for call in called)


def _finish(reason: types.FinishReason | None) -> FinishReason:
    return FinishReason.FINISH_REASON_UNSPECIFIED if reason is None else FinishReason.named(str(reason.value))


def _tokens(usage: types.GenerateContentResponseUsageMetadata | None) -> Tokens:
    if usage is None:
        return Tokens()
    return Tokens(
        prompt=(usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
        output=usage.candidates_token_count or 0,
        thought=usage.thoughts_token_count or 0,
        cached=usage.cached_content_token_count or 0,
    )
