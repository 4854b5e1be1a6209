"""Our own Cloud Tasks client: lost answers, an outage, what it sends to the real service, and what it does not load."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import NamedTuple

import grpc.aio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.tasks import Tasks
from shared.config import Config
from shared.errors import Problem, Unavailable
from shared.tasks import CloudTasks, Task, task_name
from tests.contract.google_support import PROJECT, controls, settings

FUNCTIONS = "http://127.0.0.1:1"
PARENT = f"projects/{PROJECT}/locations/us-central1/queues/send"


class Cloud(NamedTuple):
    client: CloudTasks
    http: httpx.AsyncClient
    config: Config

    async def attempts(self) -> int:
        return len((await self.http.get("/__calls")).json())


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    standin = Tasks(lambda email, audience: "")
    await standin.start()
    config = settings(functions_url=FUNCTIONS, tasks=f"127.0.0.1:{standin.port}")
    client = CloudTasks(config)
    async with controls(standin.url) as http:
        await http.post("/__pause")
        yield Cloud(client, http, config)
    await client.close()
    await standin.stop()


def send_task(**changes: object) -> Task:
    return Task(
        **({"queue": "send", "function": "send", "name": task_name("s-m1"), "body": {"message": "m1"}} | changes)
    )


async def test_a_call_that_was_lost_is_made_again_under_the_same_name(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"drop": True})
    assert await cloud.client.enqueue(send_task())
    assert await cloud.attempts() == 2


async def test_a_lost_answer_leaves_one_task_and_is_told_as_already_there(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"drop": True, "phase": "after"})
    assert not await cloud.client.enqueue(send_task())
    assert len((await cloud.http.get("/__tasks")).json()) == 1


async def test_two_lost_calls_are_unavailable_and_there_is_no_third(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"drop": True, "times": 5})
    with pytest.raises(Unavailable):
        await cloud.client.enqueue(send_task())
    assert await cloud.attempts() == 2


@pytest.mark.parametrize("status", [429, 500, 401, 418])
async def test_a_refusal_that_passes_is_unavailable_after_one_call(cloud: Cloud, status: int) -> None:
    await cloud.http.post("/__faults", json={"status": status, "times": 5})
    with pytest.raises(Unavailable):
        await cloud.client.enqueue(send_task())
    assert await cloud.attempts() == 1


@pytest.mark.parametrize(
    ("status", "code"), [(403, "PERMISSION_DENIED"), (404, "NOT_FOUND"), (400, "INVALID_ARGUMENT")]
)
async def test_a_refusal_for_good_is_an_error_that_says_which(cloud: Cloud, status: int, code: str) -> None:
    await cloud.http.post("/__faults", json={"status": status})
    with pytest.raises(Problem, match=code) as refusal:
        await cloud.client.enqueue(send_task())
    assert (refusal.value.status, refusal.value.code) == (500, "task_refused")


async def test_nobody_at_the_address_is_unavailable_and_not_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.tasks.AGAIN", 0.05)
    client = CloudTasks(settings(functions_url=FUNCTIONS, tasks="127.0.0.1:1"))
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            await client.enqueue(send_task())
    await client.close()


async def test_a_call_that_hangs_ends_at_its_timeout_and_is_made_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.tasks.TIMEOUT", 0.3)
    await cloud.http.post("/__faults", json={"latency_ms": 60_000, "drop": True})
    assert await cloud.client.enqueue(send_task())
    assert await cloud.attempts() == 2


async def test_the_real_service_is_told_who_calls_and_the_stand_in_is_not(cloud: Cloud) -> None:
    async def token() -> str:
        return "ya29.of-this-function"

    opened: list[str | None] = []

    def plaintext(address: str | None) -> grpc.aio.Channel:
        opened.append(address)
        return grpc.aio.insecure_channel(cloud.config.endpoints.tasks or "")

    real = CloudTasks(settings(functions_url=FUNCTIONS, tasks=None), token, plaintext)
    await real.enqueue(send_task())
    await cloud.client.enqueue(send_task())
    await real.close()
    to_real, to_standin = (await cloud.http.get("/__calls")).json()
    assert opened == [None]
    assert to_real["headers"]["authorization"] == "Bearer ya29.of-this-function"
    assert to_real["headers"]["x-goog-request-params"] == f"parent={PARENT}"
    assert "authorization" not in to_standin["headers"]


async def test_the_channel_to_the_real_service_is_encrypted_and_opens_without_a_call() -> None:
    client = CloudTasks(settings(functions_url=FUNCTIONS, tasks=None))
    assert isinstance(client._channel(), grpc.aio.Channel)
    assert client._channel() is client._channel()
    await client.close()


async def test_many_tasks_at_once_are_all_created_on_one_channel(cloud: Cloud) -> None:
    created = await asyncio.gather(*(cloud.client.enqueue(send_task(name=f"n{n}")) for n in range(100)))
    assert all(created)
    assert len((await cloud.http.get("/__tasks")).json()) == 100


def test_each_event_loop_has_its_own_channel() -> None:
    client = CloudTasks(settings(functions_url=FUNCTIONS, tasks="127.0.0.1:1"))

    async def once() -> grpc.aio.Channel:
        return client._channel()

    with asyncio.Runner() as one, asyncio.Runner() as two:
        first, again, second = one.run(once()), one.run(once()), two.run(once())
        assert first is again
        assert first is not second
        one.run(client.close())
        two.run(client.close())


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=100))
def test_a_tasks_name_begins_with_a_hash_of_the_rest(rest: str) -> None:
    assert re.fullmatch(rf"[0-9a-f]{{8}}-{re.escape(rest)}", task_name(rest))
    assert task_name(rest) == task_name(rest)
    assert task_name(rest)[:8] != task_name(rest + "x")[:8]


def run_python(code: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


def test_importing_the_client_loads_neither_grpc_nor_the_library() -> None:
    run_python("import sys, shared.tasks; assert not {'grpc', 'google.cloud.tasks_v2'} & set(sys.modules)")


def test_the_messages_come_without_the_librarys_clients_and_leave_it_importable() -> None:
    run_python("""
import sys
from shared import tasks
request, task = tasks._messages()
assert not [name for name in sys.modules if name.startswith("google.cloud.tasks_v2.services")]
from google.cloud import tasks_v2
assert tasks_v2.CreateTaskRequest is tasks_v2.types.CreateTaskRequest is request
assert tasks_v2.Task is task
assert tasks_v2.CloudTasksAsyncClient
""")


def test_the_messages_of_a_library_that_is_already_loaded_are_used() -> None:
    run_python("""
from google.cloud import tasks_v2
from shared import tasks
assert tasks._messages() == (tasks_v2.CreateTaskRequest, tasks_v2.Task)
import sys
assert sys.modules["google.cloud.tasks_v2"] is tasks_v2
""")
