"""Customers, and the people who take over: they play the plan through the providers' doors."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from itertools import repeat

from tests.chaos.controls import Controls
from tests.chaos.lines import Lines
from tests.chaos.plan import LINES, Act, Conversation, Text
from tests.stack import ROOT, RunningStack, environment

GIVES_UP = 60  # attempts, after the first ones
PAUSES = (0.3, 0.6, 1.2, 2.4, 5.0)  # seconds between a provider's attempts
REACHED = 8.0  # seconds in which a conversation reaches the moment that is waited for
ENDS = {"twilio": {"delivery_failed": "undelivered"}}  # how a carrier's end is called at a provider, if otherwise


class Person:
    """A member of staff, in a process of their own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one = asyncio.Lock()

    async def does(self, what: str, conversation: Conversation) -> str:
        """What person.py does; the conversation's id."""
        asked = {"tenant": conversation.tenant, "customer": conversation.customer, "do": what}
        assert self._process.stdin
        assert self._process.stdout
        async with self._one:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        return str(json.loads(line)["conversation"])


@asynccontextmanager
async def a_person(stack: RunningStack) -> AsyncIterator[Person]:
    secrets = stack.info["standins"]["secrets"].removeprefix("http://")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.person", secrets),
        cwd=ROOT,
        env=environment(stack.info, "mint"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Person(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 30)


class Customers:
    """Everybody who texts, as their provider delivers it."""

    def __init__(self, stack: RunningStack, controls: Controls, person: Person) -> None:
        self._stack = stack
        self._controls = controls
        self._person = person
        self.duels = 0  # moments that were met
        self._lines = Lines()
        self._later: set[asyncio.Task[None]] = set()

    async def play(self, conversations: Sequence[Conversation]) -> None:
        await asyncio.gather(*map(self._order_outcome, conversations))
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(self._live(conversation, began) for conversation in conversations))
        await asyncio.gather(*self._later)

    async def send(self, conversation: Conversation, text: Text) -> None:
        """Until somebody has answered with 200, as a provider's retries do in the end."""
        call = {
            "id": text.id,
            "from": conversation.customer,
            "to": self._stack.tenant(conversation.tenant)["sms"][LINES[conversation.tenant].index(text.provider)],
            "text": text.words,
            "copies": text.copies,
            **({"autoresponse": text.word} if text.answered else {}),
        }
        pauses = iter((*PAUSES, *repeat(PAUSES[-1], GIVES_UP)))
        while await self._deliver(text.provider, call) != 200:
            pause = next(pauses, None)
            if pause is None:
                return  # the verdict says so
            await asyncio.sleep(pause)
        if text.again is not None:
            self._start(self._again(text.provider, call, text.again))

    async def _deliver(self, provider: str, call: dict[str, object]) -> int | None:
        async with self._lines.one() as line:
            line.status = (await self._controls.post(provider, "/__inbound", call))["status"]
        return line.status

    async def _again(self, provider: str, call: dict[str, object], seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._deliver(provider, call)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._later.add(task)

    async def _order_outcome(self, conversation: Conversation) -> None:
        for provider in LINES[conversation.tenant]:
            end = ENDS.get(provider, {}).get(conversation.outcome, conversation.outcome)
            await self._controls.post(provider, "/__outcomes", {"to": conversation.customer, "status": end})

    async def _live(self, conversation: Conversation, began: float) -> None:
        for act in conversation.acts:
            await asyncio.sleep(max(0.0, began + act.at - asyncio.get_running_loop().time()))
            await self._act(conversation, act)

    async def _act(self, conversation: Conversation, act: Act) -> None:
        match act.kind:
            case "texts":
                for text in act.texts:
                    await asyncio.sleep(text.after)
                    await self.send(conversation, text)
            case "together":
                await asyncio.gather(*(self.send(conversation, text) for text in act.texts))
            case "at_answer":
                await self._meet(conversation, act, ["covers", conversation.customer])
            case "at_claim":
                id = await self._person.does("id", conversation)
                await self._meet(conversation, act, ["last_claim", id])
            case _:
                await self._person.does(act.kind, conversation)

    async def _meet(self, conversation: Conversation, act: Act, commit: list[str]) -> None:
        """Something happens while a commit of ours waits at the gate, which holds these texts."""
        first, *others = act.texts
        async with self._controls.holding("gate", path="Commit", contains=commit, latency_ms=1500) as hold:
            await self.send(conversation, first)
            self.duels += await hold.reached(REACHED)
            for other in others:
                await self.send(conversation, other)
            if not others:
                await self._person.does("take", conversation)
