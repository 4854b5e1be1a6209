"""A running local cloud, from the outside: signed webhooks in, texts at the carrier out, stack.json for the rest."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import random
import signal
import string
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local.environment import environment as local_environment
from local.ports import Ports

ROOT = Path(__file__).parents[1]
STARTING = 240.0  # seconds; about 15 on an idle machine
PATIENCE = 60.0  # seconds for something that takes 4 on an idle machine

_numbers = itertools.count(1)


class RunningStack:
    """`info` is stack.json. Customers have numbers in 555-01xx of many area codes, each used once."""

    def __init__(self, info: dict[str, Any], client: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
        self.info = info
        self.client = client
        self.process = process
        self._disturbed: set[str] = set()

    # -- addresses

    def function(self, name: str, channel: str | None = None) -> str:
        return f"{self.info['functions']}/{name}" + (f"/{channel}" if channel else "")

    def standin(self, name: str, path: str) -> str:
        return f"{self.info['standins'][name]}{path}"

    def tenant(self, id: str) -> dict[str, Any]:
        return next(tenant for tenant in self.info["tenants"] if tenant["id"] == id)

    def new_customer(self) -> str:
        number = next(_numbers)
        return f"+1{201 + number // 100}55501{number % 100:02d}"

    # -- Telnyx

    async def post_signed(
        self, url: str, body: bytes, *, seed: bytes, at: float | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """A webhook as Telnyx would send it, signed with `seed` at `at` (seconds since the epoch)."""
        stamp = str(int(at if at is not None else datetime.now(UTC).timestamp()))
        signature = Ed25519PrivateKey.from_private_bytes(seed).sign(stamp.encode() + b"|" + body)
        signed = {
            "telnyx-timestamp": stamp,
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
            "content-type": "application/json",
        }
        return await self.client.post(url, content=body, headers={**signed, **(headers or {})})

    def seed_of(self, tenant_id: str) -> bytes:
        return base64.b64decode(self.tenant(tenant_id)["signing"]["telnyx"])

    async def deliver(self, tenant_id: str, body: dict[str, Any], **options: Any) -> httpx.Response:
        """A signed webhook at the tenant's own channel."""
        url = self.function("telnyx-sms", self.tenant(tenant_id)["channels"]["telnyx-sms"])
        return await self.post_signed(url, json.dumps(body).encode(), seed=self.seed_of(tenant_id), **options)

    async def text(self, customer: str, tenant_id: str, words: str) -> dict[str, Any]:
        """A customer's text, on its way through the stand-in's own signed delivery."""
        sent = {"from": customer, "to": self.tenant(tenant_id)["sms"][0], "text": words}
        answer = await self.client.post(self.standin("telnyx", "/__inbound"), json=sent)
        return answer.json()

    async def phone(self, customer: str) -> list[dict[str, Any]]:
        """What this customer's phone shows of ours, oldest first."""
        messages = (await self.client.get(self.standin("telnyx", "/__messages"))).json()
        return [message for message in messages if message["to"] == customer]

    async def answers(self, customer: str, count: int = 1) -> list[dict[str, Any]]:
        """Waits until `count` texts of ours have reached a final state at the customer's."""
        final = ("delivered", "delivery_failed", "delivery_unconfirmed", "sending_failed")

        async def enough() -> list[dict[str, Any]] | None:
            shown = [message for message in await self.phone(customer) if message["status"] in final]
            return shown if len(shown) >= count else None

        return await eventually(enough, f"{count} answers to {customer}")

    async def notice(self, phone: str, conversation: str) -> dict[str, Any]:
        """Waits until this phone of the staff has a text about this conversation: other tests write to it too."""

        async def there() -> dict[str, Any] | None:
            found = await self.notices(phone, conversation)
            return found[-1] if found else None

        found: dict[str, Any] = await eventually(there, f"a text to {phone} about {conversation}")
        return found

    async def notices(self, phone: str, conversation: str) -> list[dict[str, Any]]:
        """The texts to this phone that link to the conversation, oldest first."""
        return [text for text in await self.phone(phone) if text["text"].endswith(f"/inbox/{conversation}")]

    # -- faults, calls, tasks

    async def fault(self, standin: str, **fault: Any) -> None:
        """Orders a fault. `contains=[…]` where the stand-in may have others' traffic too; the test's end clears it."""
        self._disturbed.add(standin)
        (await self.client.post(self.standin(standin, "/__faults"), json=fault)).raise_for_status()

    async def clear_faults(self, standin: str) -> None:
        await self.client.delete(self.standin(standin, "/__faults"))

    async def faults_to_come(self, standin: str) -> list[dict[str, Any]]:
        """Those that nothing has met yet."""
        waiting: list[dict[str, Any]] = (await self.client.get(self.standin(standin, "/__faults"))).json()
        return waiting

    async def held(self, standin: str, name: str) -> None:
        """Waits until a call is held by the fault of this name."""

        async def there() -> bool | None:
            return name in (await self.client.get(self.standin(standin, "/__held"))).json() or None

        await eventually(there, f"a call of {standin} to be held")

    async def release(self, standin: str, name: str) -> None:
        await self.client.delete(self.standin(standin, "/__held"), params={"name": name})

    async def calm(self) -> None:
        """Nothing that a test has ordered is left for the next one."""
        for standin in self._disturbed:
            await self.clear_faults(standin)
            await self.client.delete(self.standin(standin, "/__held"))
        self._disturbed.clear()

    async def calls(self, standin: str, path: str = "") -> list[dict[str, Any]]:
        calls = (await self.client.get(self.standin(standin, "/__calls"))).json()
        return [call for call in calls if call["path"].startswith(path)]

    async def idle(self, seconds: float = PATIENCE) -> None:
        """Waits until nothing is left to do: no task runs, and none is due within a minute.

        A watch over a hand-off sleeps on its queue, for minutes and until nobody needs it: only one that runs counts.
        Nor does the safety net of a visitor's message count, which their own request has answered long before.
        """

        left: list[dict[str, Any]] = []

        async def none() -> bool | None:
            tasks = (await self.client.get(self.standin("tasks", "/__tasks"))).json()
            now = datetime.now(UTC)
            soon = (now + timedelta(seconds=60)).isoformat()
            unfinished = (task for task in tasks if task["state"] not in ("done", "failed"))
            left[:] = [
                task
                for task in unfinished
                if task["state"] == "running"
                or (task["queue"] != "escalate" and task["schedule_time"] < soon and not _is_a_net(task))
            ]
            return not left or None

        try:
            await eventually(none, "all tasks to be done", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}; left: {left[:3]}") from None

    async def documents(self, path: str) -> list[dict[str, Any]]:
        """A whole collection as the emulator's owner sees it: a test may look where no function may."""
        project = self.info["project"]
        url = f"http://{self.info['firestore']}/v1/projects/{project}/databases/(default)/documents/{path}"
        found: list[dict[str, Any]] = []
        token: str | None = ""
        while token is not None:
            page = {"pageSize": 300, "pageToken": token}
            answer = await self.client.get(url, params=page, headers={"authorization": "Bearer owner"})
            body = answer.raise_for_status().json()
            found += [plain(document) for document in body.get("documents", [])]
            token = body.get("nextPageToken")
        return found

    async def messages_of(self, tenant_id: str, customer: str) -> list[dict[str, Any]]:
        """All stored texts between a tenant and a customer, oldest first."""
        stored = [m for m in await self.documents(f"tenants/{tenant_id}/messages") if m["channel"] == "sms"]
        return sorted(
            (m for m in stored if customer in (m["sender"], m["recipient"])), key=lambda m: str(m["received_at"])
        )

    async def reply_that_is(self, state: str, tenant_id: str, customer: str) -> dict[str, Any]:
        """Waits until the newest text of ours is stored in `state`: reports arrive after the text itself."""

        async def reached() -> dict[str, Any] | None:
            outbound = [m for m in await self.messages_of(tenant_id, customer) if m["direction"] == "out"]
            return outbound[-1] if outbound and outbound[-1]["state"] == state else None

        found: dict[str, Any] = await eventually(reached, f"a reply that is {state}")
        return found

    async def conversation_of(self, tenant_id: str, customer: str) -> dict[str, Any] | None:
        stored = await self.documents(f"tenants/{tenant_id}/conversations")
        return next((c for c in stored if c["address"] == customer), None)


def _is_a_net(task: dict[str, Any]) -> bool:
    """A text's own task is due within seconds of it."""
    created, due = (datetime.fromisoformat(task[time]) for time in ("create_time", "schedule_time"))
    return task["queue"] == "answer" and task["attempts"] == 0 and due - created > timedelta(seconds=20)


async def eventually(probe: Callable[[], Awaitable[Any]], what: str, seconds: float = PATIENCE) -> Any:
    """The first answer of `probe` that is not None."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await probe()) is None:
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"waited {seconds:.0f} seconds for {what}")
        await asyncio.sleep(0.1)
    return found


def a_word() -> str:
    """One that nobody else writes, by which a text is found again where no number is told."""
    return "".join(random.choices(string.ascii_lowercase, k=10))


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """A document of the REST API as plain values, with its id."""
    fields = {name: _value(value) for name, value in document.get("fields", {}).items()}
    return {**fields, "id": document["name"].rsplit("/", 1)[-1]}


def _value(value: dict[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    match kind:
        case "integerValue":
            return int(content)
        case "nullValue":
            return None
        case "arrayValue":
            return [_value(item) for item in content.get("values", [])]
        case "mapValue":
            return {name: _value(item) for name, item in content.get("fields", {}).items()}
        case _:
            return content


@asynccontextmanager
async def started(state: Path, *arguments: str) -> AsyncIterator[RunningStack]:
    """`python -m local serve` on free ports, until the block ends; it must leave no process behind."""
    with (log := state / "log.txt").open("wb") as output:  # once, before anything runs
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "local", "serve", "--free-ports", "--state", str(state), *arguments),
            cwd=ROOT,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        )
        try:
            info = await _described(state / "stack.json", process, log)
            async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
                yield RunningStack(info, client, process)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Raises TimeoutError for one that does not end, which then does not run on beside the other tests either."""
    try:
        await asyncio.wait_for(process.wait(), 60)
    except TimeoutError:
        process.kill()
        raise


async def _described(file: Path, process: asyncio.subprocess.Process, log: Path) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        if process.returncode is not None:
            raise AssertionError(f"the local cloud ended: {_tail(log)}")
        return _json(file)

    try:
        found: dict[str, Any] = await eventually(there, "the local cloud", STARTING)
        return found
    except AssertionError as late:
        raise AssertionError(f"{late}: {_tail(log)}") from None


def _tail(log: Path) -> str:
    return log.read_text()[-3000:]


def _json(file: Path) -> dict[str, Any] | None:
    return json.loads(file.read_text()) if file.exists() and file.stat().st_size else None


def received(customer: str, ours: str, words: str, *, id: str | None = None, **payload: Any) -> dict[str, Any]:
    """A `message.received` event in Telnyx's shape (tests/fixtures/telnyx/message_received_sms.json)."""
    body = json.loads((ROOT / "tests/fixtures/telnyx/message_received_sms.json").read_text())
    body["data"]["id"] = str(uuid.uuid4())
    body["data"]["payload"] |= {"id": id or str(uuid.uuid4()), "text": words, **payload}
    body["data"]["payload"]["from"]["phone_number"] = customer
    body["data"]["payload"]["to"][0]["phone_number"] = ours
    return body


def environment(info: dict[str, Any], account: str = "edge") -> dict[str, str]:
    """What the platform gives a function that runs as `account`, for one that a test starts beside the running host.

    Secrets are not in it: `local.mount.mount_secrets` fetches them, as the host does.
    """
    places = {name: info[name] for name in ("functions", "gate", "auth", "phone", "widget", "site")} | info["standins"]
    ports = Ports(**{name: int(place.rpartition(":")[2]) for name, place in places.items()})
    platform = Ed25519PrivateKey.from_private_bytes(base64.b64decode(info["signing"]["telnyx"]))
    key = base64.b64encode(platform.public_key().public_bytes_raw()).decode()
    return local_environment(ports, key, info["gate"]) | {
        "GCE_METADATA_HOST": f"127.0.0.1:{ports.signing}/as/{account}",
        "PIPELINE_TIME_DIVISOR": str(info["time_divisor"]),
    }


async def secrets_of(info: dict[str, Any], *names: str) -> dict[str, str]:
    """Values in Secret Manager, as the platform mounts them."""
    found = {}
    async with httpx.AsyncClient(trust_env=False) as client:
        for name in names:
            path = f"/v1/projects/{info['project']}/secrets/{name}/versions/latest:access"
            answer = (await client.get(info["standins"]["secrets"] + path)).raise_for_status().json()
            found[name] = base64.b64decode(answer["payload"]["data"]).decode()
    return found


@asynccontextmanager
async def served(
    target: str, env: dict[str, str], source: Path = ROOT / "main.py", *, quiet: bool = False
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """One function under the platform's real command; its base URL, once it listens."""
    port = Ports.free().functions
    command = ["-m", "functions_framework", "--target", target, "--source", str(source)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *command, "--host", "127.0.0.1", "--port", str(port)),
        cwd=ROOT,
        env=env,
        stderr=asyncio.subprocess.DEVNULL if quiet else None,
    )
    try:
        await eventually(lambda: _listening(port), f"{target} to listen")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)


async def _listening(port: int) -> bool | None:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    writer.close()
    return True
