"""What the Telnyx contract tests share: servers on free ports, a business's webhook, recorded payloads."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local.standins.base import JSON, DroppableProtocol
from local.standins.telnyx import Account
from shared.channels.types import OutboundText

FIXTURES = Path(__file__).parents[1] / "fixtures" / "telnyx"
BUSINESS, CUSTOMER = "+12817679141", "+12815550123"
KEY = "KEY-of-the-business"
PROFILE = "40017c1a-6a3b-4c8e-9b1d-0f9e3a1c2b44"


def fixture(name: str) -> JSON:
    parsed: JSON = json.loads((FIXTURES / f"{name}.json").read_text())
    return parsed


def compact(body: JSON) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def text(
    reference: str = "m1.0.0", *, to: str = CUSTOMER, status_url: str = "http://127.0.0.1:1/none", words: str = "Hi"
) -> OutboundText:
    return OutboundText(BUSINESS, to, words, reference.rpartition(".")[0], reference, status_url)


def account(webhook_url: str = "http://127.0.0.1:1/none") -> Account:
    return Account(KEY, PROFILE, {BUSINESS: webhook_url})


@dataclass
class Webhook:
    """A business's endpoint: remembers what came, and answers what a test wants."""

    statuses: list[int] = field(default_factory=list)  # of the next answers, then 200
    delay: Callable[[int], float] = lambda _attempt: 0.0  # seconds before the answer, by how many came before
    got: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        self.got.append((await request.body(), dict(request.headers)))
        self.urls.append(str(request.url))
        await asyncio.sleep(self.delay(len(self.got) - 1))
        await Response(status_code=self.statuses.pop(0) if self.statuses else 200)(scope, receive, send)

    @property
    def events(self) -> list[dict[str, dict[str, object]]]:
        return [json.loads(body) for body, _ in self.got]

    @property
    def types(self) -> list[object]:
        return [event["data"]["event_type"] for event in self.events]


@dataclass
class Switch:
    """A server's app that can be replaced: starting and stopping a server for each test takes longer than the test."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        assert self.app is not None
        await self.app(scope, receive, send)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """`app` on a free port of loopback: its base URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=DroppableProtocol, log_level="error", lifespan="auto")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started or running.done())
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Returns when the condition holds; fails the test when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is awaited happens in other tasks, which know of no event
            await asyncio.sleep(0.01)
