"""A web chat's answers under load, beside the floor of the same minutes. Alone: `python -m tests.bench.chats`.

Everything is on this machine: the visitors, chat-message in a process of its own, Firestore, the model without delay.
The floor (`chat_floor`) does the same calls in a bare loop; the two take turns, so that what slows one slows the other.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.bench.apart import apart, tasks_paused, without_limits
from tests.bench.meter import Meter, Passed
from tests.bench.table import Row, alone
from tests.members import AGENCY
from tests.stack import RunningStack, a_word
from tests.visitors import Browser, any_network

VISITORS = 64
EACH = 4  # messages of a visitor in one turn of the measurement
TURNS = 3
LONE_TURNS = 18  # of one visitor alone
LATER = 3600  # seconds until a task of the floor is due
Floor = Callable[[int, int], Awaitable["Run"]]  # visitors, messages of each


@dataclass
class Run:
    """Answers of one side. `whole`: seconds from the first message to the last answer."""

    seconds: list[float] = field(default_factory=list)
    whole: float = 0.0
    failed: int = 0

    def add(self, other: Run) -> None:
        self.seconds += other.seconds
        self.whole += other.whole
        self.failed += other.failed

    def percentile(self, of_hundred: int) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.seconds, n=100)[of_hundred - 1] * 1000

    @property
    def throughput(self) -> float:
        return len(self.seconds) / self.whole


@dataclass
class Visitor:
    """A browser that never asks the same twice."""

    browser: Browser

    async def ask(self) -> bool:
        """Whether it was answered, by the assistant."""
        self.browser.network = any_network()  # what one network may ask in a minute is less than what is measured
        happened = await self.browser.say(f"Where can I park? {a_word()}")
        answers = [one.data["message"] for one in happened if one.name == "answer"]
        return len(answers) == 1 and answers[0]["kind"] == "reply" and happened[-1].name == "end"


async def rows(stack: RunningStack) -> list[Row]:
    await without_limits(stack)
    async with tasks_paused(stack):
        tape = await recorded(stack)
        async with apart(stack, "chat-message") as cloud, floor(tape) as bare:
            visitors = [Visitor(Browser(cloud, AGENCY)) for _ in range(VISITORS)]
            await _in_turn(visitors, 1, bare)  # warm
            lone, lone_floor = await _in_turn(visitors[:1], LONE_TURNS, bare)
            many, many_floor = await _in_turn(visitors, TURNS, bare)
    return [*_alone(lone, lone_floor), *_at_once(many, many_floor), _calls(tape)]


async def _in_turn(visitors: Sequence[Visitor], turns: int, bare: Floor) -> tuple[Run, Run]:
    """Ours and the floor's. Each turn begins new visits: the model is told of as much as in the floor's recording."""
    ours, theirs = Run(), Run()
    for _ in range(turns):
        await asyncio.gather(*(visitor.browser.start() for visitor in visitors))
        ours.add(await measured(visitors, EACH))
        theirs.add(await bare(len(visitors), EACH))
    return ours, theirs


async def measured(visitors: Sequence[Visitor], each: int) -> Run:
    """All of them at once, each one message after the other."""
    run = Run()

    async def one(visitor: Visitor) -> None:
        for _ in range(each):
            began = time.perf_counter()
            try:
                answered = await visitor.ask()
            except (AssertionError, httpx.HTTPError) as refused:  # counted, and told by the row
                print(f"not answered: {refused!r}"[:300], file=sys.stderr)
                answered = False
            run.seconds += [time.perf_counter() - began] if answered else []
            run.failed += not answered

    began = time.perf_counter()
    await asyncio.gather(*map(one, visitors))
    run.whole = time.perf_counter() - began
    return run


# -- the floor


async def recorded(stack: RunningStack) -> dict[str, Any]:
    """What chat-message asks for a warm answer, for the floor to do the same."""
    meter = Meter(stack.info["firestore"])
    await meter.start()
    try:
        async with apart(stack, "chat-message", FIRESTORE_EMULATOR_HOST=f"127.0.0.1:{meter.port}") as cloud:
            visitor = Visitor(await Browser(cloud, AGENCY).start())
            await visitor.ask()
            await visitor.ask()
            meter.tape = []
            happened = await visitor.browser.say(f"Where can I park? {a_word()}")
            calls = list(meter.tape)
    finally:
        await meter.stop()
    told = {one.name: one.data["message"]["id"] for one in happened if one.name in ("accepted", "answer")}
    ids = {"conversation": visitor.browser.conversation_id, "message": told["accepted"], "draft": told["answer"]}
    return {
        "firestore": stack.info["firestore"],
        "tasks": stack.info["standins"]["tasks"].removeprefix("http://"),
        "gemini": stack.info["standins"]["gemini"],
        "ids": ids,
        "calls": [_on_tape(call) for call in calls],
        "task": await _task(stack, ids["message"]),
        **await _asked(stack),
    }


def _on_tape(call: Passed) -> dict[str, Any]:
    return {"method": call.method, "raw": b64encode(call.raw).decode(), "metadata": call.metadata}


async def _task(stack: RunningStack, message: str) -> dict[str, Any]:
    tasks = (await stack.client.get(stack.standin("tasks", "/__tasks"))).json()
    found = next(task for task in tasks if message in task["name"])
    parent = f"projects/{stack.info['project']}/locations/us-central1/queues/{found['queue']}"
    body = found["body"] if isinstance(found["body"], dict) else json.loads(found["body"])
    name = f"{parent}/tasks/{found['name'].rpartition('/')[2]}"
    return {"parent": parent, "name": name, "url": found["url"], "body": body, "seconds": LATER}


async def _asked(stack: RunningStack) -> dict[str, Any]:
    """The model's last request, and which model it was asked of."""
    call = (await stack.calls("gemini", "/v1/models/"))[-1]
    model = call["path"].rpartition("/")[2].partition(":")[0]
    return {"model": model, "request": call["body"]}


@asynccontextmanager
async def floor(tape: dict[str, Any]) -> AsyncIterator[Floor]:
    """The floor's process, as a function that lets it run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tape.json"
        file.write_text(json.dumps(tape))
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, str(Path(__file__).parent / "chat_floor.py"), str(file))
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**24)
        assert process.stdin is not None
        assert process.stdout is not None
        written, read = process.stdin, process.stdout

        async def run(visitors: int, each: int) -> Run:
            written.write(json.dumps({"visitors": visitors, "each": each}).encode() + b"\n")
            return Run(**json.loads(await read.readline()))

        try:
            yield run
        finally:
            written.close()
            await asyncio.wait_for(process.wait(), 30)


# -- what is told


def _alone(ours: Run, floor: Run) -> list[Row]:
    return [
        Row("chat answer, the floor, one visitor", f"p50 {floor.percentile(50):.0f} ms", "", None),
        _against("chat answer, one visitor: p50", ours, floor),
    ]


def _at_once(ours: Run, floor: Run) -> list[Row]:
    told = f"p50 {floor.percentile(50):.0f} ms, p99 {floor.percentile(99):.0f} ms, {floor.throughput:.0f}/s"
    ratio = ours.throughput / floor.throughput
    count = len(ours.seconds) + ours.failed
    return [
        Row(f"chat answer, the floor, {VISITORS} at once", told, "", None),
        _against(f"chat answer, {VISITORS} at once: p50", ours, floor),
        Row(f"chat answer, {VISITORS} at once: p99", f"{ours.percentile(99):.0f} ms", "", None),
        Row(
            f"chat answer, {VISITORS} at once: throughput",
            f"{ours.throughput:.0f}/s, {ratio:.2f} ×",
            "≥ 0.6 × the floor",
            ratio >= 0.6,
        ),
        Row(f"chat answer, {VISITORS} at once: failed", f"{ours.failed} of {count}", "none", ours.failed == 0),
    ]


def _against(what: str, ours: Run, floor: Run) -> Row:
    ratio = ours.percentile(50) / floor.percentile(50)
    return Row(what, f"{ours.percentile(50):.0f} ms, {ratio:.2f} ×", "≤ 1.5 × the floor", ratio <= 1.5)


def _calls(tape: dict[str, Any]) -> Row:
    methods = [call["method"] for call in tape["calls"]]
    return Row("Firestore calls of a chat answer, warm", f"{len(methods)} ({', '.join(methods)})", "", None)


if __name__ == "__main__":
    asyncio.run(alone(rows, "chats"))
