"""How soon a visitor reads what the model has written. Alone: `python -m tests.bench.first_words`.

The model's stand-in notes when it hands over the chunk with which the first unit of its answer is complete; the
visitor, when the first words arrive. Both on this machine's one clock. It writes a word every WORD seconds, which is
faster than a model does: without any pause, the wait would be for all the words before it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Sequence

from starlette.types import Message, Receive, Scope, Send

from local.standins.base import Fault
from local.standins.gemini import GeminiStandin
from local.wire import serve_http
from shared.assistant.units import unit_ends
from tests.bench.apart import Apart, apart, tasks_paused, without_limits
from tests.bench.table import Row, alone
from tests.members import AGENCY
from tests.stack import RunningStack, a_word
from tests.visitors import Browser, any_network

WORD = 0.02
MANY = 16
EACH = 6
BUDGET = 0.020


class Clocked:
    """The stand-in, and when it completed the first unit of each answer. `asked`: a word of each question, which no
    other has; `completed`: by that word."""

    def __init__(self) -> None:
        self.standin = GeminiStandin()
        self.standin.faults.order(Fault(times=1_000_000, piece_ms=int(WORD * 1000)))
        self.asked: set[str] = set()
        self.completed: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, text = bytearray(), ""

        async def heard() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def said(message: Message) -> None:
            nonlocal text
            before, (more, last) = unit_ends(text, 0), _words(message.get("body", b""))
            text += more
            now = time.monotonic()
            await send(message)
            if not before and (unit_ends(text, 0) or last):  # the end of an answer ends its last unit
                self.completed[self._word(bytes(asked))] = now

        await self.standin.app(scope, heard, said)

    def _word(self, body: bytes) -> str:
        """The new one: what was answered before is told to the model again."""
        return next(word for word in self.asked - self.completed.keys() if word.encode() in body)


def _words(chunk: bytes) -> tuple[str, bool]:
    """What a chunk says, and whether it is the last one that says something."""
    if not chunk.startswith(b"data: "):
        return "", False
    candidate = json.loads(chunk[len(b"data: ") :])["candidates"][0]
    return "".join(part.get("text", "") for part in candidate["content"]["parts"]), "finishReason" in candidate


async def rows(stack: RunningStack) -> list[Row]:
    await without_limits(stack)
    model = Clocked()
    served = await serve_http(model, 0)
    try:
        async with (
            tasks_paused(stack),
            apart(stack, "chat-message", GOOGLE_GEMINI_BASE_URL=f"http://127.0.0.1:{served.port}") as cloud,
        ):
            await _waits(cloud, model, visitors=4, each=2)  # warm
            one = await _waits(cloud, model, visitors=1, each=4 * EACH)
            many = await _waits(cloud, model, visitors=MANY, each=EACH)
    finally:
        await served.stop()
    return [
        Row("first words after the chunk that completes them", _told(one), "≤ 20 ms", statistics.median(one) <= BUDGET),
        Row(f"the same, {MANY} visitors at once", _told(many), "", None),
    ]


async def _waits(cloud: Apart, model: Clocked, *, visitors: int, each: int) -> list[float]:
    heard: dict[str, float] = {}

    async def one(browser: Browser) -> None:
        for _ in range(each):
            browser.network = any_network()
            model.asked.add(word := a_word())
            async for happened in browser.stream("chat-message", browser.written(f"What should I bring? {word}")):
                if happened.name == "text":
                    heard.setdefault(word, time.monotonic())

    browsers = [await Browser(cloud, AGENCY).start() for _ in range(visitors)]
    await asyncio.gather(*map(one, browsers))
    assert len(heard) == visitors * each, f"{len(heard)} of {visitors * each} answers were heard in units"
    return [at - model.completed[word] for word, at in heard.items()]


def _told(seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20)
    return f"p50 {cuts[9] * 1000:.1f} ms, p95 {cuts[18] * 1000:.1f} ms of {len(seconds)}"


if __name__ == "__main__":
    asyncio.run(alone(rows, "first-words"))
