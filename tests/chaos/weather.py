"""Faults that come and go while customers text: of the providers, the model, the task queue and the database."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from local.seed_data import BSS
from tests.chaos.controls import SENDING, Controls

Kinds = dict[str, tuple[str, dict[str, Any]]]  # kind → at whom, and what

UNREGISTERED = {"errors": [{"code": "40010", "title": "Not 10DLC registered", "detail": "Not registered"}]}


def _of_provider(name: str, reports: str) -> Kinds:
    """Nothing refuses after acting: a provider that says no has not accepted."""
    where = name.lower()
    sending = {"path": SENDING[where]}
    return {
        f"{name} says 429": (where, sending | {"status": 429}),
        f"{name} fails before acting": (where, sending | {"status": 500}),
        f"{name} fails after acting": (where, sending | {"status": 503, "phase": "after"}),
        f"{name} drops before acting": (where, sending | {"drop": True}),
        f"{name} drops after acting": (where, sending | {"drop": True, "phase": "after"}),
        f"{name} reports thrice and in the wrong order": (where, {"path": reports, "duplicate": 3, "reorder": True}),
    }


FAULTS: Kinds = {
    **_of_provider("Telnyx", "/telnyx-sms"),
    **_of_provider("Twilio", "/twilio-sms-status"),
    # for good, and only to a business that has another number
    "Telnyx refuses the number": (
        "telnyx",
        {"path": SENDING["telnyx"], "status": 403, "body": UNREGISTERED, "contains": [BSS.number]},
    ),
    "model is overloaded": ("gemini", {"path": "/v1", "status": 503}),
    "model drops the call": ("gemini", {"path": "/v1", "drop": True}),
    "queue is down": ("tasks", {"path": "CreateTask", "drop": True}),
    "queue's answer is lost": ("tasks", {"path": "CreateTask", "drop": True, "phase": "after"}),
    "a task runs twice at once": ("tasks", {"path": "/", "duplicate": 2}),
    "a task runs late": ("tasks", {"path": "/", "reorder": True}),
    "database refuses a commit": ("gate", {"path": "Commit", "status": 503}),
    "database's answer is lost": ("gate", {"path": "Commit", "drop": True, "phase": "after"}),
}
STOPPED = "emulator stopped and continued"
PAUSED = "task queues taken away"
KINDS = (*FAULTS, STOPPED, PAUSED)


@dataclass
class Weather:
    """`seen` counts the calls that met each fault, and the times that the emulator and the queues were away."""

    controls: Controls
    emulator: int
    random: Random
    longest: float  # seconds that the emulator or the queues are away
    ordered: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    async def blow(self, seconds: float) -> None:
        """Every kind at least once, then as the seed says, until the time is over."""
        began, loop = asyncio.get_running_loop().time(), asyncio.get_running_loop()
        kinds = list(KINDS)
        self.random.shuffle(kinds)
        pause = min(3.0, seconds / (len(kinds) + 2))
        while kinds or loop.time() - began < seconds:
            await self._come(kinds.pop() if kinds else self.random.choice(KINDS))
            await asyncio.sleep(self.random.uniform(0.2, 1.0) * pause)

    async def clear(self) -> None:
        """Nothing more goes wrong; what nobody met was not survived."""
        for where in {at for at, _ in FAULTS.values()}:
            for left in await self.controls.get(where, "/__faults"):
                self._uncount(where, left)
            await self.controls.delete(where, "/__faults")
        self.seen += self.ordered

    async def _come(self, kind: str) -> None:
        if kind == STOPPED:
            await self._away(kind, self._stop, self._go_on)
        elif kind == PAUSED:
            await self._away(kind, lambda: self._tasks("/__pause"), lambda: self._tasks("/__resume"))
        else:
            where, fault = FAULTS[kind]
            times = self.random.randint(1, 2 if fault["path"] in SENDING.values() else 4)  # most texts must get through
            self.ordered[kind] += times
            await self.controls.fault(where, **fault, times=times)

    async def _away(
        self, kind: str, leave: Callable[[], Awaitable[None]], come_back: Callable[[], Awaitable[None]]
    ) -> None:
        await leave()
        try:
            await asyncio.sleep(0.5 + (self.longest - 0.5) * self.random.random() ** 2)  # mostly short
        finally:
            await come_back()
        self.seen[kind] += 1

    async def _stop(self) -> None:
        os.kill(self.emulator, signal.SIGSTOP)

    async def _go_on(self) -> None:
        os.kill(self.emulator, signal.SIGCONT)

    async def _tasks(self, what: str) -> None:
        await self.controls.post("tasks", what)

    def _uncount(self, where: str, left: dict[str, Any]) -> None:
        for kind, (at, fault) in FAULTS.items():
            if at == where and not left["hold"] and all(left[name] == value for name, value in _full(fault).items()):
                self.ordered[kind] -= left["times"]


def _full(fault: dict[str, Any]) -> dict[str, Any]:
    """What tells faults apart, with what is not said."""
    return {"status": None, "drop": False, "phase": "before", "duplicate": 1, "reorder": False} | fault
