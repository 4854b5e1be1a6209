"""What others wrote down about a run, fetched from them: the providers, the gate, and the database's owner."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.chaos.controls import SENDING, Controls
from tests.chaos.plan import TENANTS
from tests.chaos.replay import SECOND
from tests.stack import RunningStack

RECORDED = 10_000  # calls that a stand-in remembers: more, and the record would have a hole
OWNER = {"authorization": "Bearer owner"}


async def gather(stack: RunningStack, controls: Controls) -> dict[str, Any]:
    return {
        "texts": [text for provider in SENDING for text in await _texts(controls, provider)],
        "calls": [call for provider in SENDING for call in await _calls(controls, provider)],
        "deliveries": await _deliveries(controls),
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
        before = len(await _deliveries(controls))
        await asyncio.sleep(0.7)
        after = len(await _deliveries(controls))
        quiet = 0 if busy or before != after or await pending(stack) else quiet + 1
    return quiet >= 3


async def _texts(controls: Controls, provider: str) -> list[dict[str, Any]]:
    found = await controls.get(provider, "/__messages")
    return [{**text, "idempotency_key": _key_of(text), "provider": provider} for text in found]


async def _calls(controls: Controls, provider: str) -> list[dict[str, Any]]:
    calls = await controls.get(provider, "/__calls")
    if len(calls) >= RECORDED:
        raise AssertionError(f"{provider}'s record of calls is full: this run is too long for it")
    return [_call(call, provider) for call in calls if call["path"].startswith(SENDING[provider])]


async def _deliveries(controls: Controls) -> list[dict[str, Any]]:
    return [row for provider in SENDING for row in await controls.get(provider, "/__deliveries")]


def _call(call: dict[str, Any], provider: str) -> dict[str, Any]:
    """Twilio takes no idempotency key: which message a call was about stands in the address for its reports."""
    if provider == "twilio":
        key = _key(parse_qs(call["body"])["StatusCallback"][0])
    else:
        key = call["headers"]["idempotency-key"]
    return {"at": _nanoseconds(datetime.fromisoformat(call["at"])), "key": key, "provider": provider}


def _key_of(text: dict[str, Any]) -> str | None:
    if text["direction"] == "inbound":
        return None
    key: str | None = text["idempotency_key"] or _key(text["callback"])
    return key


def _key(callback: str) -> str:
    """ "{message}.{attempt}", of the reference "{message}.{attempt}.{resends}" in an address."""
    return parse_qs(urlsplit(callback).query)["ref"][0].rpartition(".")[0]


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
