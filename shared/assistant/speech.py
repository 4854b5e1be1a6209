"""Saying an answer while it is written: in units, each only after the guard has passed all text up to its end.

What was said can turn out not to be the answer: the model calls a tool after all, breaks off, says something that the
guard stops. Then all of it is taken back, and the units begin anew, or an honest sentence of ours is the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Protocol

from shared import log
from shared.assistant.units import unit_ends

PATIENCE = 1.0  # seconds that saying one unit may take; the model's answer waits meanwhile


class Hearing(Protocol):
    """Whoever reads along. Raising or hanging ends the reading, not the answer."""

    async def unit(self, text: str) -> None:
        """The next piece. All pieces since the last `took_back`, joined as they are, are how the answer begins."""
        ...

    async def took_back(self) -> None:
        """Forget every unit so far."""
        ...


class Verdict(Enum):
    """SAY it; WAIT for what comes; STOP: nothing that begins like this may be said."""

    SAY = "say"
    WAIT = "wait"
    STOP = "stop"


Judge = Callable[[str], Verdict]


class Speech:
    """What one answer has said. `judge`: from what tools have returned to the judge of a text that rests on it."""

    def __init__(self, hearing: Hearing | None, judge: Callable[[Sequence[str]], Judge]) -> None:
        self._hearing = hearing
        self._judge = judge
        self._judged: Judge | None = None
        self._said = ""
        self._waiting: list[int] = []  # where complete units end that are not said yet
        self._gone = False

    @property
    def heard(self) -> bool:
        return self._hearing is not None

    async def begin(self, outputs: Sequence[str]) -> None:
        """A model is asked, for the first time or anew: what came before is not the answer."""
        await self.take_back()
        self._judged = self._judge(outputs) if self.heard else None

    async def more(self, text: str) -> str | None:
        """Says what is complete of `text`, all that the model has written so far. The beginning that may not be said,
        if there is one."""
        text = text.lstrip()
        complete = unit_ends(text, self._waiting[-1] if self._waiting else len(self._said))
        if not complete or self._judged is None:
            return None
        self._waiting += complete
        beginning = text[: complete[-1]]
        verdict = self._judged(beginning)
        if verdict is Verdict.SAY:
            await self._say(text, self._waiting)
            self._waiting = []
        return beginning if verdict is Verdict.STOP else None

    async def take_back(self) -> None:
        """Nothing of what was said holds."""
        self._waiting = []
        if self._said and self._hearing is not None:
            self._said = ""
            await self._told(self._hearing.took_back)

    async def end(self, text: str, *, in_full: bool) -> None:
        """`text` is the answer: what was said has to begin it. `in_full`: the rest of it is said as well."""
        if not text.startswith(self._said):
            await self.take_back()
        if in_full:
            await self._say(text, unit_ends(text, len(self._said), whole=True))

    async def _say(self, text: str, ends: Sequence[int]) -> None:
        for end in ends:
            unit, self._said = text[len(self._said) : end], text[:end]
            if self._hearing is not None and not self._gone:
                await self._told(self._hearing.unit, unit)

    async def _told(self, tell: Callable[..., Awaitable[None]], *said: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await tell(*said)
        except Exception as error:  # whoever has gone still gets their answer stored
            log.info("nobody hears the answer", why=type(error).__name__)
            self._gone = True
