"""Cold starts and memory: a process under the platform's own command, until its first valid request is answered."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.emulators.children import free_port
from shared.boundary.manifest import functions
from tests.bench.apart import platform, without_limits
from tests.bench.processes import resident
from tests.bench.table import Row
from tests.stack import ROOT, RunningStack, environment, received, secrets_of
from tests.visitors import Browser, any_network

HERE = Path(__file__).parent
Ask = Callable[[str], Awaitable[httpx.Response]]
Subject = tuple[str, Path, dict[str, str], Ask]  # what is started, of which file, in which environment, and asked what
VISITS = 4  # that take turns: one may call sixty times at once
LEAN = frozenset({"telnyx-sms", "send-link", "get-classes"})  # providers and calls wait for these


@dataclass(frozen=True)
class Started:
    seconds: float
    megabytes: float


async def start(python: str, target: str, source: Path, env: dict[str, str], ask: Ask, requests: int = 1) -> Started:
    """Seconds from the start of the process to the first 200; resident megabytes after `requests` of them."""
    port = free_port()
    command = [python, "-m", "functions_framework", "--target", target, "--source", str(source)]
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command, "--host", "127.0.0.1", "--port", str(port), cwd=ROOT, env=env, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _first_answer(f"http://127.0.0.1:{port}", ask)
        seconds = time.perf_counter() - began
        for _ in range(requests - 1):
            (await ask(f"http://127.0.0.1:{port}")).raise_for_status()
        return Started(seconds, resident(process.pid))
    finally:
        process.terminate()
        await process.wait()


async def _first_answer(url: str, ask: Ask) -> None:
    while True:
        try:
            answer = await ask(url)
        except httpx.ConnectError:
            await asyncio.sleep(0.005)
            continue
        if answer.status_code != 200:
            raise RuntimeError(f"the first answer was {answer.status_code}: {answer.text}")
        return


async def rows(stack: RunningStack, runs: int, python: str) -> list[Row]:
    """Interleaved and in random order: a machine that gets slower does so for all of them, and nobody always follows
    the one that leaves the most behind.

    `python`: of an environment with what is deployed and no test tools; some libraries import what they find.
    """
    env = environment(stack.info) | await secrets_of(
        stack.info, "ADDRESS_HASH_KEY", "FIELD_ENCRYPTION_KEY", "TELNYX_API_KEY"
    )
    bare = {**env, "FIRESTORE_EMULATOR_HOST": stack.info["firestore"]}
    subjects: dict[str, Subject] = {
        "floor": ("floor", HERE / "floor.py", bare, stack.client.get),
        "telnyx-sms": ("telnyx_sms", ROOT / "main.py", env, text_of(stack)),
        "send-link": ("send_link", ROOT / "main.py", env, await link_of(stack)),
        "get-classes": ("get_classes", ROOT / "main.py", env, classes_of(stack)),
        "every SDK at the top": ("baseline", HERE / "baseline.py", bare, stack.client.get),
        **await chat_subjects(stack),
    }
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(runs):
        for name, subject in random.sample(list(subjects.items()), len(subjects)):
            times[name].append((await start(python, *subject)).seconds)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    table = [Row("cold start: the floor (framework, Firestore, one read)", f"{medians['floor']:.2f} s", "", None)]
    for name in list(subjects)[1:]:
        ratio = medians[name] / medians["floor"]
        budget = ("≤ 1.4 × the floor", ratio <= 1.4) if name in LEAN else ("", None)
        table.append(Row(f"cold start: {name}", f"{medians[name]:.2f} s, {ratio:.2f} ×", *budget))
    for name in ("telnyx-sms", "get-classes"):
        megabytes = (await start(python, *subjects[name], requests=100)).megabytes
        table.append(Row(f"memory after 100 requests: {name}", f"{megabytes:.0f} MB", "≤ 110 MB", megabytes <= 110))
    megabytes = (await start(python, *subjects["chat-message"], requests=100)).megabytes
    table.append(Row("memory after 100 requests: chat-message", f"{megabytes:.0f} MB", "", None))
    return table


def text_of(stack: RunningStack) -> Ask:
    tenant = stack.tenant("testing-agency")

    async def ask(url: str) -> httpx.Response:
        body = received(stack.new_customer(), tenant["sms"][0], "Where can I park?", id=str(uuid.uuid4()))
        address = f"{url}/{tenant['channels']['telnyx-sms']}"
        return await stack.post_signed(address, json.dumps(body).encode(), seed=stack.seed_of(tenant["id"]))

    return ask


async def link_of(stack: RunningStack) -> Ask:
    tenant, customer = stack.tenant("testing-agency"), stack.new_customer()
    await stack.text(customer, tenant["id"], "Where can I park?")
    await stack.answers(customer)

    async def ask(url: str) -> httpx.Response:
        body = {
            "link": "register",
            "call_control_id": str(uuid.uuid4()),
            "caller": customer,
            "called": tenant["sms"][0],
        }
        address = f"{url}/{tenant['channels']['telnyx-sms']}"
        return await stack.post_signed(address, json.dumps(body).encode(), seed=stack.seed_of(tenant["id"]))

    return ask


def classes_of(stack: RunningStack) -> Ask:
    tenant = stack.tenant("testing-agency")

    async def ask(url: str) -> httpx.Response:
        address = f"{url}/{tenant['channels']['telnyx-sms']}"
        body = {"day": "sat", "called": tenant["sms"][0]}
        return await stack.post_signed(address, json.dumps(body).encode(), seed=stack.seed_of(tenant["id"]))

    return ask


async def chat_subjects(stack: RunningStack) -> dict[str, Subject]:
    """The chat's functions, each asked what a visitor's browser asks it."""
    await without_limits(stack)
    browsers = [await Browser(stack, "testing-agency").start() for _ in range(VISITS)]
    asks = {
        "chat-start": start_of(browsers[0]),
        "chat-events": first_of(browsers, "state", lambda _: {"seen": None}),
        "chat-message": first_of(browsers, "answer", lambda one: one.written(f"Where can I park {uuid.uuid4()}?")),
    }
    named = {function.name: function for function in functions()}
    gate = {"FIRESTORE_EMULATOR_HOST": stack.info["gate"]}
    return {
        name: (named[name].target, ROOT / "main.py", await platform(stack, named[name]) | gate, ask)
        for name, ask in asks.items()
    }


def start_of(browser: Browser) -> Ask:
    async def ask(url: str) -> httpx.Response:
        headers = {"origin": browser.origin, "x-forwarded-for": any_network(), "content-type": "text/plain"}
        body = {"resume": None, "identity": None, "locale": "en-US", "page": f"{browser.origin}/"}
        return await browser.stack.client.post(f"{url}/{browser.key}", content=json.dumps(body), headers=headers)

    return ask


def first_of(browsers: Sequence[Browser], event: str, body: Callable[[Browser], dict[str, object]]) -> Ask:
    """The answer's head, once the stream has told this event. The visits take turns."""
    turns = itertools.cycle(browsers)

    async def ask(url: str) -> httpx.Response:
        browser = next(turns)
        headers, asked = browser.frame(**{"x-forwarded-for": any_network()}), json.dumps(body(browser))
        async with browser.stack.client.stream("POST", url, content=asked, headers=headers) as answer:
            async for line in answer.aiter_lines():
                if line == f"event: {event}":
                    return answer
            raise RuntimeError(f"there was no {event} event: {answer.status_code}")

    return ask
