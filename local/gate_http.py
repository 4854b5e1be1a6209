"""The gate's HTTP half: REST, and the browser's channel, whose token is in the body of its first POST."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from urllib.parse import parse_qs

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.gate_grpc import IamOnly
from local.gate_tokens import NotAdmitted, only

Admit = Callable[[str | None], datetime]  # raises NotAdmitted
Now = Callable[[], datetime]

CHANNEL = re.compile(r"/google\.firestore\.v1\.Firestore/(Listen|Write)/channel")
DOCUMENTS = re.compile(r"/v1/projects/[^/]+/databases/[^/:]+/documents(?P<rest>[/:].*)?")
SESSION = re.compile(rb'\["c",\s*"([^"]+)"')  # the handshake's answer: [[0,["c","<session id>",…]]]
NEED_IAM = ("beginTransaction", "rollback", "batchWrite", "listCollectionIds", "partitionQuery", "executePipeline")
SMUGGLED = ("access_token", "$httpHeaders")  # other places for a token, which would pass unseen
SHOW_MISSING = ("showMissing", "show_missing")  # protobuf's JSON takes either spelling

OF_ONE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host")
TIMEOUT = httpx.Timeout(60, read=None)  # the channel's answers are open for as long as nothing changes


class HttpGate:
    """An ASGI app in front of the emulator's HTTP."""

    def __init__(self, client: httpx.AsyncClient, admit: Admit, now: Now, controls: ASGIApp) -> None:
        self._client = client
        self._admit = admit
        self._now = now
        self._controls = controls
        self._sessions: dict[str, datetime] = {}  # of the browser's channel: until when

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/__"):  # the gate's own: the emulator has nothing there
            await self._controls(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":  # a browser asks first, without a token
            return await self._pass(request, b"")
        try:
            body = await request.body()
            return await self._pass(request, body, self._checked(request, body))
        except NotAdmitted as refusal:
            return _refusal(request, 401, "UNAUTHENTICATED", str(refusal))
        except IamOnly as refusal:
            return _refusal(request, 403, "PERMISSION_DENIED", str(refusal))
        except httpx.TransportError:
            return _refusal(request, 503, "UNAVAILABLE", "the emulator does not answer")

    def _checked(self, request: Request, body: bytes) -> datetime | None:
        """When a session that begins with this request ends, None if it begins none. Raises NotAdmitted, IamOnly."""
        if any(name in request.query_params for name in SMUGGLED):
            raise NotAdmitted("a token belongs into the Authorization header")
        if CHANNEL.fullmatch(request.url.path):
            return self._check_channel(request, body)
        self._admit(only(request.headers.getlist("authorization")))
        check_rest(request, body)
        return None

    def _check_channel(self, request: Request, body: bytes) -> datetime | None:
        """A token may be in the body's form or in the header, not in both: only one of them would be judged."""
        token = only((*tokens_in(body), *request.headers.getlist("authorization")))
        session = only(request.query_params.getlist("SID"))
        if session is None:
            return self._admit(token)
        if token is not None:  # not asked for, but it would be passed on
            self._admit(token)
        if self._sessions.get(session, self._now()) <= self._now():
            self._sessions.pop(session, None)
            raise NotAdmitted("this channel is unknown, or its token has expired")
        return None

    async def _pass(self, request: Request, body: bytes, session_ends: datetime | None = None) -> Response:
        asked = self._client.build_request(
            request.method,
            request.url.path if not request.url.query else f"{request.url.path}?{request.url.query}",
            headers=[(key, value) for key, value in request.headers.items() if key not in OF_ONE_CONNECTION],
            content=body,
        )
        answer = await self._client.send(asked, stream=True)
        headers = {key: value for key, value in answer.headers.items() if key not in OF_ONE_CONNECTION}
        return StreamingResponse(self._relay(answer, session_ends), answer.status_code, headers)

    async def _relay(self, answer: httpx.Response, session_ends: datetime | None) -> AsyncIterator[bytes]:
        try:
            async for piece in answer.aiter_raw():
                self._learn(piece, session_ends)
                yield piece
        finally:
            await answer.aclose()

    def _learn(self, piece: bytes, session_ends: datetime | None) -> None:
        found = SESSION.search(piece) if session_ends else None
        if found and session_ends:
            self._sessions[found[1].decode()] = session_ends


def tokens_in(body: bytes) -> Iterator[str]:
    """Each Authorization header among the headers that a channel's first POST carries in its form."""
    for headers in parse_qs(body.decode("utf-8", "replace")).get("headers", []):
        for line in headers.splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "authorization":
                yield value.strip()


def check_rest(request: Request, body: bytes) -> None:
    """Raises IamOnly for what an id token may not do in production, and for the emulator's own controls."""
    path = DOCUMENTS.fullmatch(request.url.path)
    if path is None:
        raise IamOnly("nothing here is for an id token")
    method = (path["rest"] or "").rpartition(":")[2] if request.method == "POST" else ""
    if method in NEED_IAM:
        raise IamOnly(f"'{method}' needs IAM")
    missing = (value for name in SHOW_MISSING for value in request.query_params.getlist(name))
    if any(value.lower() != "false" for value in missing) or "transaction" in request.query_params:
        raise IamOnly("missing documents, or a transaction, need IAM")
    if method in ("commit", "batchGet", "runQuery", "runAggregationQuery"):
        _check_body(method, body)


def _check_body(method: str, body: bytes) -> None:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return  # the emulator says so
    if not isinstance(asked, dict):
        return
    if method == "commit" and not asked.get("writes"):
        raise IamOnly("an empty Commit needs IAM")
    for name in ("transaction", "newTransaction", "new_transaction"):
        if asked.get(name):
            raise IamOnly(f"'{name}' needs IAM")


def _refusal(request: Request, status: int, code: str, sentence: str) -> Response:
    """Readable for the page that asked, too."""
    origin = request.headers.get("origin", "*")
    return JSONResponse(
        {"error": {"code": status, "message": sentence, "status": code}},
        status_code=status,
        headers={"access-control-allow-origin": origin},
    )
