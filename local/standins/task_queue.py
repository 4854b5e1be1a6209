"""A queue of Cloud Tasks: when a task is due, how it is dispatched, and what happens to it after an answer.

Headers and rules are those of cloud.google.com/tasks/docs/creating-http-target-tasks; the order of back-off intervals
is RetryConfig's (min, doubled `max_doublings` times, then growing by a constant step, never above max).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from google.cloud.tasks_v2.types import HttpMethod, Task

from local.standins.base import Faults
from local.wire import loopback_client
from shared.clock import Clock

KEPT = 10_000  # finished tasks that `GET /__tasks` still shows
REORDER_PATIENCE = 5.0  # seconds that a task held back for its successor waits at most

Limit = Callable[[float], AbstractAsyncContextManager[object]]
TokenFor = Callable[[str, str], str]  # (service account's e-mail, audience) -> OIDC token


@dataclass(frozen=True)
class Retry:
    """RetryConfig. A queue that nobody configured has a short maximum (production's is an hour)."""

    max_attempts: int = 100
    min_backoff: float = 0.1
    max_backoff: float = 10.0
    max_doublings: int = 16

    def after(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts."""
        doublings = min(attempts - 1, self.max_doublings)
        steps = attempts - doublings
        return float(min(self.max_backoff, self.min_backoff * 2**doublings * steps))


@dataclass(frozen=True)
class QueueConfig:
    """`per_second`: dispatches, None for as many as there are."""

    max_concurrent: int = 40
    per_second: float | None = None
    retry: Retry = field(default_factory=Retry)
    tombstone: timedelta = timedelta(hours=1)  # how long the name of a finished or deleted task stays used


class Rate:
    """RateLimits: a bucket of tokens that refills steadily. Its size is the service's own choice: a fifth of a second's
    here, as a queue's defaults have it (500 a second, 100 at once)."""

    def __init__(self, per_second: float, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = max(1.0, per_second / 5)
        self._clock = clock
        self._tokens = self._burst
        self._filled_at = clock.monotonic()

    def turn(self) -> float:
        """Takes a token; seconds until it is there, behind everybody who waits already."""
        now = self._clock.monotonic()
        refilled = self._tokens + (now - self._filled_at) * self._per_second
        self._tokens, self._filled_at = min(self._burst, refilled) - 1, now
        return max(0.0, -self._tokens / self._per_second)


@dataclass
class Held:
    """A task and its life so far."""

    message: Task
    queue: str
    at: datetime  # next attempt
    deadline: float  # seconds that one attempt may take
    state: str = "waiting"  # waiting | running | done | failed
    attempts: int = 0
    executions: int = 0  # answers received, 5xx not counted
    last_status: int | None = None
    reason: str | None = None
    forced: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)  # the attempt that `run` asked for has ended
    runner: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return str(self.message.name).rpartition("/")[2]


@dataclass(frozen=True)
class Answer:
    """What came back: a status with its Retry-After, or only the reason why nothing did."""

    status: int | None
    reason: str
    retry_after: float = 0.0

    @property
    def done(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Queue:
    """Runs its tasks until it is closed. `limit` bounds one dispatch (asyncio.timeout)."""

    def __init__(
        self, name: str, config: QueueConfig, *, clock: Clock, faults: Faults, token: TokenFor, limit: Limit
    ) -> None:
        self.name = name
        self.tasks: dict[str, Held] = {}
        self.finished: OrderedDict[str, Held] = OrderedDict()
        self.paused = False
        self._config = config
        self._clock = clock
        self._faults = faults
        self._token = token
        self._limit = limit
        self._tombstones: OrderedDict[str, datetime] = OrderedDict()
        self._slots = asyncio.Semaphore(config.max_concurrent)
        self._rate = Rate(config.per_second, clock) if config.per_second is not None else None
        self._passed = asyncio.Event()  # set, and replaced, whenever an attempt has ended
        self._client = loopback_client(None)  # the dispatch deadline bounds the whole call

    def add(self, held: Held) -> None:
        self.tasks[held.message.name] = held
        held.runner = asyncio.create_task(self._live(held))

    def remove(self, held: Held) -> None:
        if held.runner:
            held.runner.cancel()
        held.settled.set()
        self._bury(held)

    def used(self, name: str) -> bool:
        """Whether a task of this name exists, or existed until recently."""
        now = self._clock.now()
        while self._tombstones and next(iter(self._tombstones.values())) <= now:
            self._tombstones.popitem(last=False)
        return name in self.tasks or name in self._tombstones

    def pause(self) -> None:
        """Accepts tasks, dispatches none."""
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        for held in self.tasks.values():
            held.stirred.set()

    def run(self) -> list[Held]:
        """Makes every waiting task run now, paused or not, and says which."""
        waiting = [held for held in self.tasks.values() if held.state == "waiting"]
        for held in waiting:
            held.forced = True
            held.settled.clear()
            held.stirred.set()
        return waiting

    async def close(self) -> None:
        runners = [held.runner for held in self.tasks.values() if held.runner]
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)
        await self._client.aclose()

    async def _live(self, held: Held) -> None:
        while held.state == "waiting":
            await self._until_due(held)
            copies = await self._held_back(held)
            if self._rate is not None and not held.forced:
                await asyncio.sleep(self._rate.turn())
            async with self._slots:
                held.state, held.forced = "running", False
                answer = await self._deliver(held, copies)
            self._judge(held, answer)
            if held.state != "waiting":
                self._bury(held)
            held.settled.set()
            self._passed.set()
            self._passed = asyncio.Event()

    async def _until_due(self, held: Held) -> None:
        while not held.forced:
            wait = (held.at - self._clock.now()).total_seconds()
            if wait <= 0 and not self.paused:
                return
            held.stirred.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait if wait > 0 else None):
                    await held.stirred.wait()

    async def _held_back(self, held: Held) -> int:
        """How many copies to deliver; if ordered so, only after the queue's next attempt has passed this one."""
        target = held.message.http_request
        fault = self._faults.take_delivery(httpx.URL(target.url).path, target.body)
        if fault is None:
            return 1
        if fault.reorder:
            with suppress(TimeoutError):
                async with asyncio.timeout(REORDER_PATIENCE):
                    await self._passed.wait()
        return fault.duplicate

    async def _deliver(self, held: Held, copies: int) -> Answer:
        """One attempt; of several copies, the last answer counts."""
        headers = self._headers(held)
        held.attempts += 1
        answers = await asyncio.gather(*(self._post(held, headers) for _ in range(copies)))
        return answers[-1]

    async def _post(self, held: Held, headers: dict[str, str]) -> Answer:
        target = held.message.http_request
        method = HttpMethod(target.http_method).name
        try:
            async with self._limit(held.deadline):
                answer = await self._client.request(method, target.url, headers=headers, content=target.body)
        except TimeoutError:
            return Answer(None, "DEADLINE_EXCEEDED")
        except httpx.HTTPError:
            return Answer(None, "UNAVAILABLE")
        wait = _retry_after(answer.headers.get("retry-after", ""), self._clock.now())
        return Answer(answer.status_code, f"HTTP status code {answer.status_code}", wait)

    def _headers(self, held: Held) -> dict[str, str]:
        target = held.message.http_request
        headers = {name: value for name, value in target.headers.items() if not _reserved(name)}
        headers |= {
            "User-Agent": "Google-Cloud-Tasks",
            "X-CloudTasks-QueueName": self.name,
            "X-CloudTasks-TaskName": held.id,
            "X-CloudTasks-TaskRetryCount": str(held.attempts),
            "X-CloudTasks-TaskExecutionCount": str(held.executions),
            "X-CloudTasks-TaskETA": f"{held.at.timestamp():.6f}".rstrip("0").rstrip("."),
        }
        if held.last_status is not None:
            headers["X-CloudTasks-TaskPreviousResponse"] = str(held.last_status)
        if held.reason is not None:
            headers["X-CloudTasks-TaskRetryReason"] = held.reason
        if target.oidc_token.service_account_email:
            audience = target.oidc_token.audience or target.url
            headers["Authorization"] = f"Bearer {self._token(target.oidc_token.service_account_email, audience)}"
        return headers

    def _judge(self, held: Held, answer: Answer) -> None:
        """Done, failed for good, or due again later."""
        held.last_status, held.reason = answer.status, answer.reason
        if answer.status is not None and answer.status < 500:
            held.executions += 1
        retry = self._config.retry
        if answer.done:
            held.state = "done"
        elif held.attempts >= retry.max_attempts:
            held.state = "failed"
        else:
            held.state = "waiting"
            held.at = self._clock.now() + timedelta(seconds=max(retry.after(held.attempts), answer.retry_after))

    def _bury(self, held: Held) -> None:
        """The task is gone, its name stays used for a while."""
        name = held.message.name
        self.tasks.pop(name, None)
        self._tombstones[name] = self._clock.now() + self._config.tombstone
        if held.state in ("done", "failed"):
            self.finished[name] = held
        if len(self.finished) > KEPT:
            self.finished.popitem(last=False)


def _reserved(header: str) -> bool:
    """Headers that the service sets itself, whatever the task says."""
    name = header.lower()
    return name.startswith(("x-cloudtasks-", "x-google-", "x-appengine-")) or name in (
        "host",
        "content-length",
        "user-agent",
    )


def _retry_after(header: str, now: datetime) -> float:
    """Seconds that a Retry-After header asks for, in either of its forms; 0 if there is none to understand."""
    try:
        return max(0.0, float(header) if header.isdigit() else (parsedate_to_datetime(header) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
