"""The port to a language model: what the loop says to it, what it hears back, and how it fails.

One adapter speaks Gemini (`shared.assistant.gemini`); tests script ten-line ones. Nothing here knows a vendor's types:
what the model said in a turn stays an opaque object that only its adapter reads, because Gemini demands it back
unchanged (thought signatures) as long as the tool loop runs.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class FinishReason(StrEnum):
    """Why the model stopped: Gemini's names (google-genai 3.4.0), and two of ours at the end."""

    STOP = "STOP"
    MAX_TOKENS = "MAX_TOKENS"
    CONTINUATION = "CONTINUATION"
    FINISH_REASON_UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"
    OTHER = "OTHER"
    MALFORMED_FUNCTION_CALL = "MALFORMED_FUNCTION_CALL"
    UNEXPECTED_TOOL_CALL = "UNEXPECTED_TOOL_CALL"
    TOO_MANY_TOOL_CALLS = "TOO_MANY_TOOL_CALLS"
    MISSING_THOUGHT_SIGNATURE = "MISSING_THOUGHT_SIGNATURE"
    MALFORMED_RESPONSE = "MALFORMED_RESPONSE"
    SAFETY = "SAFETY"
    RECITATION = "RECITATION"
    LANGUAGE = "LANGUAGE"
    BLOCKLIST = "BLOCKLIST"
    PROHIBITED_CONTENT = "PROHIBITED_CONTENT"
    SPII = "SPII"
    ESCALATION = "ESCALATION"
    PUP_LIMITED_DISABLED = "PUP_LIMITED_DISABLED"
    MODEL_ARMOR = "MODEL_ARMOR"
    IMAGE_SAFETY = "IMAGE_SAFETY"
    IMAGE_PROHIBITED_CONTENT = "IMAGE_PROHIBITED_CONTENT"
    IMAGE_RECITATION = "IMAGE_RECITATION"
    IMAGE_OTHER = "IMAGE_OTHER"
    NO_IMAGE = "NO_IMAGE"
    PROMPT_BLOCKED = "PROMPT_BLOCKED"  # ours: no candidate at all, the prompt itself was refused
    UNKNOWN = "UNKNOWN"  # ours: a reason that this version of the library has no name for

    @classmethod
    def named(cls, name: str) -> FinishReason:
        """The reason of that name; UNKNOWN for one that nobody has heard of yet."""
        return cls.__members__.get(name.upper(), cls.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the customer sent; what it shows is as untrusted as what they write."""

    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserText:
    """What the customer said: one part per text of a burst, then the pictures that came with them."""

    parts: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelText:
    """An earlier answer, from the conversation's history."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelTurn:
    """What the model said in this loop. `raw` belongs to the adapter and goes back to it whole."""

    raw: object


@dataclass(frozen=True, slots=True)
class ToolReply:
    """The result of one call. `id` is the call's own, None where the model gave none."""

    id: str | None
    name: str
    output: Mapping[str, object]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ToolReplies:
    replies: tuple[ToolReply, ...]


Content = UserText | ModelText | ModelTurn | ToolReplies


@dataclass(frozen=True, slots=True)
class ToolDeclaration:
    """`parameters` is JSON Schema, made from the pydantic model that parses the arguments."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`may_call` False: the tools stay declared (earlier calls refer to them), but the model may not call any.

    `timeout`: seconds, at most, until the reply is complete.
    """

    model: str
    system: str
    contents: tuple[Content, ...]
    tools: tuple[ToolDeclaration, ...]
    may_call: bool
    output_tokens: int
    thinking: str
    timeout: float


@dataclass(frozen=True, slots=True)
class ToolCall:
    """Untrusted: `name` may be no tool of ours, `args` are whatever the model wrote."""

    id: str | None
    name: str
    args: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Billed tokens. `cached` is a part of `prompt`; `thought` comes on top of `output`."""

    prompt: int = 0
    output: int = 0
    thought: int = 0
    cached: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.prompt + other.prompt,
            self.output + other.output,
            self.thought + other.thought,
            self.cached + other.cached,
        )


@dataclass(frozen=True, slots=True)
class ModelReply:
    text: str
    calls: tuple[ToolCall, ...]
    finish: FinishReason
    turn: ModelTurn
    tokens: Tokens = Tokens()


@dataclass(frozen=True, slots=True)
class ModelPart:
    """A piece of a reply that is still being written.

    `text`: more of what is meant for the customer. `calls`: here it asks for a tool. `tokens`: billed so far, if told.
    """

    text: str
    calls: bool = False
    tokens: Tokens = Tokens()


class ModelBusy(Exception):
    """429, 5xx, a timeout, a broken connection, an unreadable answer: the same request may succeed later."""


class ModelRejected(Exception):
    """Any other 4xx: the same request will fail again (a bad key, a retired model, a lost signature)."""


class Model(Protocol):
    async def generate(self, request: ModelRequest) -> ModelReply:
        """One call, no retries of its own. Raises ModelBusy or ModelRejected, whose text is fit for a log."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart | ModelReply, None]:
        """The same call, heard while it is answered: its parts as they come, and last the reply, whole.

        What `generate` would have given is that reply, and it raises what `generate` raises. Whoever stops listening
        earlier closes it.
        """
        ...
