"""Calls and billed documents of an answered text, and a burst on a cold instance."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from local.emulators.children import free_port
from shared.conversations.timers import QUICK
from tests.bench.meter import Meter, Tally
from tests.bench.table import Row
from tests.stack import ROOT, RunningStack, environment, eventually, received, secrets_of, served

AGENCY = "testing-agency"
LONG = 10_000


@asynccontextmanager
async def metered(stack: RunningStack) -> AsyncIterator[tuple[Meter, str]]:
    """A second function host, whose every call to Firestore passes a meter."""
    meter, port = Meter(stack.info["gate"]), free_port()
    await meter.start()
    url = f"http://127.0.0.1:{port}"
    env = environment(stack.info) | {"FUNCTIONS_URL": url, "FIRESTORE_EMULATOR_HOST": f"127.0.0.1:{meter.port}"}
    secrets = stack.info["standins"]["secrets"].removeprefix("http://")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.host", "--port", str(port), "--secrets", secrets),
        cwd=ROOT,
        env=env,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually(lambda: _healthy(stack, url), "the metered host")
        yield meter, url
    finally:
        process.terminate()
        await process.wait()
        await meter.stop()


async def _healthy(stack: RunningStack, url: str) -> bool | None:
    try:
        return (await stack.client.get(f"{url}/health")).status_code == 200 or None
    except OSError:
        return None
    except Exception as error:
        if "Connect" in type(error).__name__:
            return None
        raise


async def rows(stack: RunningStack) -> list[Row]:
    async with metered(stack) as (meter, url):
        customer = stack.new_customer()
        await _exchange(stack, url, customer, 1)  # the instance learns the tenant
        cold = meter.reset()
        for number in range(2, 10):
            await _exchange(stack, url, customer, number)
        meter.reset()
        webhook, tenth = await _warm(stack, meter, url, customer, 10)
        await _lengthen(stack, customer, LONG)
        meter.reset()
        _, late = await _warm(stack, meter, url, customer, 13)
    return [
        Row("Firestore calls of the first text of an instance (mint included)", str(cold.total_calls), "", None),
        Row(
            "Firestore calls, inbound text, warm", str(webhook.total_calls), "1 (+ 1 enqueue)", webhook.total_calls == 1
        ),
        _calls(tenth),
        _reads("message 10", webhook, tenth),
        _writes("message 10", webhook, tenth),
        _reads("message 10,000", webhook, late),
        _writes("message 10,000", webhook, late),
        Row(
            "the same at message 10 and at message 10,000",
            f"{_billed(tenth)} and {_billed(late)}",
            "equal",
            _billed(tenth) == _billed(late),
        ),
    ]


async def _warm(stack: RunningStack, meter: Meter, url: str, customer: str, count: int) -> tuple[Tally, Tally]:
    """The webhook's and the rest's, of the cheapest of three texts: in one of them an instance may read settings again,
    and in another one the tenant's account."""
    all_three = []
    for number in range(count, count + 3):
        webhook = await _webhook(stack, meter, url, customer, number)
        all_three.append((webhook, await _rest(stack, meter, customer, number)))
    return min(all_three, key=lambda one: one[1].reads)


def _calls(tally: Tally) -> Row:
    text = f"{tally.total_calls} ({', '.join(f'{n} {name}' for name, n in sorted(tally.calls.items()))})"
    return Row("Firestore calls, answer + send + 2 reports", text, "≤ 5 + ≤ 4 + 2 × 2", tally.total_calls <= 13)


def _reads(when: str, webhook: Tally, rest: Tally) -> Row:
    reads = webhook.reads + rest.reads
    text = f"{reads} (+ {rest.history} of history)"
    return Row(f"documents read per answered text, {when}", text, "≤ 10 beside the history", reads <= 10)


def _writes(when: str, webhook: Tally, rest: Tally) -> Row:
    """Status events are extra (DESIGN §9): each of the two reports may write one document."""
    total = webhook.writes + webhook.deletes + rest.writes + rest.deletes
    return Row(f"documents written and deleted per answered text, {when}", f"{total}", "≤ 12 + 2 reports", total <= 14)


def _billed(tally: Tally) -> tuple[int, int, int]:
    return tally.reads, tally.writes, tally.deletes


async def _exchange(stack: RunningStack, url: str, customer: str, count: int) -> None:
    await _text(stack, url, customer, count)
    await _settled(stack, customer, count)


async def _settled(stack: RunningStack, customer: str, count: int) -> None:
    """The text is answered and its last report written."""
    await stack.answers(customer, count)
    await stack.idle()
    await asyncio.sleep(1)  # the carrier's last report is on its way: nothing else says when it is written


async def _webhook(stack: RunningStack, meter: Meter, url: str, customer: str, count: int) -> Tally:
    await _text(stack, url, customer, count)
    return meter.reset()


async def _rest(stack: RunningStack, meter: Meter, customer: str, count: int) -> Tally:
    await _settled(stack, customer, count)
    return meter.reset()


async def _text(stack: RunningStack, url: str, customer: str, count: int) -> None:
    """Never the same twice, and now and then as slow as a person: a machine would be stopped."""
    await asyncio.sleep(QUICK.total_seconds() + 1 if count % 5 == 0 else 0)
    tenant = stack.tenant(AGENCY)
    body = received(customer, tenant["sms"][0], f"Where can I park car {count}?", id=str(uuid.uuid4()))
    address = f"{url}/telnyx-sms/{tenant['channels']['telnyx-sms']}"
    answer = await stack.post_signed(address, json.dumps(body).encode(), seed=stack.seed_of(AGENCY))
    answer.raise_for_status()


async def _lengthen(stack: RunningStack, customer: str, count: int) -> None:
    """Gives the conversation a past of `count` messages, written as the emulator's owner."""
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    base = f"projects/{stack.info['project']}/databases/(default)/documents"
    past = datetime.now(UTC) - timedelta(days=300)
    for start in range(0, count, 500):
        writes = [
            _old(base, conversation["id"], customer, past + timedelta(minutes=n)) for n in range(start, start + 500)
        ]
        answer = await stack.client.post(
            f"http://{stack.info['firestore']}/v1/{base}:commit",
            json={"writes": writes},
            headers={"authorization": "Bearer owner"},
        )
        answer.raise_for_status()


def _old(base: str, conversation: str, customer: str, at: datetime) -> dict[str, Any]:
    fields = {
        "conversation_id": {"stringValue": conversation},
        "direction": {"stringValue": "in"},
        "author": {"stringValue": "customer"},
        "text": {"stringValue": "an old text"},
        "sender": {"stringValue": customer},
        "recipient": {"stringValue": "+12817679141"},
        "received_at": {"timestampValue": at.isoformat().replace("+00:00", "Z")},
    }
    return {"update": {"name": f"{base}/tenants/{AGENCY}/messages/{uuid.uuid4().hex}", "fields": fields}}


async def burst(stack: RunningStack, requests: int = 80) -> Row:
    """Requests at once on an instance that has never answered one."""
    env = environment(stack.info) | await secrets_of(stack.info, "ADDRESS_HASH_KEY")
    tenant = stack.tenant(AGENCY)
    async with served("telnyx_sms", env, quiet=True) as (url, _):

        async def one() -> int:
            body = received(stack.new_customer(), tenant["sms"][0], "Where can I park?", id=str(uuid.uuid4()))
            address = f"{url}/{tenant['channels']['telnyx-sms']}"
            raw = json.dumps(body).encode()
            return (await stack.post_signed(address, raw, seed=stack.seed_of(AGENCY))).status_code

        began = time.perf_counter()
        statuses = await asyncio.gather(*(one() for _ in range(requests)))
        seconds = time.perf_counter() - began
    answered = sum(status == 200 for status in statuses)
    return Row(
        f"{requests} texts at once on a cold instance",
        f"{answered} answered in {seconds:.2f} s",
        "all",
        answered == requests,
    )


async def senders(stack: RunningStack, parallel: int = 64, each: int = 8) -> Row:
    """The webhook under many senders at once, everything else of this machine's cloud included."""
    tenant, seconds = stack.tenant(AGENCY), []
    url = stack.function("telnyx-sms", tenant["channels"]["telnyx-sms"])

    async def one_sender() -> None:
        customer = stack.new_customer()
        for number in range(each):
            body = received(customer, tenant["sms"][0], f"Where can I park car {number}?", id=str(uuid.uuid4()))
            began = time.perf_counter()
            answer = await stack.post_signed(url, json.dumps(body).encode(), seed=stack.seed_of(AGENCY))
            answer.raise_for_status()
            seconds.append(time.perf_counter() - began)

    await stack.client.post(stack.standin("tasks", "/__pause"))  # the webhook alone: answering comes after
    try:
        await asyncio.gather(*(one_sender() for _ in range(parallel)))
    finally:
        await stack.client.post(stack.standin("tasks", "/__resume"))
    cuts = statistics.quantiles(seconds, n=100)
    text = f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms of {len(seconds)}"
    return Row(f"webhook under {parallel} parallel senders", text, "", None)
