"""How many texts a provider has on their way to us at once: fewer as soon as we do not answer, more while we do.

A machine that is slow stays slow under more of them: each is worked on, though nobody waits for the answer any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

MOST = 12


@dataclass
class Line:
    """`status`: what the webhook answered, None if nobody did."""

    status: int | None = None


class Lines:
    def __init__(self) -> None:
        self._limit = 4.0
        self._busy = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Line]:
        async with self._changed:
            await self._changed.wait_for(lambda: self._busy < self._limit)
            self._busy += 1
        line = Line()
        try:
            yield line
        finally:
            async with self._changed:
                self._busy -= 1
                self._limit = self._learned(line)
                self._changed.notify_all()

    def _learned(self, line: Line) -> float:
        if line.status == 200:
            return min(MOST, self._limit + 1 / self._limit)
        return max(1.0, self._limit / 2)
