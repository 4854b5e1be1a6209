"""Tools as a model has them: declared, and its calls run: parsed, counted, bounded, each with exactly one reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import cast

from pydantic import ValidationError

from shared import log
from shared.assistant.answer import Effect, ShowClasses, shown
from shared.assistant.model import ToolCall, ToolDeclaration, ToolReply
from shared.assistant.tools.base import Args, Tool, ToolContext, ToolResult, complaint, failure


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
    """One loop's calls and what came of them. Effects and sources are kept once each, in order.

    Of classes those of the newest turn that found some: a model searches again because the first search was not it.
    """

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
        results = [await self._counted(call, seconds) for call in calls]
        self._keep(results)
        return tuple(
            ToolReply(call.id, call.name, result.output, result.failed)
            for call, result in zip(calls, results, strict=True)
        )

    async def _counted(self, call: ToolCall, seconds: float) -> ToolResult:
        result = await self._result(call, seconds)
        self.used += 1
        return result

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

    def _keep(self, results: Sequence[ToolResult]) -> None:
        given = [result for result in results if not result.failed]
        self.outputs += [json.dumps(result.output, ensure_ascii=False, default=str) for result in given]
        sources = dict.fromkeys(source for result in results for source in result.sources)
        self.sources += [source for source in sources if source not in self.sources]
        self._keep_effects([effect for result in results for effect in result.effects])

    def _keep_effects(self, effects: Sequence[Effect]) -> None:
        classes = shown(effects)
        if classes is not None:
            self.effects = [effect for effect in self.effects if not isinstance(effect, ShowClasses)]
        others = (effect for effect in effects if not isinstance(effect, ShowClasses))
        for effect in (*others, *([classes] if classes else [])):
            if effect not in self.effects:
                self.effects.append(effect)


def declaration(tool: Tool) -> ToolDeclaration:
    return ToolDeclaration(tool.name, tool.description, schema(tool.args_model))


@cache
def schema(model: type[Args]) -> Mapping[str, object]:
    """The model's JSON Schema without pydantic's titles, which only cost tokens. Made once: it is every call's."""
    return cast(Mapping[str, object], _untitled(model.model_json_schema()))


def _untitled(node: object) -> object:
    if isinstance(node, list):
        return [_untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    # "title" is noise as a keyword (a string), but may be the name of a property (a schema).
    return {key: _untitled(item) for key, item in node.items() if not (key == "title" and isinstance(item, str))}
