"""What a tool is: arguments parsed by a pydantic model that also declares them, a result, and effects to commit.

A tool gets its tenant and the customer's address from the context, which the session fills. The model fills the
arguments alone, and they hold nothing that could name a tenant or a recipient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.assistant.answer import Effect
from shared.store.settings import BusinessProfile, CustomerService

Output = Mapping[str, object]


class Args(BaseModel):
    """Arguments of a tool: unknown ones are refused, so that a tenant or a phone number cannot be slipped in."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=200, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Whose request this is. `seconds`: how long the tool may take."""

    tenant: str
    profile: BusinessProfile
    service: CustomerService
    customer_address: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ToolResult:
    """`output` goes to the model as data. `failed`: it says what went wrong, and is evidence of nothing."""

    output: Output
    effects: tuple[Effect, ...] = ()
    sources: tuple[str, ...] = ()
    failed: bool = False


class Tool(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def args_model(self) -> type[Args]: ...

    async def run(self, args: Args, context: ToolContext) -> ToolResult:
        """Idempotent. Expected failures are results; anything raised is told to the model as a plain failure."""
        ...


def failure(sentence: str) -> ToolResult:
    return ToolResult({"error": sentence}, failed=True)


def complaint(error: ValidationError) -> str:
    """What is wrong with a call's arguments, without repeating their values."""
    wrong = (
        f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in error.errors(include_input=False)
    )
    return "Invalid arguments. " + "; ".join(wrong)
