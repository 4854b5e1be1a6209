"""What the contract tests of Google's stand-ins share: a function that is called, and the configuration of callers."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.standins.base import JSON
from local.wire import loopback_client, serve_http
from shared.config import Config, read

PROJECT = "demo-chattercheetah"
FIXTURES = Path(__file__).parents[1] / "fixtures"
PATIENCE = 5.0  # seconds for anything that must happen soon


def fixture(name: str) -> dict[str, JSON]:
    parsed: dict[str, JSON] = json.loads((FIXTURES / f"{name}.json").read_text())
    return parsed


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


class Handler:
    """A function under `url`: records what it gets, answers 200 or what was ordered, waits while `open` is clear."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: deque[Response] = deque()
        self.open = asyncio.Event()
        self.open.set()
        self.busy = self.busiest = 0
        self.url = ""
        self._changed = asyncio.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        async with self._changed:
            self.received.append(Received(request.url.path, dict(request.headers), await request.body()))
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
            self._changed.notify_all()
        await self.open.wait()
        answer = self.answers.popleft() if self.answers else Response()
        self.busy -= 1
        await answer(scope, receive, send)

    async def got(self, count: int) -> list[Received]:
        """The first `count` requests, as soon as they have arrived."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.received) >= count)
        return self.received[:count]


@asynccontextmanager
async def handling() -> AsyncIterator[Handler]:
    handler = Handler()
    served = await serve_http(handler, lifespan="off")
    handler.url = served.url
    try:
        yield handler
    finally:
        handler.open.set()
        await served.stop()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns as soon as the condition, asked again and again, holds; TimeoutError if it does not soon."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110  # its state is on the other side of a socket
            await asyncio.sleep(0.005)


@asynccontextmanager
async def controls(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with loopback_client(PATIENCE) as client:
        client.base_url = httpx.URL(url)
        yield client


def settings(*, functions_url: str, tasks: str | None) -> Config:
    env = {"GOOGLE_CLOUD_PROJECT": PROJECT, "FUNCTIONS_URL": functions_url}
    return read(env | ({"CLOUD_TASKS_EMULATOR_HOST": tasks} if tasks else {}))
