"""What every stand-in has: a record of its calls, and faults to order.

    GET    /__calls    [{"at", "method", "path", "query", "headers", "body"}], newest last (the last 10,000)
    DELETE /__calls
    GET    /__faults   the faults still to come
    POST   /__faults   {"path": prefix, "times": n, "phase": "before"|"after" (acting), "status": 429,
                        "body": …, "headers": {…}, "latency_ms": 500, "drop": true, "duplicate": 2, "reorder": true,
                        "contains": [text, …], "hold": "a name", "piece_ms": 20, "pieces": 3}
    DELETE /__faults   (?hold=…: those that would hold under this name)
    GET    /__held     the names of the calls that are held now
    DELETE /__held     lets them go on (?name=…: those of this name)

`contains`: only a call that has all of these texts in its query or body (a text on its way: in its numbers or words).
`latency_ms` delays, `status` answers that instead, `drop` resets the connection without an answer; "before" means that
the stand-in does not act, "after" that it has acted and only the answer is late or lost. `hold` names a delay, which
then ends when it is released, if that is earlier. Of an answer that comes in pieces, `piece_ms` passes between two of
them, and after `pieces` of them (if given) the connection ends, without the rest. `duplicate` and `reorder` concern
what the stand-in itself delivers (webhooks, tasks): it asks for them with `faults.take_delivery`.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

JSON = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None


@dataclass
class Fault:
    path: str = "/"
    times: int = 1
    phase: str = "before"
    status: int | None = None
    body: JSON = None
    headers: dict[str, str] = field(default_factory=dict)
    latency_ms: int = 0
    drop: bool = False
    duplicate: int = 1
    reorder: bool = False
    contains: list[str] = field(default_factory=list)
    hold: str = ""
    piece_ms: int = 0
    pieces: int | None = None

    def __post_init__(self) -> None:
        if self.phase not in ("before", "after"):
            raise ValueError(f"phase is 'before' or 'after', not {self.phase!r}")
        if self.times < 1 or self.duplicate < 1 or min(self.latency_ms, self.piece_ms, self.pieces or 0) < 0:
            raise ValueError("times and duplicate are at least 1, latency_ms, piece_ms and pieces at least 0")

    @property
    def of_delivery(self) -> bool:
        return self.duplicate > 1 or self.reorder

    def fits(self, path: str, said: bytes) -> bool:
        return path.startswith(self.path) and all(text.encode() in said for text in self.contains)

    def response(self) -> Response | None:
        if self.status is None:
            return None
        body = self.body if self.body is not None else {"error": {"code": self.status, "message": "ordered fault"}}
        return JSONResponse(body, status_code=self.status, headers=self.headers)


class Faults:
    """The faults still to come; the first one ordered whose prefix fits is used up first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._held: list[tuple[str, asyncio.Event]] = []

    def order(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self, hold: str | None = None) -> None:
        """Forgets the faults that are still to come: all of them, or those that would hold under this name."""
        self._waiting = [fault for fault in self._waiting if hold is not None and fault.hold != hold]

    def listed(self) -> list[JSON]:
        return [cast(JSON, asdict(fault)) for fault in self._waiting]

    def held(self) -> list[JSON]:
        return [name for name, _ in self._held]

    def release(self, name: str | None) -> None:
        """Lets calls that are held go on: those of this name, or all of them."""
        for held, released in self._held:
            if name in (None, held):
                released.set()

    async def delay(self, fault: Fault) -> None:
        """As long as the fault says; where it holds, until it is released, if that is earlier."""
        held = (fault.hold, asyncio.Event())
        self._held += [held] if fault.hold else []
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(fault.latency_ms / 1000):
                    await held[1].wait()
        finally:
            if held in self._held:
                self._held.remove(held)

    def take(self, path: str, said: bytes = b"") -> Fault | None:
        """The fault for a call that arrived at `path` and `said` this, used up once."""
        return self._take(path, said, of_delivery=False)

    def take_delivery(self, path: str, says: bytes = b"") -> Fault | None:
        """The fault for something that the stand-in delivers to `path` (a webhook, a task), used up once."""
        return self._take(path, says, of_delivery=True)

    def _take(self, path: str, said: bytes, *, of_delivery: bool) -> Fault | None:
        for fault in self._waiting:
            if fault.of_delivery == of_delivery and fault.fits(path, said):
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None


@dataclass
class Call:
    at: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: JSON


class Calls:
    """The record of what arrived, bounded."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=10_000)

    def record(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
        at = datetime.now(UTC).isoformat()
        self._calls.append(Call(at, method, path, query, headers, _readable(body)))

    def clear(self) -> None:
        self._calls.clear()

    def listed(self) -> list[JSON]:
        return [cast(JSON, asdict(call)) for call in self._calls]


def _readable(body: bytes) -> JSON:
    try:
        return cast(JSON, json.loads(body)) if body else None
    except ValueError:
        return body.decode("utf-8", "backslashreplace")


class DroppableProtocol(H11Protocol):
    """uvicorn's protocol, remembering each connection by its peer so that a fault can reset it."""

    live: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's stub is wider
        super().connection_made(transport)
        self.live[transport.get_extra_info("peername")] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.live.pop(self.transport.get_extra_info("peername"), None)
        super().connection_lost(exc)


def drop(scope: Scope, *, gently: bool = False) -> None:
    """Reset the connection of this request: the caller gets no byte of an answer. Gently: those that were written."""
    transport = DroppableProtocol.live.get(tuple(scope["client"]))
    if transport is not None:
        (transport.close if gently else transport.abort)()


class Standin:
    """One provider's twin. Serve `app` with `http=DroppableProtocol`."""

    def __init__(self, name: str, routes: list[BaseRoute]) -> None:
        self.name = name
        self.calls = Calls()
        self.faults = Faults()
        inner = Starlette(routes=[*self._controls(), *routes])
        self.app: ASGIApp = self._faulty(inner)

    def _controls(self) -> list[BaseRoute]:
        return [
            Route("/__calls", self._calls, methods=["GET", "DELETE"]),
            Route("/__faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/__held", self._holds, methods=["GET", "DELETE"]),
        ]

    async def _calls(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.calls.clear()
        return JSONResponse(self.calls.listed())

    async def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear(request.query_params.get("hold"))
        if request.method == "POST":
            try:
                self.faults.order(Fault(**await request.json()))
            except (TypeError, ValueError) as error:
                return JSONResponse({"error": "bad_fault", "detail": str(error)}, status_code=400)
        return JSONResponse(self.faults.listed())

    async def _holds(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.release(request.query_params.get("name"))
        return JSONResponse(self.faults.held())

    def _faulty(self, inner: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith("/__"):
                await inner(scope, receive, send)
                return
            body = await _whole(receive)
            headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
            self.calls.record(scope["method"], scope["path"], scope["query_string"].decode(), headers, body)
            fault = self.faults.take(scope["path"], scope["query_string"] + b"\n" + body)
            if fault is None:
                await inner(scope, _again(body, receive), send)
            else:
                await self._fail(fault, inner, scope, _again(body, receive), send)

        return app

    async def _fail(self, fault: Fault, inner: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        instead, answer = fault.response(), _Kept()
        if fault.phase == "before":
            await self.faults.delay(fault)
        if fault.phase == "after" or (instead is None and not fault.drop):
            await inner(scope, receive, answer.keep)
        if fault.phase == "after":
            await self.faults.delay(fault)
        if fault.drop:
            drop(scope)
        elif instead is not None:
            await instead(scope, receive, send)
        else:
            await answer.give(fault, scope, send)


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more for the inner app, then what the connection says (its disconnect)."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


class _Kept:
    """The answer of an act whose caller hears of it later, or never."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def keep(self, message: Message) -> None:
        self._messages.append(message)

    async def give(self, fault: Fault, scope: Scope, send: Send) -> None:
        bodies = 0
        for message in self._messages:
            if message["type"] == "http.response.body":
                if bodies == fault.pieces:
                    drop(scope, gently=True)
                    return
                await asyncio.sleep(fault.piece_ms / 1000 if bodies else 0)
                bodies += 1
            await send(message)
