"""Running the calls of a model: parsed, counted, bounded, each with exactly one reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from shared import log
from shared.assistant.answer import Effect
from shared.assistant.model import ToolCall, ToolDeclaration, ToolReply
from shared.assistant.tools.base import Args, Tool, ToolContext, ToolResult, complaint, declaration, failure


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools of one answer, and whose they are."""

    tools: tuple[Tool, ...]
    context: ToolContext

    @property
    def declarations(self) -> tuple[ToolDeclaration, ...]:
        return tuple(declaration(tool) for tool in self.tools)

    def session(self, most_calls: int) -> ToolSession:
        return ToolSession({tool.name: tool for tool in self.tools}, self.context, most_calls)


@dataclass
class ToolSession:
    """One loop's calls and what came of them. Effects and sources are kept once each, in order."""

    tools: dict[str, Tool]
    context: ToolContext
    most_calls: int
    used: int = 0
    effects: list[Effect] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @property
    def exhausted(self) -> bool:
        return self.used >= self.most_calls

    async def use(self, calls: Sequence[ToolCall], seconds: float) -> tuple[ToolReply, ...]:
        """One reply per call, in order; unknown tools, bad arguments and failures are replies too."""
        return tuple([await self._reply(call, seconds) for call in calls])

    async def _reply(self, call: ToolCall, seconds: float) -> ToolReply:
        result = await self._result(call, seconds)
        self.used += 1
        self._keep(result)
        return ToolReply(call.id, call.name, result.output, result.failed)

    async def _result(self, call: ToolCall, seconds: float) -> ToolResult:
        tool = self.tools.get(call.name)
        if self.exhausted:
            return failure("No more tool calls in this answer. Answer with what you have.")
        if tool is None:
            return failure(f"There is no such tool. Available: {', '.join(self.tools) or 'none'}.")
        try:
            args = tool.args_model.model_validate(dict(call.args))
        except ValidationError as error:
            return failure(complaint(error))
        return await self._run(tool, args, seconds)

    async def _run(self, tool: Tool, args: Args, seconds: float) -> ToolResult:
        try:
            async with asyncio.timeout(seconds):
                return await tool.run(args, replace(self.context, seconds=seconds))
        except TimeoutError:
            return failure("The tool did not answer in time.")
        except Exception as error:  # a fault of ours must not cost the customer an answer: it is logged, and told
            log.crash(f"tool failed: {tool.name}", error)
            return failure("The tool failed.")

    def _keep(self, result: ToolResult) -> None:
        if not result.failed:
            self.outputs.append(json.dumps(result.output, ensure_ascii=False, default=str))
        self.effects += [effect for effect in dict.fromkeys(result.effects) if effect not in self.effects]
        self.sources += [source for source in dict.fromkeys(result.sources) if source not in self.sources]
