"""The tool loop: pure over the `Model` port, bounded in turns, tool calls, tokens and seconds.

    one model   ask → calls? run them, ask again → text
    bad answer  the same again → once without tools → the second model, from the customer's words → nothing (a person)
    busy model  once more after a pause → the second model → nothing
    refused     (a 4xx that is not about load) the second model → nothing
    blocked     nothing at once: the same content would be blocked again
    too much    one last call without tools → nothing
    too long    (for its channel) once more, to say it within the limit → as it is, and cut by `form`

A second model starts over: thought signatures do not move between models, so nothing of the first one's turns is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shared import log
from shared.assistant.answer import Effect, attached
from shared.assistant.asking import Budget, Limits, NoAnswer, Port, Sleep, Task
from shared.assistant.form import excess, whole_sentences
from shared.assistant.model import FinishReason, Model, ModelReply, ModelText, Tokens, ToolReplies, UserText
from shared.assistant.prompt import shorter
from shared.assistant.steps import STEPS, Step
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Talk:
    """How it went. `text` is None where no model gave an answer, and `reason` says why."""

    text: str | None
    reason: str | None
    model: str
    tokens: Tokens
    calls: int
    effects: tuple[Effect, ...] = ()
    sources: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()  # what tools returned, as JSON; failures are not in it


# Whether the model may call tools: in its first try, in the same again, in the last one.
_TRIES = (True, True, False)


async def talk(model: Model, task: Task, limits: Limits, clock: Clock, sleep: Sleep) -> Talk:
    """Never raises for what a model or a tool did; a cancellation passes through."""
    budget = Budget(clock, limits.seconds)
    reason, name = "no_model", ""
    for number, name in enumerate(dict.fromkeys(filter(None, task.models))):
        run = _Run(Port(model, name, task, limits, budget, sleep), task, limits, patient=number == 0)
        try:
            return _told(await run.text(), run, name, budget)
        except NoAnswer as none:
            reason = none.reason
            log.warning("model gave no answer", model=name, reason=reason)
            if none.final:
                break
    return Talk(None, reason, name, budget.tokens, budget.calls)


def _told(text: str, run: _Run, name: str, budget: Budget) -> Talk:
    found = run.tools
    return Talk(
        text=text,
        reason=run.shortened,
        model=name,
        tokens=budget.tokens,
        calls=budget.calls,
        effects=tuple(found.effects),
        sources=tuple(found.sources),
        outputs=tuple(found.outputs),
    )


class _Run:
    """One model's attempt, from the customer's words on. Only a `patient` one asks again after a bad answer."""

    def __init__(self, port: Port, task: Task, limits: Limits, *, patient: bool) -> None:
        self._port = port
        self._task = task
        self._limits = limits
        self._contents = task.contents
        self._tries = list(_TRIES if patient else _TRIES[:1])
        self.tools = task.toolbox.session(limits.tool_calls)
        self.shortened: str | None = None

    async def text(self) -> str:
        text = await self._said()
        for _ in range(self._limits.shorter):
            room = excess(text, self._task.channel, attached(self.tools.effects), self._task.introduction)
            if room is None:
                break
            text = await self._shorter(text, room)
        return text

    async def _said(self) -> str:
        for _ in range(self._limits.turns - 1):
            if self.tools.exhausted:
                break
            reply = await self._usable()
            if not reply.calls:
                return reply.text
            await self._use_tools(reply)
        return await self._last_word()

    async def _last_word(self) -> str:
        """The limit of turns or calls is reached: one call without tools, and no other try."""
        usable = self._judged(await self._ask(may_call=False), may_call=False)
        if usable is None:
            raise NoAnswer("tool_limit", final=True)
        return usable.text

    async def _shorter(self, long: str, room: int) -> str:
        """The same in at most `room` characters. The long text stands where no shorter one comes of it.

        Only its words go back: a turn with calls that were not run would be refused.
        """
        contents = (*self._contents, ModelText(long), UserText((shorter(room),)))
        try:
            reply = await self._port.ask(contents, may_call=False)
        except NoAnswer as none:
            log.info("not said shorter", reason=none.reason)
            return long
        if STEPS[reply.finish] is not Step.ACCEPT or not 0 < len(reply.text.strip()) < len(long):
            return long
        self.shortened = None
        return reply.text

    async def _ask(self, *, may_call: bool) -> ModelReply:
        await self._task.speech.begin(self.tools.outputs)
        return await self._port.ask(self._contents, may_call=may_call)

    async def _use_tools(self, reply: ModelReply) -> None:
        await self._task.speech.take_back()
        replies = await self.tools.use(reply.calls, self._port.left())
        # The turn goes back whole: signatures, ids and order as they came.
        self._contents = (*self._contents, reply.turn, ToolReplies(replies))

    async def _usable(self) -> ModelReply:
        """The next reply that has a text or calls, in the tries that this run has left."""
        while True:
            may_call = self._tries[0]
            reply = await self._ask(may_call=may_call)
            usable = self._judged(reply, may_call=may_call)
            if usable is not None:
                return usable
            if len(self._tries) == 1:
                raise NoAnswer(_bad(reply))
            del self._tries[0]

    def _judged(self, reply: ModelReply, *, may_call: bool) -> ModelReply | None:
        if not may_call:
            reply = replace(reply, calls=())  # called all the same: only its text may count
        match STEPS[reply.finish]:
            case Step.HAND_OFF:
                raise NoAnswer(f"blocked:{reply.finish}", final=True)
            case Step.ACCEPT if reply.calls or reply.text.strip():
                return reply
            case Step.SHORTEN:
                return self._cut(reply)
            case _:
                return None

    def _cut(self, reply: ModelReply) -> ModelReply | None:
        """A figure at the very end may be half of one ("$85." of "$85.50"): it ends no sentence."""
        text = whole_sentences(re.sub(r"(?<=\d)[.,]$", "", reply.text.rstrip()))
        if not text:
            return None
        self.shortened = "shortened"
        return replace(reply, text=text, calls=())


def _bad(reply: ModelReply) -> str:
    return "empty_answer" if reply.finish is FinishReason.STOP else f"finish:{reply.finish}"
