"""The HTTP edge: the one decorator that every function wears.

It owns the method, the path, the size of the body, the caller's OIDC token, the log's context, the mapping from errors
to answers, and the timing. What is left to a function is what it is for.

    who calls           how it proves itself                                    path
    telnyx, tool        a signature over the raw bytes, checked in the function  /[{channel}], tools: /{channel}
    twilio              a signature over URL and form, checked in the function   /[{channel}]
    tasks, scheduler,   Google's OIDC token of the one service account           /
    functions           (functions: any account that functions run as)
    member              a person's id token; the tenant comes from it alone      /
    site                a page of the tenant's list, checked in the function     /{widget key}
    visitor             the widget's frame, by a session of ours                /
    public              not at all                                               /
    public, link        by a signed token in the path, opened in the function    /{token}

`functions/manifest.yaml` says the same of each function; a test holds the two together.
"""

from __future__ import annotations

import asyncio
import functools
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import functions_framework.aio
from starlette.responses import Response, StreamingResponse

from shared import log
from shared.boundary import cors
from shared.boundary.call import STILL, Call, Reply, Stream
from shared.clock import SystemClock
from shared.config import config
from shared.errors import MethodNotAllowed, NotFound, PayloadTooLarge, Problem, TooManyRequests, Unauthenticated
from shared.hidden import Hidden
from shared.tenancy.renewing import begin_request, settle

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from shared.tenancy import Member
    from shared.vault.visits import Visit

MAX_BODY = 256 * 1024  # bytes; a provider's message event is under 10 KB
INVOKERS = {
    "tasks": ("tasks-invoker",),
    "scheduler": ("scheduler-invoker",),
    "functions": ("edge", "edge-twilio", "edge-chat", "edge-identity", "worker", "sweeper", "admin"),
}
FROM_PAGES = frozenset({"member", "visitor", "site"})
PREFLIGHTED = frozenset({"member", "visitor"})
_CHANNEL = re.compile(r"/([A-Za-z0-9_-]{1,64})?")
_LINK = re.compile(r"/([A-Za-z0-9_-]{1,512})")
_TRACE = re.compile(r"[0-9a-f]{32}")

Handler = Callable[[Call], Awaitable[Reply | Stream]]
Endpoint = Callable[["Request"], Awaitable[Response]]

CALLERS: dict[str, str] = {}  # function → who calls it, of the functions that were imported


def endpoint(
    *, caller: str, methods: tuple[str, ...] = ("POST",), max_body: int = MAX_BODY, link: bool = False
) -> Callable[[Handler], Endpoint]:
    """Make `async def name(call)`, which answers a Reply or a Stream, an HTTP function that is called by `caller`."""

    def decorate(handler: Handler) -> Endpoint:
        edge = _Edge(handler, handler.__name__.replace("_", "-"), caller, methods, max_body, link)
        CALLERS[edge.name] = caller

        @functools.wraps(handler)
        async def served(request: Request) -> Response:
            return await edge.serve(request)

        functions_framework.aio.http(served)  # registers the name as an asynchronous HTTP function
        return served

    return decorate


@dataclass(frozen=True, slots=True)
class _Edge:
    handler: Handler
    name: str
    caller: str
    methods: tuple[str, ...]
    max_body: int
    link: bool  # the one segment of its path is a token

    async def serve(self, request: Request) -> Response:
        started = time.monotonic()
        log.begin(function=self.name, **_trace(request))
        begin_request()
        reply = await self._answer(request)
        if self.caller in FROM_PAGES:
            reply = cors.shown_to(self.caller, request.headers.get("origin"), reply)
        if isinstance(reply, Stream):
            return StreamingResponse(_told(reply, started), headers={**_STREAMED, **reply.headers})
        await settle()
        _note_answered(reply.status, started)
        return _response(reply)

    async def _answer(self, request: Request) -> Reply | Stream:
        try:
            if self.caller in PREFLIGHTED and request.method == "OPTIONS":
                return cors.preflight(self.caller, request.headers.get("origin"), self.methods)
            if request.method not in self.methods:
                return _wrong_method(self.methods)
            return await self.handler(await self._call(request))
        except Problem as problem:
            _note(problem)
            return _refusal(problem)
        except Exception as unexpected:
            log.crash("unexpected error", unexpected)
            return _refusal(Problem("something failed on our side; nothing was lost, try again"))

    async def _call(self, request: Request) -> Call:
        channel, now = self._channel(request.url.path), SystemClock().now()
        headers = {key.lower(): value for key, value in request.headers.items()}
        visit = _visit(headers, now) if self.caller == "visitor" else None
        email = await self._invoker(headers) if self.caller in INVOKERS else None
        member = await _member(headers) if self.caller == "member" else None
        return Call(
            function=self.name,
            raw=await _body(request, self.max_body),
            headers=headers,
            channel=channel,
            now=now,
            caller=email,
            query=request.scope["query_string"].decode("latin-1"),
            method=request.method,
            member=member,
            visit=visit,
        )

    def _channel(self, path: str) -> str | None:
        if self.caller == "site":
            path = path.removeprefix(f"/{self.name}")  # Hosting's rewrites leave it there
        match = (_LINK if self.link else _CHANNEL).fullmatch(path or "/")
        channel = match[1] if match else None
        named = channel is not None
        fits = self.link or {"tool": named, "site": named, "telnyx": True, "twilio": True}.get(self.caller, not named)
        if match is None or not fits:
            raise NotFound("there is nothing at this address")
        return channel

    async def _invoker(self, headers: dict[str, str]) -> str:
        from shared import oidc  # only functions that are called by Google need it

        token = _bearer(headers)
        emails = [config().service_account(account) for account in INVOKERS[self.caller]]
        audience = f"{config().functions_url}/{self.name}"
        return (await oidc.verify(token, audience=audience, emails=emails, clock=SystemClock())).email


def _bearer(headers: dict[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("caller not authenticated")
    return token


async def _member(headers: dict[str, str]) -> Member:
    from shared.boundary import members  # only functions for people need it

    return await members.admitted(Hidden(_bearer(headers)))


def _visit(headers: dict[str, str], now: datetime) -> Visit:
    from shared.boundary import visitors  # only functions for visitors need it

    cors.expect_ours("visitor", headers.get("origin"))
    return visitors.admitted(headers, now)


async def _body(request: Request, limit: int) -> bytes:
    """The whole body, refused as soon as it is known to be too large."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> PayloadTooLarge:
    most = f"{limit // 1024} KB" if limit < 1024 * 1024 else f"{limit // 1024 // 1024} MB"
    return PayloadTooLarge(f"This is larger than {most}. Send less, or something smaller.")


def _trace(request: Request) -> dict[str, str]:
    trace = request.headers.get("x-cloud-trace-context", "").split("/")[0]
    if not _TRACE.fullmatch(trace):
        return {}
    return {"logging.googleapis.com/trace": f"projects/{config().project}/traces/{trace}"}


_STREAMED = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}


async def _told(stream: Stream, started: float) -> AsyncIterator[bytes]:
    """The events, and what a request has to do at its end. What fails from here on ends the stream, no more.

    Where the caller has gone away nothing may wait: the server cancels that again and again.
    """
    try:
        async with aclosing(stream.events) as events:
            async for event in events:
                yield STILL if event is None else event.encoded()
    except Problem as problem:
        _note(problem)
    except Exception as unexpected:
        log.crash("a stream broke off", unexpected)
    except (asyncio.CancelledError, GeneratorExit):
        log.info("the caller went away", ms=_ms(started))
        raise
    await settle()
    _note_answered(200, started)


def _note_answered(status: int, started: float) -> None:
    log.info("answered", status=status, ms=_ms(started))


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _note(problem: Problem) -> None:
    reason = getattr(problem, "reason", None)
    write = log.error if problem.status == 500 else log.warning
    write("refused", code=problem.code, status=problem.status, reason=reason if isinstance(reason, str) else None)


def _refusal(problem: Problem) -> Reply:
    later = {"retry-after": str(problem.seconds)} if isinstance(problem, TooManyRequests) else {}
    return Reply({"error": problem.code, "detail": problem.detail}, problem.status, later)


def _wrong_method(methods: tuple[str, ...]) -> Reply:
    refused = _refusal(MethodNotAllowed(f"this address answers {' and '.join(methods)} only"))
    return replace(refused, headers={"allow": ", ".join(methods)})


def _response(reply: Reply) -> Response:
    headers = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store", **reply.headers}
    return Response(reply.encoded(), status_code=reply.status, headers=headers)
