"""Asking one model within a budget: a busy one is asked once more, and every call has its seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from shared import log
from shared.assistant.form import Introduction
from shared.assistant.model import (
    Content,
    FinishReason,
    Model,
    ModelBusy,
    ModelRejected,
    ModelReply,
    ModelRequest,
    ModelTurn,
    Tokens,
)
from shared.assistant.speech import Speech
from shared.assistant.tooling import Toolbox
from shared.clock import Clock

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """`turns` and `tool_calls`: per model. `output_tokens` and `call_seconds`: per call. `seconds`: for everything.

    `shorter`: turns on top, per model, to say again what does not fit its channel.
    """

    turns: int = 6
    shorter: int = 1
    tool_calls: int = 8
    output_tokens: int = 800
    seconds: float = 60.0
    call_seconds: float = 20.0
    pause: float = 0.5  # seconds before a busy model is asked again


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Task:
    """What to ask: fixed for both models."""

    system: str
    contents: tuple[Content, ...]
    models: tuple[str, ...]  # the first choice, then the fallback
    thinking: str
    toolbox: Toolbox
    channel: str
    introduction: Introduction
    speech: Speech


class NoAnswer(Exception):
    """This model has no answer. `final`: nor would another one."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class Budget:
    """Time left, and what was spent, over both models."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._deadline = clock.monotonic() + seconds
        self.calls = 0
        self.tokens = Tokens()

    def left(self) -> float:
        """Seconds; raises NoAnswer when there are none."""
        left = self._deadline - self._clock.monotonic()
        if left <= 0:
            raise NoAnswer("out_of_time", final=True)
        return left


@dataclass(frozen=True, slots=True)
class Port:
    """One model, asked for one task."""

    model: Model
    name: str
    task: Task
    limits: Limits
    budget: Budget
    sleep: Sleep

    def left(self) -> float:
        return self.budget.left()

    async def ask(self, contents: tuple[Content, ...], *, may_call: bool) -> ModelReply:
        """Raises NoAnswer where it stays busy, rejects the request, or time is out."""
        try:
            return await self._call(contents, may_call=may_call)
        except ModelBusy as busy:
            log.info("model busy, once more", model=self.name, why=str(busy))
            await self.task.speech.take_back()
            await self.sleep(min(self.limits.pause, self.left()))
        try:
            return await self._call(contents, may_call=may_call)
        except ModelBusy as busy:
            raise NoAnswer("model_busy") from busy

    async def _call(self, contents: tuple[Content, ...], *, may_call: bool) -> ModelReply:
        request = self._request(contents, may_call=may_call)
        self.budget.calls += 1
        try:
            async with asyncio.timeout(request.timeout):
                reply = await (self._heard(request) if self.task.speech.heard else self.model.generate(request))
        except TimeoutError as error:
            raise ModelBusy("no answer in time") from error
        except ModelRejected as error:
            log.warning("model rejected the request", model=self.name, why=str(error))
            raise NoAnswer("model_rejected") from error
        self.budget.tokens += reply.tokens
        return reply

    async def _heard(self, request: ModelRequest) -> ModelReply:
        """The reply, said as it comes. What may not be said ends it: that much of it is the reply then.

        A text beside calls is no answer. What comes before the first of them is taken back with the turn.
        """
        text, called = "", False
        async with aclosing(self.model.stream(request)) as parts:
            async for part in parts:
                if isinstance(part, ModelReply):
                    return part
                text, called = text + part.text, called or (part.calls and request.may_call)
                refused = None if called or not part.text else await self.task.speech.more(text)
                if refused is not None:
                    return ModelReply(refused, (), FinishReason.STOP, ModelTurn(None), part.tokens)
        raise ModelBusy("the stream had no end")

    def _request(self, contents: tuple[Content, ...], *, may_call: bool) -> ModelRequest:
        tools = self.task.toolbox.declarations
        return ModelRequest(
            model=self.name,
            system=self.task.system,
            contents=contents,
            tools=tools,
            may_call=may_call and bool(tools),
            output_tokens=self.limits.output_tokens,
            thinking=self.task.thinking,
            timeout=min(self.limits.call_seconds, self.left()),
        )
