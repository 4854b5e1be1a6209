"""Cloud Scheduler: jobs that call a URL every so many seconds, with an OIDC token of the invoking account.

    GET  /__jobs          [{"name", "url", "every", "runs", "last_status"}]
    POST /__run/{job}     runs it now, paused or not, and answers when it has ended: its row; 404 for no such job
    POST /__pause         no job starts by itself                     POST /__resume

Headers: those that Cloud Scheduler adds for HTTP targets (cloud.google.com/scheduler/docs/reference/rest/v1/projects.
locations.jobs#HttpTarget). A job that runs longer than its interval does not overlap with itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import JSON, Standin
from local.standins.task_queue import TokenFor
from local.wire import Served, loopback_client, serve_http
from shared.clock import Clock, SystemClock

ATTEMPT_DEADLINE = 180.0  # seconds, the service's default


@dataclass
class Job:
    """Calls `url` every `every` seconds, the first time after the first interval."""

    name: str
    url: str
    every: float
    runs: int = 0
    last_status: int | None = None  # None: never run, or no answer


class Scheduler(Standin):
    """`token` signs for `invoker` (an e-mail). `sleep` is the timer, which a test may hold."""

    def __init__(
        self,
        jobs: Sequence[Job],
        token: TokenFor,
        invoker: str,
        *,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        routes = [
            Route("/__jobs", self._show, methods=["GET"]),
            Route("/__run/{job}", self._run_now, methods=["POST"]),
            Route("/__pause", self._pause, methods=["POST"]),
            Route("/__resume", self._resume, methods=["POST"]),
        ]
        super().__init__("scheduler", list(routes))
        self.paused = False
        self._jobs = {job.name: job for job in jobs}
        self._token = token
        self._invoker = invoker
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._timers: list[asyncio.Task[None]] = []
        self._served: Served | None = None
        self._client = loopback_client(ATTEMPT_DEADLINE)

    @property
    def url(self) -> str:
        if self._served is None:
            raise RuntimeError("the scheduler is not started")
        return self._served.url

    async def start(self, port: int = 0) -> None:
        """Serves on `port` (0: a free one) and starts the timers. Raises PortTaken."""
        self._served = await serve_http(self.app, port)
        self._timers = [asyncio.create_task(self._tick(job)) for job in self._jobs.values()]

    async def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)
        if self._served:
            await self._served.stop()
        await self._client.aclose()

    async def run(self, job: Job) -> None:
        """One call; a failed one waits for the next interval, as without a retry policy."""
        job.runs += 1
        headers = {
            "Authorization": f"Bearer {self._token(self._invoker, job.url)}",
            "Content-Type": "application/json",
            "User-Agent": "Google-Cloud-Scheduler",
            "X-CloudScheduler": "true",
            "X-CloudScheduler-JobName": job.name,
            "X-CloudScheduler-ScheduleTime": self._clock.now().isoformat(),
        }
        try:
            answer = await self._client.post(job.url, headers=headers, content=b"{}")
        except httpx.HTTPError:
            job.last_status = None
        else:
            job.last_status = answer.status_code

    async def _tick(self, job: Job) -> None:
        while True:
            await self._sleep(job.every)
            if not self.paused:
                await self.run(job)

    async def _show(self, _request: Request) -> Response:
        return JSONResponse([_row(job) for job in self._jobs.values()])

    async def _run_now(self, request: Request) -> Response:
        job = self._jobs.get(request.path_params["job"])
        if job is None:
            return JSONResponse({"error": "no_such_job", "detail": f"The jobs are {sorted(self._jobs)}."}, 404)
        await self.run(job)
        return JSONResponse(_row(job))

    async def _pause(self, _request: Request) -> Response:
        self.paused = True
        return JSONResponse({"paused": True})

    async def _resume(self, _request: Request) -> Response:
        self.paused = False
        return JSONResponse({"paused": False})


def _row(job: Job) -> JSON:
    return {
        "name": job.name,
        "url": job.url,
        "every": job.every,
        "runs": job.runs,
        "last_status": job.last_status,
    }
