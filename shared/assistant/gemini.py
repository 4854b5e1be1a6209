"""The `Model` port over google-genai's async client (3.4.0). Imported lazily: the SDK costs 0.8 s and 60 MB.

`store=False` on every call: newer projects keep requests for weeks otherwise, and these hold customers' words. No
sampling parameters: current models ignore or refuse them. No retries and no function calling by the SDK: the loop
decides both. `v1` is the stable version of the API.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from functools import cache
from typing import TYPE_CHECKING

from shared.assistant import opened
from shared.assistant.model import (
    Content,
    FinishReason,
    ModelBusy,
    ModelPart,
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
        contents, settings = _contents(request), _settings(request)
        heard = _Heard()
        with _failures_named():
            heard.add(
                await self._client.models.generate_content(model=request.model, contents=contents, config=settings)
            )
            return heard.reply()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart | ModelReply, None]:
        contents, settings = _contents(request), _settings(request)
        heard = _Heard()
        with _failures_named():
            chunks = await self._client.models.generate_content_stream(
                model=request.model, contents=contents, config=settings
            )
            async with aclosing(opened.closing(chunks)) as stream:
                async for chunk in stream:
                    yield heard.add(chunk)
            yield heard.reply()


class _Heard:
    """One turn of the model, out of the one or the many chunks that it comes in."""

    def __init__(self) -> None:
        self._parts: list[types.Part] = []
        self._role: str | None = None
        self._finish: types.FinishReason | None = None
        self._tokens = Tokens()
        self._answers = self._blocked = False

    def add(self, chunk: types.GenerateContentResponse) -> ModelPart:
        """Every part is kept as it came: a signature may be alone in a late one. Usage is told anew, not on top."""
        if chunk.usage_metadata is not None:
            self._tokens = _usage(chunk.usage_metadata)
        if not chunk.candidates:
            feedback = chunk.prompt_feedback
            self._blocked = self._blocked or (feedback is not None and feedback.block_reason is not None)
            return ModelPart("", tokens=self._tokens)
        self._answers = True
        return self._add(chunk.candidates[0])

    def _add(self, candidate: types.Candidate) -> ModelPart:
        content = candidate.content
        parts = (content.parts if content is not None else None) or []
        self._role = self._role or (content.role if content is not None else None)
        self._finish = candidate.finish_reason or self._finish
        self._parts += [part for part in parts if _carries(part)]
        return ModelPart(_text(parts), bool(_calls(parts)), self._tokens)

    def reply(self) -> ModelReply:
        from google.genai import types

        turn = ModelTurn(types.Content(role=self._role or "model", parts=self._parts))
        return ModelReply(_text(self._parts), _calls(self._parts), self._reason(), turn, self._tokens)

    def _reason(self) -> FinishReason:
        if self._answers:
            return _finish(self._finish)
        return FinishReason.PROMPT_BLOCKED if self._blocked else FinishReason.OTHER


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
    own = {"transport": httpx2.AsyncHTTPTransport(), "event_hooks": {"response": [opened.note]}}
    options = types.HttpOptions(base_url=base_url, api_version=API_VERSION, async_client_args=own)
    return genai.Client(api_key=key, vertexai=False, http_options=options)


@contextmanager
def _failures_named() -> Iterator[None]:
    """Whatever the library raises, as the port says it."""
    from google.genai import errors

    try:
        yield
    except errors.APIError as error:
        raise _failure(error.code, error.status) from error
    except Exception as error:  # its transport's errors, and whatever its parsers raise for an unreadable body
        raise ModelBusy(f"no readable answer: {type(error).__name__}") from error


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


def _contents(request: ModelRequest) -> list[types.ContentUnion]:
    return [_content(one) for one in request.contents]


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


def _carries(part: types.Part) -> bool:
    """An empty text with nothing beside it (streams end with one) says nothing, and need not go back."""
    return part.model_dump(exclude_none=True) not in ({}, {"text": ""})


def _text(parts: Sequence[types.Part]) -> str:
    """What is meant for the customer: thoughts are not."""
    return "".join(part.text for part in parts if part.text and not part.thought)


def _calls(parts: Sequence[types.Part]) -> tuple[ToolCall, ...]:
    called = (part.function_call for part in parts if part.function_call is not None)
    return tuple(ToolCall(call.id, call.name or "", call.args or {}) for call in called)


def _finish(reason: types.FinishReason | None) -> FinishReason:
    return FinishReason.FINISH_REASON_UNSPECIFIED if reason is None else FinishReason.named(str(reason.value))


def _usage(usage: types.GenerateContentResponseUsageMetadata) -> Tokens:
    return Tokens(
        prompt=(usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
        output=usage.candidates_token_count or 0,
        thought=usage.thoughts_token_count or 0,
        cached=usage.cached_content_token_count or 0,
    )
