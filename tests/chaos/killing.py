"""Kills of the function host with SIGKILL, each while a request is held at the point that it is about."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos.controls import SENDING, Controls
from tests.chaos.customers import Customers
from tests.chaos.plan import LINES, Conversation, Text, text_id
from tests.stack import eventually

REACHED = 30.0  # seconds until a request is held at the point
TRIES = 5  # holds that nobody reached, one after the other
HELD = 15_000  # milliseconds, above what it takes to kill

# Point → whose neighbour's record shows it, and which calls are meant.
HOLDS: dict[str, tuple[str, dict[str, Any]]] = {
    "before the receive commit": ("gate", {"path": "Commit", "contains": ["last_inbound_at"]}),
    "between receive commit and enqueue": ("tasks", {"path": "CreateTask", "contains": ["/answer", '"message"']}),
    "during the model call": ("gemini", {"path": "/v1"}),
    "between answer commit and send": ("tasks", {"path": "CreateTask", "contains": ["/send", '"conversation"']}),
    "after the provider accepted": ("", {"phase": "after"}),  # at the provider whose number was texted
}


class NotReached(AssertionError):
    """No request came by at a point of a kill."""


@dataclass
class Killer:
    """`state` is where stack.json is. A kill counts where the record showed a held request right before it."""

    controls: Controls
    customers: Customers
    state: Path
    random: Random
    counted: Counter[str] = field(default_factory=Counter)
    _sending: list[asyncio.Task[None]] = field(default_factory=list)

    async def kill_all(self, points: Sequence[str], among: Sequence[Conversation], seconds: float) -> None:
        """Spread over so many seconds; each kill has its own text, so that there is something to be held."""
        for point in points:
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * max(0.0, seconds / len(points) - 2.5))
            await self.kill(point, self.random.choice(among))
        await asyncio.gather(*self._sending)

    async def kill(self, point: str, conversation: Conversation) -> None:
        """Raises NotReached."""
        provider = self.random.choice(LINES[conversation.tenant])
        where, fault = HOLDS[point]
        fault = fault if where else {**fault, "path": SENDING[provider]}
        for _ in range(TRIES):
            async with self.controls.holding(where or provider, **fault, latency_ms=HELD) as hold:
                text = Text(text_id(provider, self.random), "Where can I park?", provider=provider)
                self._sending.append(asyncio.create_task(self.customers.send(conversation, text)))
                held = await hold.reached(REACHED)
                if held:
                    await self._kill_host()
                    self.counted[point] += 1
            if held:
                return
        raise NotReached(f"no request was held {point}")

    async def _kill_host(self) -> None:
        killed = self._host()
        os.kill(killed, signal.SIGKILL)

        async def another() -> bool | None:
            return self._host() != killed or None

        await eventually(another, "the functions to come back", 90)

    def _host(self) -> int:
        return int(json.loads((self.state / "stack.json").read_text())["processes"]["functions"])
