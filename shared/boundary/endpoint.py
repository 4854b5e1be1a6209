"""The HTTP edge: the one decorator that every function wears.

It owns the method, the path, the size of the body, the caller's OIDC token, the log's context, the mapping from errors
to answers, and the timing. What is left to a function is what it is for.

    who calls           how it proves itself                                    path
    telnyx, tool        a signature over the raw bytes, checked in the function  /[{channel}], tools: /{channel}
    twilio              a signature over URL and form, checked in the function   /[{channel}]
    tasks, scheduler,   Google's OIDC token of the one service account           /
    functions           (functions: any account that functions run as)
    member              a person's id token; the tenant comes from it alone      /
    public              not at all                                               /
    public, link        by a signed token in the path, opened in the function    /{token}

`functions/manifest.yaml` says the same of each function; a test holds the two together.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import functions_framework.aio
from starlette.responses import Response

from shared import log
from shared.boundary import cors
from shared.boundary.call import Call, Reply
from shared.clock import SystemClock
from shared.config import config
from shared.errors import MethodNotAllowed, NotFound, PayloadTooLarge, Problem, Unauthenticated
from shared.hidden import Hidden
from shared.tenancy.renewing import begin_request, settle

if TYPE_CHECKING:
    from starlette.requests import Request

    from shared.tenancy import Member

MAX_BODY = 256 * 1024  # bytes; a provider's message event is under 10 KB
INVOKERS = {
    "tasks": ("tasks-invoker",),
    "scheduler": ("scheduler-invoker",),
    "functions": ("edge", "edge-twilio", "worker", "sweeper", "admin"),
}
_CHANNEL = re.compile(r"/([A-Za-z0-9_-]{1,64})?")
_LINK = re.compile(r"/([A-Za-z0-9_-]{1,512})")
_TRACE = re.compile(r"[0-9a-f]{32}")

Handler = Callable[[Call], Awaitable[Reply]]
Endpoint = Callable[["Request"], Awaitable[Response]]

CALLERS: dict[str, str] = {}  # function → who calls it, of the functions that were imported


def endpoint(
    *, caller: str, methods: tuple[str, ...] = ("POST",), max_body: int = MAX_BODY, link: bool = False
) -> Callable[[Handler], Endpoint]:
    """Make `async def name(call) -> Reply` an HTTP function that is called by `caller`."""

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
        if self.caller == "member":
            reply = cors.shown_to(request.headers.get("origin"), reply)
        await settle()
        log.info("answered", status=reply.status, ms=round((time.monotonic() - started) * 1000))
        return _response(reply)

    async def _answer(self, request: Request) -> Reply:
        try:
            if self.caller == "member" and request.method == "OPTIONS":
                return cors.preflight(request.headers.get("origin"), self.methods)
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
        channel = self._channel(request.url.path)
        headers = {key.lower(): value for key, value in request.headers.items()}
        email = await self._invoker(headers) if self.caller in INVOKERS else None
        member = await _member(headers) if self.caller == "member" else None
        return Call(
            function=self.name,
            raw=await _body(request, self.max_body),
            headers=headers,
            channel=channel,
            now=SystemClock().now(),
            caller=email,
            query=request.scope["query_string"].decode("latin-1"),
            member=member,
        )

    def _channel(self, path: str) -> str | None:
        match = (_LINK if self.link else _CHANNEL).fullmatch(path or "/")
        channel = match[1] if match else None
        fits = self.link or {"tool": channel is not None, "telnyx": True, "twilio": True}.get(
            self.caller, channel is None
        )
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


async def _body(request: Request, limit: int) -> bytes:
    """The whole body, refused as soon as it is known to be too large."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise PayloadTooLarge(f"the body is larger than {limit} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise PayloadTooLarge(f"the body is larger than {limit} bytes")
    return bytes(body)


def _trace(request: Request) -> dict[str, str]:
    trace = request.headers.get("x-cloud-trace-context", "").split("/")[0]
    if not _TRACE.fullmatch(trace):
        return {}
    return {"logging.googleapis.com/trace": f"projects/{config().project}/traces/{trace}"}


def _note(problem: Problem) -> None:
    reason = getattr(problem, "reason", None)
    write = log.error if problem.status == 500 else log.warning
    write("refused", code=problem.code, status=problem.status, reason=reason if isinstance(reason, str) else None)


def _refusal(problem: Problem) -> Reply:
    return Reply({"error": problem.code, "detail": problem.detail}, problem.status)


def _wrong_method(methods: tuple[str, ...]) -> Reply:
    refused = _refusal(MethodNotAllowed(f"this address answers {' and '.join(methods)} only"))
    return replace(refused, headers={"allow": ", ".join(methods)})


def _response(reply: Reply) -> Response:
    headers = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store", **reply.headers}
    return Response(reply.encoded(), status_code=reply.status, headers=headers)
