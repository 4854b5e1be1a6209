"""What stand-ins of carriers share: webhooks on their way, how fast they go, and the remote control's own calls."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.standins.base import JSON
from local.standins.telnyx_wire import stamp
from shared.clock import Clock

JSONObject = dict[str, JSON]


@dataclass(frozen=True)
class Pace:
    """Seconds: before the first report, between it and the last one, between two attempts."""

    report: float = 0.05
    final: float = 0.05
    retry: float = 0.2


@dataclass(frozen=True)
class Delivered:
    """The status that the first copy of a webhook was answered with (None: nobody answered), and all the attempts."""

    status: int | None
    attempts: int

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @classmethod
    def of(cls, copies: list[Delivered]) -> Delivered:
        return cls(copies[0].status, sum(one.attempts for one in copies))


class Courier:
    """Carries webhooks in the background; `close` ends it. `made`: every attempt, newest last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.made: deque[JSON] = deque(maxlen=100_000)
        self._running: set[asyncio.Task[None]] = set()
        self._http: httpx.AsyncClient | None = None

    def start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)  # asyncio itself keeps only a weak reference
        task.add_done_callback(self._running.discard)

    async def settled(self) -> None:
        await asyncio.gather(*self._running)

    async def close(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def attempt(
        self, kind: str, id: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> int | None:
        """A `post` of what happened to the text `id`, noted in `made`."""
        began = time.monotonic()
        status = await self.post(url, body, headers, seconds)
        took = round((time.monotonic() - began) * 1000, 1)
        self.made.append({"at": stamp(self._clock.now()), "kind": kind, "id": id, "status": status, "ms": took})
        return status

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> int | None:
        """The status that was answered, None if nobody did within `seconds`."""
        if self._http is None:
            self._http = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None))
        try:
            async with asyncio.timeout(seconds):
                return (await self._http.post(url, content=body, headers=headers)).status_code
        except (TimeoutError, httpx.HTTPError):
            return None


@dataclass(frozen=True)
class Outcome:
    status: str = "delivered"
    code: str | None = None


class Outcomes:
    """How texts to a number ("*": to any) will end, by order of the remote control. `final`: what there is to order."""

    def __init__(self, final: tuple[str, ...]) -> None:
        self._final = final
        self._ordered: dict[str, Outcome] = {}

    def of(self, recipient: str) -> Outcome:
        return self._ordered.get(recipient) or self._ordered.get("*") or Outcome()

    async def order(self, call: JSONObject) -> Response:
        outcome = Outcome(str(call.get("status", "delivered")), optional(call.get("code")))
        if outcome.status not in self._final:
            raise ValueError(f"status is one of {', '.join(self._final)}")
        self._ordered[str(call["to"])] = outcome
        return JSONResponse({"to": call["to"], "status": outcome.status, "code": outcome.code})


def unknown_number(number: str) -> Response:
    return JSONResponse({"error": "unknown_number", "detail": f"no account has {number}"}, status_code=404)


def arrived(id: str, delivered: Delivered) -> Response:
    """What the remote control is told of a customer's text."""
    return JSONResponse({"message_id": id, "status": delivered.status, "attempts": delivered.attempts})


def closing(inner: ASGIApp, close: Callable[[], Awaitable[None]]) -> ASGIApp:
    """`inner`, with `close` awaited when its server shuts down."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: Message) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                await close()
            await send(message)

        await inner(scope, receive, watched)

    return app


def control(act: Callable[[JSONObject], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The remote control takes an object; what it lacks or cannot be is said with 400."""

    async def endpoint(request: Request) -> Response:
        try:
            call: JSON = await request.json()
            if not isinstance(call, dict):
                raise ValueError("an object is wanted")
            return await act(call)
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": "bad_control", "detail": f"{type(error).__name__}: {error}"}, status_code=400)

    return endpoint


def optional(value: JSON) -> str | None:
    return None if value is None else str(value)


def strings(listed: JSON) -> tuple[str, ...]:
    return tuple(str(one) for one in listed) if isinstance(listed, list) else ()
