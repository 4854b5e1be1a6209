"""One run: the local cloud, its customers, what goes wrong meanwhile, and the judgement."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx

from tests.chaos import evidence
from tests.chaos.controls import Controls
from tests.chaos.customers import Customers, a_person
from tests.chaos.killing import Killer
from tests.chaos.plan import TENANTS, Size, kills, plan
from tests.chaos.report import Result, result
from tests.chaos.verdict import judge
from tests.chaos.weather import Weather
from tests.stack import RunningStack, started

Say = Callable[[str], object]

REPORT_WAIT = 600.0  # seconds, before they are divided
SLACK = 90.0  # seconds beside it until everything must be settled
PATIENCE = 120.0  # seconds, above a provider's attempts at one webhook together: Twilio's six wait 15 s each


@dataclass(frozen=True)
class Field:
    """A running cloud and everything that acts on it from outside."""

    stack: RunningStack
    controls: Controls
    customers: Customers
    state: Path


@asynccontextmanager
async def field(state: Path, divisor: int, *, plant: str | None = None) -> AsyncIterator[Field]:
    """The cloud with three connected tenants; `plant` is a bug of `tests/chaos/plants`."""
    host = ["--host", f"tests.chaos.plants.{plant}"] if plant else []
    async with started(state, "--respawn", "--time-divisor", str(divisor), "--dispatches", "8", *host) as stack:
        limits = httpx.Limits(max_connections=400, max_keepalive_connections=100)
        async with (
            httpx.AsyncClient(timeout=PATIENCE, trust_env=False, limits=limits) as client,
            a_person(stack) as person,
        ):
            controls = Controls(stack, client)
            for tenant in TENANTS:
                await _configure(stack, tenant)
            yield Field(stack, controls, Customers(stack, controls, person), state)


async def run(size: Size, seed: int, state: Path, *, plant: str | None = None, say: Say = print) -> Result:
    """Everything that the seed says, then the verdict. Leaves the evidence in `state`."""
    began = time.monotonic()
    async with field(state, size.divisor, plant=plant) as on:
        say(f"{time.monotonic() - began:.0f} s: the local cloud runs")
        weather, killer = await _storm(on, size, seed)
        say(f"{time.monotonic() - began:.0f} s: the last text is in, and nothing more goes wrong")
        await evidence.drained(on.stack, on.controls, REPORT_WAIT / size.divisor + SLACK)
        say(f"{time.monotonic() - began:.0f} s: settled, or out of patience")
        found = await evidence.gather(on.stack, on.controls)
    await asyncio.to_thread((state / "evidence.json").write_text, json.dumps(found))
    verdict = await asyncio.to_thread(judge, found)
    return result(seed, size, time.monotonic() - began, killer.counted, weather.seen, verdict, found)


async def _storm(on: Field, size: Size, seed: int) -> tuple[Weather, Killer]:
    conversations = plan(size, seed)
    longest = min(12.0, size.seconds / 10)  # in a long run longer than a call to the database may take
    weather = Weather(on.controls, on.stack.info["processes"]["firestore"], Random(f"weather of {seed}"), longest)
    killer = Killer(on.controls, on.customers, on.state, Random(f"killer of {seed}"))
    sweeping = asyncio.create_task(_sweep(on.controls))
    calm = [conversation for conversation in conversations if conversation.plain]
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(on.customers.play(conversations))
            group.create_task(killer.kill_all(kills(size, seed), calm, size.seconds))
            group.create_task(weather.blow(size.seconds))
    finally:
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
    await weather.clear()
    return weather, killer


async def _sweep(controls: Controls) -> None:
    while True:
        await asyncio.sleep(2)
        await controls.post("scheduler", "/__run/sweep")


async def _configure(stack: RunningStack, tenant: str) -> None:
    """Its owner connects the assistant, so that three tenants answer by the model; and whoever waits for a person, or
    has one, is the assistant's again within minutes, so that a run can end."""
    base = f"http://{stack.info['firestore']}/v1/projects/{stack.info['project']}/databases/(default)/documents"
    settings = {
        "assistant.connected": {"booleanValue": True},
        "assistant.language": {"stringValue": "en"},
        "handoff.acknowledge_minutes": {"integerValue": "1"},
        "handoff.return_minutes": {"integerValue": "2"},
    }
    answer = await stack.client.patch(
        f"{base}/tenants/{tenant}/config/customer_service",
        params={"updateMask.fieldPaths": list(settings)},
        json={"fields": _nested(settings)},
        headers=evidence.OWNER,
    )
    answer.raise_for_status()


def _nested(fields: dict[str, Any]) -> dict[str, Any]:
    """ "a.b" as a map within a map, in the words of the REST API."""
    found: dict[str, Any] = {}
    for path, value in fields.items():
        outer, inner = path.split(".")
        found.setdefault(outer, {"mapValue": {"fields": {}}})["mapValue"]["fields"][inner] = value
    return found
