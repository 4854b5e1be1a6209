"""The same guarantees through our lean client and through the library's own: the stand-in is a Cloud Tasks to both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import grpc.aio
import httpx
import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcAsyncIOTransport

from local.standins.base import Fault
from local.standins.signing import Signing
from local.standins.tasks import Tasks
from local.wire import serve_http
from shared import oidc
from shared.clock import SystemClock
from shared.config import Config
from shared.errors import Problem
from shared.signing_keys import SigningKeys
from shared.tasks import CloudTasks, Task, TaskQueue, task_name
from tests.contract.google_support import PROJECT, Handler, controls, fixture, handling, settings, until

INVOKER = f"tasks-invoker@{PROJECT}.iam.gserviceaccount.com"
FAR = timedelta(days=2)
SIGNING = Signing(PROJECT)


class StockTasks:
    """TaskQueue through google-cloud-tasks as it is published."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.refusal = ""
        self._channel = grpc.aio.insecure_channel(config.endpoints.tasks or "")
        self._client = tasks_v2.CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=self._channel))

    async def enqueue(self, task: Task) -> bool:
        parent = self._client.queue_path(self._config.project, self._config.region, task.queue)
        url = f"{self._config.functions_url}/{task.function}"
        request = tasks_v2.HttpRequest(
            url=url,
            headers={"Content-Type": "application/json"},
            body=json.dumps(dict(task.body)).encode(),
            oidc_token=tasks_v2.OidcToken(service_account_email=INVOKER),  # no audience: the default is the URL
        )
        message = tasks_v2.Task(
            name=f"{parent}/tasks/{task.name}",
            http_request=request,
            dispatch_deadline=task.deadline,
            schedule_time=task.at,
        )
        try:
            await self._client.create_task(parent=parent, task=message)
        except AlreadyExists as error:
            self.refusal = error.message
            return False
        return True

    async def close(self) -> None:
        await self._channel.close()


class Setting(NamedTuple):
    standin: Tasks
    handler: Handler
    queue: TaskQueue
    http: httpx.AsyncClient


@pytest.fixture(params=[CloudTasks, StockTasks], ids=["lean", "stock"])
async def cloud(request: pytest.FixtureRequest) -> AsyncIterator[Setting]:
    standin = Tasks(SIGNING.id_token)
    await standin.start()
    async with handling() as handler, controls(standin.url) as http:
        client = request.param(settings(functions_url=handler.url, tasks=f"127.0.0.1:{standin.port}"))
        yield Setting(standin, handler, client, http)
        await client.close()
        await standin.stop()


def answer_task(**changes: object) -> Task:
    values = {"queue": "answer", "function": "answer", "name": task_name("a-m123"), "body": {"message_id": "m123"}}
    return Task(**(values | changes))


async def test_a_task_is_delivered_with_the_headers_of_the_real_service(cloud: Setting) -> None:
    before = datetime.now(UTC).timestamp()
    assert await cloud.queue.enqueue(answer_task())
    [got] = await cloud.handler.got(1)
    expected = {name.lower() for name in fixture("cloudtasks/handler_headers")}
    assert expected <= set(got.headers)
    ours = {name for name in got.headers if name.startswith("x-")}
    assert ours == {name for name in expected if name.startswith("x-")}
    assert got.path == "/answer"
    assert json.loads(got.body) == {"message_id": "m123"}
    assert got.headers["user-agent"] == "Google-Cloud-Tasks"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-cloudtasks-queuename"] == "answer"
    assert got.headers["x-cloudtasks-taskname"] == task_name("a-m123")
    assert got.headers["x-cloudtasks-taskretrycount"] == got.headers["x-cloudtasks-taskexecutioncount"] == "0"
    assert before - 1 <= float(got.headers["x-cloudtasks-tasketa"]) <= before + 5


async def test_the_token_of_a_delivery_proves_the_invoker_to_exactly_the_called_function(cloud: Setting) -> None:
    await cloud.queue.enqueue(answer_task())
    [got] = await cloud.handler.got(1)
    scheme, _, token = got.headers["authorization"].partition(" ")
    certificates = await serve_http(SIGNING.app)
    try:
        keys = SigningKeys(f"{certificates.url}/oauth2/v3/certs")
        audience = f"{cloud.handler.url}/answer"
        caller = await oidc.verify(token, audience=audience, emails=[INVOKER], clock=SystemClock(), keys=keys)
        with pytest.raises(oidc.CallerRefused):
            await oidc.verify(token, audience=cloud.handler.url, emails=[INVOKER], clock=SystemClock(), keys=keys)
    finally:
        await certificates.stop()
    assert (scheme, caller.email) == ("Bearer", INVOKER)


async def test_a_name_is_used_once_even_after_its_task_has_run(cloud: Setting) -> None:
    assert await cloud.queue.enqueue(answer_task())
    await cloud.handler.got(1)
    await until(lambda: state_is(cloud, "done"))
    assert not await cloud.queue.enqueue(answer_task())
    assert not await cloud.queue.enqueue(answer_task(body={"message_id": "another"}))
    assert await cloud.queue.enqueue(answer_task(name=task_name("a-m124")))
    assert len(await cloud.handler.got(2)) == 2


async def test_a_used_name_is_refused_in_the_words_of_the_real_service(cloud: Setting) -> None:
    stock = StockTasks(settings(functions_url=cloud.handler.url, tasks=f"127.0.0.1:{cloud.standin.port}"))
    await cloud.queue.enqueue(answer_task())
    assert not await stock.enqueue(answer_task())
    await stock.close()
    assert stock.refusal == fixture("cloudtasks/error_already_exists")["error"]["message"]


async def test_a_task_waits_for_its_time_and_run_does_not(cloud: Setting) -> None:
    at = datetime.now(UTC) + FAR
    await cloud.queue.enqueue(answer_task(at=at))
    [row] = (await cloud.http.get("/__tasks")).json()
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(row.pop("create_time")) < timedelta(seconds=10)
    assert row == {
        "name": task_name("a-m123"),
        "queue": "answer",
        "url": f"{cloud.handler.url}/answer",
        "schedule_time": at.isoformat(),
        "attempts": 0,
        "state": "waiting",
        "body": {"message_id": "m123"},
        "last_status": None,
    }
    assert cloud.handler.received == []
    [ran] = (await cloud.http.post("/__run", params={"wait": "true"})).json()
    assert (ran["state"], ran["attempts"], ran["last_status"]) == ("done", 1, 200)


async def test_a_time_in_the_past_means_now(cloud: Setting) -> None:
    await cloud.queue.enqueue(answer_task(at=datetime.now(UTC) - timedelta(minutes=1)))
    assert len(await cloud.handler.got(1)) == 1


BAD: dict[str, dict[str, object]] = {
    "a space in the name": {"name": "with space"},
    "a slash in the name": {"name": "a/tasks/b"},
    "a name of 501 characters": {"name": "x" * 501},
    "a letter beyond ASCII": {"name": "ü"},
    "a deadline below 15 s": {"deadline": timedelta(seconds=14)},
    "a deadline above 30 min": {"deadline": timedelta(seconds=1801)},
    "a time in 31 days": {"at": datetime.now(UTC) + timedelta(days=31)},
    "a queue's name with underscores": {"queue": "no_underscores"},
    "more than a megabyte": {"body": {"text": "x" * 1_048_576}},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_what_the_service_refuses_is_refused_and_never_runs(cloud: Setting, bad: dict[str, object]) -> None:
    with pytest.raises((Problem, InvalidArgument)) as refusal:
        await cloud.queue.enqueue(answer_task(**bad))
    assert "INVALID_ARGUMENT" in str(refusal.value) or isinstance(refusal.value, InvalidArgument)
    assert (await cloud.http.get("/__tasks")).json() == []


async def test_what_lies_on_the_border_is_accepted(cloud: Setting) -> None:
    assert await cloud.queue.enqueue(answer_task(name="x" * 500))
    assert await cloud.queue.enqueue(answer_task(name="a", deadline=timedelta(seconds=15)))
    assert await cloud.queue.enqueue(answer_task(name="b", deadline=timedelta(minutes=30)))


async def test_a_creation_is_on_record_as_one_readable_call(cloud: Setting) -> None:
    await cloud.queue.enqueue(answer_task(at=datetime(2026, 1, 1, tzinfo=UTC)))
    [call] = (await cloud.http.get("/__calls")).json()
    assert (call["method"], call["path"]) == ("POST", "/google.cloud.tasks.v2.CloudTasks/CreateTask")
    parent = f"projects/{PROJECT}/locations/us-central1/queues/answer"
    recorded = fixture("cloudtasks/create_task_rest_request")["task"]
    assert set(recorded) <= set(call["body"])
    assert call["body"]["name"] == f"{parent}/tasks/{task_name('a-m123')}"
    assert call["body"]["httpRequest"]["body"] == {"message_id": "m123"}
    assert call["body"]["httpRequest"]["oidcToken"]["serviceAccountEmail"] == INVOKER
    assert call["body"]["dispatchDeadline"] == "180s"
    assert call["headers"]["x-goog-request-params"] == f"parent={parent}"


async def test_a_creation_refused_by_order_creates_nothing(cloud: Setting) -> None:
    await cloud.http.post("/__faults", json={"path": "CreateTask", "status": 429})
    with pytest.raises(Exception, match=r"(?i)again|ordered fault"):
        await cloud.queue.enqueue(answer_task())
    assert (await cloud.http.get("/__tasks")).json() == []
    assert await cloud.queue.enqueue(answer_task())


async def test_a_delayed_creation_is_a_creation(cloud: Setting) -> None:
    cloud.standin.faults.order(Fault(latency_ms=5))
    assert await cloud.queue.enqueue(answer_task())


async def state_is(cloud: Setting, state: str) -> bool:
    return {row["state"] for row in (await cloud.http.get("/__tasks")).json()} == {state}
