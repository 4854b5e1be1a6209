"""What happens to a task in the stand-in: retries, deadlines, outages, and the faults one may order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple

import grpc.aio
import httpx
import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound, ServiceUnavailable, TooManyRequests
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcAsyncIOTransport
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import RedirectResponse, Response

from local.queues import configured, read
from local.standins.base import JSON
from local.standins.task_queue import QueueConfig, Rate, Retry
from local.standins.tasks import Tasks
from local.wire import PortTaken
from tests.contract.google_support import Handler, controls, fixture, handling, until
from tests.unit.loopback import MovableClock

PARENT = "projects/p/locations/l/queues/inbound-messages"
NEVER_BY_ITSELF = Retry(min_backoff=3600, max_backoff=3600)  # a second attempt comes by `__run` alone


class Cloud(NamedTuple):
    tasks: Tasks
    handler: Handler
    client: tasks_v2.CloudTasksAsyncClient
    http: httpx.AsyncClient
    limits: dict[float, asyncio.Timeout]  # by its seconds, the limit of the newest dispatch

    async def create(self, name: str = "a94a8fe5-m_123", **fields: object) -> tasks_v2.Task:
        target = tasks_v2.HttpRequest(url=f"{self.handler.url}/inbound", body=b"{}")
        task = tasks_v2.Task(http_request=target, **fields)
        if name:
            task.name = f"{PARENT}/tasks/{name}"
        return await self.client.create_task(parent=PARENT, task=task)

    async def rows(self) -> list[dict[str, JSON]]:
        return (await self.http.get("/__tasks")).json()

    async def states(self) -> list[JSON]:
        return [row["state"] for row in await self.rows()]

    async def settled(self, state: str) -> dict[str, JSON]:
        async def reached() -> bool:
            return [row["attempts"] > 0 and row["state"] for row in await self.rows()] == [state]

        await until(reached)
        return (await self.rows())[0]

    async def run(self) -> list[dict[str, JSON]]:
        return (await self.http.post("/__run", params={"wait": "true"})).json()


@pytest.fixture
async def cloud(request: pytest.FixtureRequest) -> AsyncIterator[Cloud]:
    """A queue that runs two at once; no dispatch ends at its deadline but by the test's hand."""
    given = getattr(request, "param", NEVER_BY_ITSELF)
    config = given if isinstance(given, QueueConfig) else QueueConfig(max_concurrent=2, retry=given)
    limits: dict[float, asyncio.Timeout] = {}

    def limit(seconds: float) -> asyncio.Timeout:
        limits[seconds] = asyncio.timeout(None)
        return limits[seconds]

    tasks = Tasks(lambda email, audience: f"{email}|{audience}", queues={"inbound-messages": config}, limit=limit)
    await tasks.start()
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{tasks.port}")
    client = tasks_v2.CloudTasksAsyncClient(transport=CloudTasksGrpcAsyncIOTransport(channel=channel))
    async with handling() as handler, controls(tasks.url) as http:
        yield Cloud(tasks, handler, client, http, limits)
        await channel.close()
        await tasks.stop()


async def test_a_retry_tells_how_often_and_why_as_the_real_service_does(cloud: Cloud) -> None:
    cloud.handler.answers.extend([Response(status_code=409), Response(status_code=500)])
    await cloud.create()
    await cloud.settled("waiting")
    await cloud.run()
    await cloud.run()
    first, _, third = await cloud.handler.got(3)
    expected = {name.lower(): value for name, value in fixture("cloudtasks/handler_headers_retry").items()}
    unknown = ("x-cloudtasks-tasketa", "x-cloudtasks-taskretryreason")
    for name, value in expected.items():
        assert third.headers[name] == value or name in unknown
    assert "x-cloudtasks-taskpreviousresponse" not in first.headers
    assert await cloud.states() == ["done"]


@pytest.mark.parametrize("cloud", [Retry(min_backoff=0.0)], indirect=True)
async def test_a_task_that_fails_is_tried_again_until_it_succeeds(cloud: Cloud) -> None:
    cloud.handler.answers.extend(Response(status_code=503) for _ in range(6))
    await cloud.create()
    row = await cloud.settled("done")
    assert (row["attempts"], row["last_status"]) == (7, 200)


@pytest.mark.parametrize("cloud", [Retry(max_attempts=3, min_backoff=0.0)], indirect=True)
async def test_after_its_last_attempt_a_task_has_failed_and_is_gone(cloud: Cloud) -> None:
    cloud.handler.answers.extend(Response(status_code=500) for _ in range(9))
    await cloud.create()
    row = await cloud.settled("failed")
    assert (row["attempts"], row["last_status"]) == (3, 500)
    with pytest.raises(NotFound):
        await cloud.client.get_task(name=f"{PARENT}/tasks/{row['name']}")


@pytest.mark.parametrize("in_seconds", [True, False], ids=["seconds", "date"])
async def test_a_retry_after_longer_than_the_backoff_is_honoured(cloud: Cloud, in_seconds: bool) -> None:
    asked = datetime.now(UTC) + timedelta(hours=2)
    header = "7200" if in_seconds else format_datetime(asked, usegmt=True)
    cloud.handler.answers.append(Response(status_code=503, headers={"Retry-After": header}))
    await cloud.create()
    row = await cloud.settled("waiting")
    assert abs(datetime.fromisoformat(str(row["schedule_time"])) - asked) < timedelta(seconds=10)


async def test_a_retry_after_that_says_nothing_is_ignored(cloud: Cloud) -> None:
    cloud.handler.answers.append(Response(status_code=503, headers={"Retry-After": "soon"}))
    await cloud.create()
    row = await cloud.settled("waiting")
    assert datetime.fromisoformat(str(row["schedule_time"])) < datetime.now(UTC) + timedelta(hours=1)


async def test_a_dispatch_ends_at_its_deadline_and_is_owed_again(cloud: Cloud) -> None:
    cloud.handler.open.clear()
    await cloud.create(dispatch_deadline=timedelta(seconds=15))
    await cloud.handler.got(1)
    cloud.limits[15].reschedule(asyncio.get_running_loop().time())
    row = await cloud.settled("waiting")
    assert (row["attempts"], row["last_status"]) == (1, None)
    cloud.handler.open.set()
    await cloud.run()
    _, second = await cloud.handler.got(2)
    assert second.headers["x-cloudtasks-taskretryreason"] == "DEADLINE_EXCEEDED"
    assert second.headers["x-cloudtasks-taskexecutioncount"] == "0"


async def test_without_a_deadline_of_its_own_a_dispatch_has_ten_minutes(cloud: Cloud) -> None:
    await cloud.create()
    await cloud.settled("done")
    assert list(cloud.limits) == [600]


async def test_a_function_that_is_not_there_is_called_again(cloud: Cloud) -> None:
    target = tasks_v2.HttpRequest(url="http://127.0.0.1:1/inbound")
    await cloud.client.create_task(parent=PARENT, task=tasks_v2.Task(http_request=target))
    assert (await cloud.settled("waiting"))["last_status"] is None


async def test_a_redirect_is_a_failure_and_not_followed(cloud: Cloud) -> None:
    cloud.handler.answers.append(RedirectResponse("/elsewhere"))
    await cloud.create()
    row = await cloud.settled("waiting")
    assert (row["last_status"], len(cloud.handler.received)) == (307, 1)


async def test_a_queue_runs_no_more_at_once_than_it_may(cloud: Cloud) -> None:
    cloud.handler.open.clear()
    for number in range(6):
        await cloud.create(f"n{number}")
    await cloud.handler.got(2)
    assert sorted(map(str, await cloud.states())) == ["running"] * 2 + ["waiting"] * 4
    cloud.handler.open.set()
    await cloud.handler.got(6)
    assert cloud.handler.busiest == 2


async def test_a_paused_queue_accepts_and_delivers_when_it_is_resumed(cloud: Cloud) -> None:
    await cloud.http.post("/__pause")
    await cloud.create("first")
    await cloud.create("second")
    assert await cloud.states() == ["waiting", "waiting"]
    assert cloud.handler.received == []
    await cloud.http.post("/__resume")
    await cloud.handler.got(2)


async def test_pausing_one_queue_leaves_the_others_running(cloud: Cloud) -> None:
    await cloud.create("first")
    await cloud.handler.got(1)
    await cloud.http.post("/__pause", params={"queue": "inbound-messages"})
    other = "projects/p/locations/l/queues/other"
    target = tasks_v2.HttpRequest(url=f"{cloud.handler.url}/other")
    await cloud.create("held")
    await cloud.client.create_task(parent=other, task=tasks_v2.Task(http_request=target))
    assert (await cloud.handler.got(2))[1].path == "/other"


async def test_run_reaches_a_paused_queue_too(cloud: Cloud) -> None:
    await cloud.http.post("/__pause")
    await cloud.create()
    assert [row["state"] for row in await cloud.run()] == ["done"]


async def test_a_duplicate_by_order_is_delivered_twice_under_one_name(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"path": "/inbound", "duplicate": 2})
    await cloud.create()
    one, two = await cloud.handler.got(2)
    assert one.headers["x-cloudtasks-taskname"] == two.headers["x-cloudtasks-taskname"]
    row = await cloud.settled("done")
    assert row["attempts"] == 1


async def test_a_reordered_task_is_delivered_after_its_successor(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"path": "/inbound", "reorder": True})
    await cloud.create("first")
    await until(lambda: faults_used(cloud))
    await cloud.create("second")
    names = [got.headers["x-cloudtasks-taskname"] for got in await cloud.handler.got(2)]
    assert names == ["second", "first"]


async def faults_used(cloud: Cloud) -> bool:
    return (await cloud.http.get("/__faults")).json() == []


async def test_a_creation_whose_answer_is_lost_has_created(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"path": "CreateTask", "drop": True, "phase": "after"})
    with pytest.raises(ServiceUnavailable):
        await cloud.create()
    with pytest.raises(AlreadyExists):
        await cloud.create()


async def test_a_creation_that_is_dropped_has_not_created(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"path": "/google.cloud.tasks.v2.CloudTasks/CreateTask", "drop": True})
    with pytest.raises(ServiceUnavailable):
        await cloud.create()
    await cloud.create()


async def test_a_status_by_order_is_its_grpc_code(cloud: Cloud) -> None:
    await cloud.http.post("/__faults", json={"status": 429})
    with pytest.raises(TooManyRequests):
        await cloud.create()


async def test_tasks_without_a_name_get_their_own(cloud: Cloud) -> None:
    one, two = await cloud.create(""), await cloud.create("")
    assert one.name != two.name
    assert one.name.startswith(f"{PARENT}/tasks/")


async def test_a_task_can_be_seen_listed_and_deleted_while_it_waits(cloud: Cloud) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    one = await cloud.create("one", schedule_time=later)
    await cloud.create("two", schedule_time=later)
    seen = await cloud.client.get_task(name=one.name)
    assert (seen.schedule_time, seen.http_request.url) == (later, f"{cloud.handler.url}/inbound")
    assert seen.http_request.body == b""  # the basic view
    full = await cloud.client.get_task(request={"name": one.name, "response_view": tasks_v2.Task.View.FULL})
    assert full.http_request.body == b"{}"
    pages = await cloud.client.list_tasks(request={"parent": PARENT, "page_size": 1})
    assert [task.name.rpartition("/")[2] async for task in pages] == ["one", "two"]
    await cloud.client.delete_task(name=one.name)
    with pytest.raises(NotFound):
        await cloud.client.get_task(name=one.name)
    assert [row["name"] for row in await cloud.run()] == ["two"]
    with pytest.raises(AlreadyExists):  # a deleted name stays used for a while
        await cloud.create("one")


async def test_a_task_named_for_another_queue_is_refused(cloud: Cloud) -> None:
    task = tasks_v2.Task(name="projects/p/locations/l/queues/other/tasks/x", http_request={"url": "http://a.example"})
    with pytest.raises(InvalidArgument, match="must be the same as the queue name"):
        await cloud.client.create_task(parent=PARENT, task=task)


@pytest.mark.parametrize("url", ["", "ftp://a.example/x", "answer", "http://", "http://a.example/" + "x" * 2083])
async def test_a_target_that_cannot_be_called_is_refused(cloud: Cloud, url: str) -> None:
    with pytest.raises(InvalidArgument):
        await cloud.client.create_task(parent=PARENT, task=tasks_v2.Task(http_request={"url": url}))


async def test_a_task_cannot_forge_the_headers_of_the_service(cloud: Cloud) -> None:
    headers = {"X-CloudTasks-QueueName": "forged", "User-Agent": "me", "Host": "evil.example", "X-Mine": "kept"}
    target = tasks_v2.HttpRequest(url=f"{cloud.handler.url}/inbound", headers=headers)
    await cloud.client.create_task(parent=PARENT, task=tasks_v2.Task(http_request=target))
    [got] = await cloud.handler.got(1)
    assert got.headers["x-cloudtasks-queuename"] == "inbound-messages"
    assert (got.headers["user-agent"], got.headers["x-mine"]) == ("Google-Cloud-Tasks", "kept")
    assert cloud.handler.url.endswith(got.headers["host"])


async def test_a_used_name_is_free_again_after_the_tombstones_time() -> None:
    clock = MovableClock()
    tasks = Tasks(lambda email, audience: "", clock=clock)
    later = clock.now() + timedelta(hours=1)
    task = tasks_v2.Task(name=f"{PARENT}/tasks/one", http_request={"url": "http://127.0.0.1:1/"}, schedule_time=later)
    create = tasks_v2.CreateTaskRequest(parent=PARENT, task=task)
    await tasks.create(create)
    await tasks.delete(tasks_v2.DeleteTaskRequest(name=task.name))
    clock.pass_by(3599)
    with pytest.raises(Exception, match="already exists"):
        await tasks.create(create)
    clock.pass_by(1)
    await tasks.create(create)
    await tasks.stop()


async def test_a_taken_port_is_named(cloud: Cloud) -> None:
    another = Tasks(lambda email, audience: "")
    with pytest.raises(PortTaken, match=str(cloud.tasks.port)):
        await another.start(cloud.tasks.port)


async def test_calls_can_be_cleared_and_controls_are_not_on_record(cloud: Cloud) -> None:
    await cloud.create()
    await cloud.rows()
    assert len((await cloud.http.get("/__calls")).json()) == 1
    await cloud.http.delete("/__calls")
    assert (await cloud.http.get("/__calls")).json() == []


def test_a_queue_begins_no_more_in_a_second_than_it_may_after_its_first_burst() -> None:
    clock = MovableClock()
    rate = Rate(10, clock)
    assert [rate.turn() for _ in range(5)] == pytest.approx([0, 0, 0.1, 0.2, 0.3])
    clock.pass_by(0.4)
    assert [rate.turn(), rate.turn()] == pytest.approx([0, 0.1])
    clock.pass_by(60)
    assert [rate.turn() for _ in range(3)] == pytest.approx([0, 0, 0.1])


@pytest.mark.parametrize("cloud", [QueueConfig(per_second=20)], indirect=True)
async def test_tasks_wait_for_their_turn_at_the_queues_rate(cloud: Cloud) -> None:
    began = time.monotonic()
    for number in range(10):
        await cloud.create(f"n{number}")
    await cloud.handler.got(10)
    assert time.monotonic() - began >= 0.3  # four at once, six more at twenty a second


def test_the_local_queues_are_those_that_are_deployed_and_faster_where_the_pipeline_is() -> None:
    deployed = read()
    assert set(configured()) == set(deployed)
    for name, ceilings in deployed.items():
        slow, fast = configured()[name], configured(8, divisor=2)[name]
        assert (slow.max_concurrent, slow.per_second) == (ceilings["max_concurrent"], ceilings["per_second"])
        assert slow.retry.max_backoff == ceilings["max_backoff"]
        assert slow.retry.min_backoff == ceilings.get("min_backoff", 0.1)
        assert (fast.max_concurrent, fast.per_second) == (8, slow.per_second)
        assert fast.retry.after(3) == slow.retry.after(3) / 2
        assert fast.retry.after(90) == slow.retry.after(90) / 2


def test_backoff_doubles_then_grows_by_a_constant_step_up_to_its_maximum() -> None:
    documented = Retry(min_backoff=10, max_backoff=300, max_doublings=3)
    assert [documented.after(n) for n in range(1, 10)] == [10, 20, 40, 80, 160, 240, 300, 300, 300]


@given(st.integers(1, 200), st.floats(0, 10), st.floats(0.01, 100), st.integers(0, 16))
def test_backoff_never_shrinks_and_never_passes_its_maximum(attempt: int, least: float, most: float, d: int) -> None:
    retry = Retry(min_backoff=least, max_backoff=most, max_doublings=d)
    assert 0 <= retry.after(attempt) <= retry.after(attempt + 1) <= most
