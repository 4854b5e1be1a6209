"""The scheduler: jobs run when their time comes, when told to, and as nobody but the invoker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

import httpx
import jwt
import pytest
from starlette.responses import Response

from local.standins.scheduler import Job, Scheduler
from local.standins.signing import Signing
from tests.contract.google_support import PROJECT, Handler, controls, handling

INVOKER = f"scheduler-invoker@{PROJECT}.iam.gserviceaccount.com"
SIGNING = Signing(PROJECT)


class Timer:
    """Sleeps until the test lets the time pass; knows how long was asked for."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._passes = asyncio.Semaphore(0)
        self._asked = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._asked.release()
        await self._passes.acquire()

    async def pass_by(self) -> None:
        """Ends one sleep, once there is one."""
        await asyncio.wait_for(self._asked.acquire(), 5)
        self._passes.release()


class Setting(NamedTuple):
    handler: Handler
    timer: Timer
    http: httpx.AsyncClient


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    timer = Timer()
    async with handling() as handler:
        jobs = [Job("sweep", f"{handler.url}/sweep", every=60)]
        scheduler = Scheduler(jobs, SIGNING.id_token, INVOKER, sleep=timer.sleep)
        await scheduler.start()
        async with controls(scheduler.url) as http:
            yield Setting(handler, timer, http)
        await scheduler.stop()


async def test_a_job_runs_each_time_its_interval_has_passed(setting: Setting) -> None:
    await setting.timer.pass_by()
    await setting.handler.got(1)
    await setting.timer.pass_by()
    await setting.handler.got(2)
    assert setting.timer.asked[:2] == [60, 60]


async def test_a_run_is_a_post_that_proves_the_invoker_to_the_jobs_url(setting: Setting) -> None:
    await setting.http.post("/__run/sweep")
    [got] = await setting.handler.got(1)
    token = got.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["email"], claims["aud"]) == (INVOKER, f"{setting.handler.url}/sweep")
    assert (got.path, got.body, got.headers["content-type"]) == ("/sweep", b"{}", "application/json")
    assert (got.headers["user-agent"], got.headers["x-cloudscheduler"]) == ("Google-Cloud-Scheduler", "true")
    assert got.headers["x-cloudscheduler-jobname"] == "sweep"
    assert datetime.fromisoformat(got.headers["x-cloudscheduler-scheduletime"]).tzinfo is not None


async def test_run_answers_when_the_job_has_ended_and_tells_how(setting: Setting) -> None:
    setting.handler.answers.append(Response(status_code=503))
    failed = (await setting.http.post("/__run/sweep")).json()
    assert (failed["runs"], failed["last_status"]) == (1, 503)
    await setting.http.post("/__run/sweep")
    [row] = (await setting.http.get("/__jobs")).json()
    assert row == {"name": "sweep", "url": f"{setting.handler.url}/sweep", "every": 60, "runs": 2, "last_status": 200}


async def test_a_job_that_nobody_declared_is_not_found(setting: Setting) -> None:
    answer = await setting.http.post("/__run/other")
    assert (answer.status_code, answer.json()["error"]) == (404, "no_such_job")


async def test_a_paused_scheduler_starts_nothing_by_itself_but_runs_what_it_is_told(setting: Setting) -> None:
    await setting.http.post("/__pause")
    await setting.timer.pass_by()
    await setting.timer.pass_by()  # the second sleep has begun, so the first interval is over
    assert setting.handler.received == []
    await setting.http.post("/__run/sweep")
    await setting.handler.got(1)
    await setting.http.post("/__resume")
    await setting.timer.pass_by()
    await setting.handler.got(2)


async def test_a_function_that_is_not_there_does_not_end_the_schedule() -> None:
    timer = Timer()
    job = Job("sweep", "http://127.0.0.1:1/sweep", every=60)
    scheduler = Scheduler([job], SIGNING.id_token, INVOKER, sleep=timer.sleep)
    await scheduler.start()
    for _ in range(3):
        await timer.pass_by()
    assert (job.runs >= 2, job.last_status) == (True, None)
    await scheduler.stop()
