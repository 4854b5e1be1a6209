"""Remote calls of an inbound text: what the webhook asks of the network before it answers.

Firestore's calls are counted by the meter, tasks by the queue's stand-in, mint's by its own log. The metadata server is
on the instance's own machine and does not count.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from tests.bench.meter import Meter
from tests.bench.table import Row
from tests.stack import RunningStack, environment, received, secrets_of, served

FIRST, SECOND = "testing-agency", "bss-cypress-spring"


async def rows(stack: RunningStack, state: Path) -> list[Row]:
    """`state`: the running stack's folder, where mint's log is."""
    meter = Meter(stack.info["gate"])
    await meter.start()
    env = environment(stack.info) | await secrets_of(stack.info, "ADDRESS_HASH_KEY")
    env |= {"FIRESTORE_EMULATOR_HOST": f"127.0.0.1:{meter.port}"}
    await stack.idle()
    await stack.client.post(stack.standin("tasks", "/__pause"))  # nothing but the webhook is at work
    try:
        async with served("telnyx_sms", env, quiet=True) as (url, _):

            async def one(tenant_id: str) -> tuple[int, int, int]:
                """Calls of mint, Firestore and the queue."""
                minted, tasks = _minted(state), await _tasks(stack)
                meter.reset()
                await _text(stack, url, tenant_id)
                return _minted(state) - minted, meter.reset().total_calls, await _tasks(stack) - tasks

            first, warm, another = await one(FIRST), await one(FIRST), await one(SECOND)
    finally:
        await stack.client.post(stack.standin("tasks", "/__resume"))
        await meter.stop()
    return [
        _row("warm", warm, 2),
        _row("from a tenant new to the instance", another, 3),
        _row("the first of an instance", first, 3),
    ]


def _minted(state: Path) -> int:
    return (state / "host.log").read_text().count('"count": "minted"')


def _row(which: str, calls: tuple[int, int, int], budget: int) -> Row:
    mint, firestore, queue = calls
    text = f"{sum(calls)} ({mint} mint, {firestore} Firestore, {queue} enqueue)"
    return Row(f"remote calls of an inbound text, {which}", text, f"{budget}", sum(calls) <= budget)


async def _tasks(stack: RunningStack) -> int:
    return len((await stack.client.get(stack.standin("tasks", "/__tasks"))).json())


async def _text(stack: RunningStack, url: str, tenant_id: str) -> None:
    tenant = stack.tenant(tenant_id)
    body = received(stack.new_customer(), tenant["sms"][0], "Where can I park?", id=str(uuid.uuid4()))
    address = f"{url}/{tenant['channels']['telnyx-sms']}"
    answer = await stack.post_signed(address, json.dumps(body).encode(), seed=stack.seed_of(tenant_id))
    answer.raise_for_status()
