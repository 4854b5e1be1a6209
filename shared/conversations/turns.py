"""One turn of a visitor's chat: the answer is made once, and whoever asks for it on this instance reads along.

It is a task of its own, so a visitor who goes away takes nothing with them: the answer is finished and stored. A second
message that comes while a turn runs waits for its end, and begins the next one where it was not answered with it. Where
another instance has the conversation's lease, this one looks again until the lease is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from shared import log
from shared.conversations.drafts import Draft, new_id
from shared.errors import Problem, Unavailable
from shared.store.documents import Conversation

PAUSE, LONGEST_PAUSE = 0.5, 4.0  # seconds before a conversation that somebody else answers is looked at again
STILL = 15.0  # seconds: who waits hears as often that somebody is there
LONGEST = 110.0  # seconds for which a request waits; a model's deadline is 90


@dataclass(frozen=True, slots=True)
class Typing:
    """The assistant is at it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A guarded piece of an answer; `end`: how many characters of it were said with this piece."""

    answer: str
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    answer: str


@dataclass(frozen=True, slots=True)
class Answered:
    """It is stored, a moment ago."""

    draft: Draft
    of: Conversation


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody answers now."""

    of: Conversation


@dataclass(frozen=True, slots=True)
class Failed:
    problem: Problem


@dataclass(frozen=True, slots=True)
class Still:
    """Nothing has happened for a while, and more may."""


Happened = Typing | Unit | TakenBack | Answered | Silent | Failed
Happening = Happened | Still


@dataclass
class Turn:
    """The audience of one run of the answer step, and what it has seen so far."""

    seen: list[Happened] = field(default_factory=list)
    over: bool = False
    _answer: str = field(default_factory=new_id)
    _length: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def has_heard(self) -> bool:
        return self._length > 0

    @property
    def covered(self) -> set[str]:
        """The messages that this turn has answered."""
        return {id for one in self.seen if isinstance(one, Answered) for id in one.draft.covers}

    def began(self) -> None:
        self._add(Typing())

    async def unit(self, text: str) -> None:
        self._length += len(text)
        self._add(Unit(self._answer, text, self._length))

    async def took_back(self) -> None:
        if self._length:
            self._add(TakenBack(self._answer))
            self._answer, self._length = new_id(), 0

    def wrote(self, draft: Draft, of: Conversation) -> None:
        self._add(Answered(draft, of))

    def silent(self, of: Conversation) -> None:
        self._add(Silent(of))

    async def failed(self, problem: Problem) -> None:
        """What was said so far may never be stored."""
        await self.took_back()
        self._add(Failed(problem))

    def end(self) -> None:
        self.over = True
        self._wake()

    async def follow(self, until: float, still: float = STILL) -> AsyncIterator[Happening]:
        """Everything from the beginning, as it happens, until the turn is over or that moment of the loop has come."""
        told, loop = 0, asyncio.get_running_loop()
        while True:
            while told < len(self.seen):  # it grows while a reader is slow
                told += 1
                yield self.seen[told - 1]
            if self.over:
                return
            next_word = min(until, loop.time() + still)
            try:
                async with asyncio.timeout_at(next_word):
                    await self._changed.wait()
            except TimeoutError:
                if next_word == until:
                    return
                yield Still()

    def _add(self, happening: Happened) -> None:
        self.seen.append(happening)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


Answer = Callable[[Turn], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]

_running: dict[str, Turn] = {}
_tasks: set[asyncio.Task[None]] = set()


async def turns(
    conversation_id: str, message_id: str, answer: Answer, longest: float = LONGEST, sleep: Sleep = asyncio.sleep
) -> AsyncGenerator[Happening]:
    """What happens until `message_id` is answered, or nobody is to answer it, or time is out.

    `answer` runs the answer step for an audience; it raises Unavailable where somebody else has the lease.
    """
    deadline = asyncio.get_running_loop().time() + longest
    pause, before = PAUSE, _running.get(conversation_id)  # it may have looked before the message was there
    while asyncio.get_running_loop().time() < deadline:
        turn = _running.get(conversation_id) or _begin(conversation_id, answer)
        async for happening in turn.follow(deadline):
            if not isinstance(happening, Failed):
                yield happening
        last = turn.seen[-1] if turn.seen else None
        if message_id in turn.covered or (isinstance(last, Silent) and turn is not before):
            return
        if isinstance(last, Failed) and not isinstance(last.problem, Unavailable):
            yield last
            return
        if turn is not before:
            await sleep(pause)
            yield Still()
            pause = min(pause * 2, LONGEST_PAUSE)
    yield Failed(Unavailable("the answer takes longer than usual; it will appear here"))


def _begin(conversation_id: str, answer: Answer) -> Turn:
    turn = _running[conversation_id] = Turn()
    task = asyncio.create_task(_run(conversation_id, turn, answer))
    _tasks.add(task)  # the loop itself keeps no task alive
    task.add_done_callback(_tasks.discard)
    return turn


async def _run(conversation_id: str, turn: Turn, answer: Answer) -> None:
    try:
        await answer(turn)
    except Problem as problem:
        await turn.failed(problem)
    except Exception as unexpected:
        log.crash("a turn broke off", unexpected)
        await turn.failed(Problem("something failed on our side; your message is stored, and will be answered"))
    finally:
        del _running[conversation_id]
        turn.end()
