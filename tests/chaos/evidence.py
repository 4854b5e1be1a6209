"""What others wrote down about a run, fetched from them: the provider, the gate, and the database's owner."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.chaos.controls import Controls
from tests.chaos.plan import TENANTS
from tests.chaos.replay import SECOND
from tests.stack import RunningStack

RECORDED = 10_000  # calls that a stand-in remembers: more, and the record would have a hole
OWNER = {"authorization": "Bearer owner"}


async def gather(stack: RunningStack, controls: Controls) -> dict[str, Any]:
    calls = await controls.get("telnyx", "/__calls")
    if len(calls) >= RECORDED:
        raise AssertionError("the provider's record of calls is full: this run is too long for it")
    return {
        "texts": await controls.get("telnyx", "/__messages"),
        "calls": [_call(call) for call in calls if call["path"] == "/v2/messages"],
        "deliveries": await controls.get("telnyx", "/__deliveries"),
        "commits": await _commits(controls),
        "documents": {tenant: await _documents(stack, tenant) for tenant in TENANTS},
    }


async def pending(stack: RunningStack) -> int:
    """How much work is left."""
    listed = [await stack.documents(f"tenants/{tenant}/pending") for tenant in TENANTS]
    return sum(map(len, listed))


async def drained(stack: RunningStack, controls: Controls, seconds: float) -> bool:
    """Sweeps until nothing is pending, no task is left and no report is on its way; False if that takes too long."""
    deadline = asyncio.get_running_loop().time() + seconds
    quiet = 0
    while quiet < 3 and asyncio.get_running_loop().time() < deadline:
        await controls.post("scheduler", "/__run/sweep")
        tasks = await controls.get("tasks", "/__tasks")
        busy = any(task["state"] in ("waiting", "running") for task in tasks)
        before = len(await controls.get("telnyx", "/__deliveries"))
        await asyncio.sleep(0.7)
        after = len(await controls.get("telnyx", "/__deliveries"))
        quiet = 0 if busy or before != after or await pending(stack) else quiet + 1
    return quiet >= 3


def _call(call: dict[str, Any]) -> dict[str, Any]:
    return {"at": _nanoseconds(datetime.fromisoformat(call["at"])), "key": call["headers"]["idempotency-key"]}


def _nanoseconds(at: datetime) -> int:
    epoch = datetime.fromtimestamp(0, at.tzinfo)
    return (at - epoch) // timedelta(microseconds=1) * (SECOND // 1_000_000)


async def _commits(controls: Controls) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := await controls.get("gate", f"/__commits?from={len(found)}"):
        found += page
    return found


async def _documents(stack: RunningStack, tenant: str) -> dict[str, Sequence[dict[str, Any]]]:
    return {
        name: await stack.documents(f"tenants/{tenant}/{name}") for name in ("messages", "conversations", "pending")
    }
