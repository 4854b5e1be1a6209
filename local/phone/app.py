"""The phone page's server.

    GET  /                            the page
    GET  /api/phones                  {"phones": [{"number", "name", "display"}],
                                       "tenants": [{"id", "name", "numbers": [{"number", "display"}], "site"}]}
    GET  /api/messages?phone=+1…      {"messages": [bubble]}, oldest first; a bubble is `local.phone.feed.Bubble`
    POST /api/messages                {"phone", "to", "text"} → 201 {"id", "state"} once the webhook has answered
    GET  /api/events                  server-sent events `all`, `changed` and `carrier`, see `Feed.events`

Errors are `{"error": code, "detail": what to do}`, as everywhere. An open page holds its stream open: call
`app.state.feed.close()` before the server is stopped, or the server waits for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.phone.carrier import Carrier, CarrierText
from local.phone.feed import INTERVAL, Bubble, Feed, messages
from local.phone.states import of_answer, state_of
from shared.errors import BadRequest, PayloadTooLarge, Problem
from shared.phones import E164, display
from shared.segments import MOST_CARRIED

STATIC = Path(__file__).parent / "static"
LARGEST = 16_384  # bytes of a request's body
PHONES = {"+12815550101": "Ana", "+12815550102": "Ben"}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src {site}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class Tenant(TypedDict):
    """A business that can be texted: `sms` has its numbers in E.164, none while it has not connected one."""

    id: str
    name: str
    sms: list[str]


@dataclass(frozen=True)
class Sources:
    """What the page shows: the tenants, read anew at each request, the Telnyx stand-in's base URL, and their sites'."""

    tenants: Sequence[Tenant]
    telnyx: str
    site: str


class Typed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    phone: str
    to: str
    text: str


class Desk:
    """The endpoints."""

    def __init__(self, sources: Sources, interval: float) -> None:
        self._sources = sources
        self.carrier = Carrier(sources.telnyx)
        self.feed = Feed(self._bubbles, interval)

    async def page(self, _request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def phones(self, _request: Request) -> Response:
        phones = [{"number": number, "name": name, "display": _shown(number)} for number, name in PHONES.items()]
        tenants = [{**_line(one), "site": f"{self._sources.site}/{one['id']}/"} for one in self._sources.tenants]
        return JSONResponse({"phones": phones, "tenants": tenants})

    async def messages(self, request: Request) -> Response:
        phone = _phone(request.query_params.get("phone", ""))
        return JSONResponse(messages([one for one in await self._bubbles() if one.phone == phone]))

    async def send(self, request: Request) -> Response:
        typed = await _typed(request)
        answer = await self.carrier.deliver(_phone(typed.phone), self._business(typed.to), _sendable(typed.text))
        return JSONResponse({"id": answer.message_id, "state": asdict(of_answer(answer))}, status_code=201)

    async def events(self, _request: Request) -> Response:
        return _Stream(self.feed)

    async def _bubbles(self) -> list[Bubble]:
        return [self._bubble(text) for text in await self.carrier.texts() if _customer(text) in PHONES]

    def _bubble(self, text: CarrierText) -> Bubble:
        mine = text.direction == "inbound"
        business = text.recipient if mine else text.sender
        state = state_of(text, self.carrier.answer_to(text.id))
        return Bubble(text.id, _customer(text), business, mine, text.text, text.media, text.at, state)

    def _business(self, number: str) -> str:
        numbers = [one for tenant in self._sources.tenants for one in tenant["sms"]]
        if number not in numbers:
            detail = f"Text one of the businesses' numbers: {', '.join(numbers) or 'no business has one yet'}."
            raise BadRequest(detail, code="unknown_business")
        return number


class _Stream(StreamingResponse):
    """Listens from its first byte until its browser has gone."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed.events(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._feed.listening():
            await super().__call__(scope, receive, send)


class _Headers:
    """Every answer carries the headers that keep the page to itself, but for the sites that it frames."""

    def __init__(self, app: ASGIApp, site: str) -> None:
        self._app = app
        self._headers = {**_HEADERS, "content-security-policy": _POLICY.format(site=site)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in self._headers.items()]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, guarded)


def phone_app(sources: Sources, *, interval: float = INTERVAL) -> Starlette:
    """The page for these tenants; `interval` is the seconds between two looks at the carrier."""
    desk = Desk(sources, interval)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        desk.feed.close()
        await desk.carrier.close()

    routes = [
        Route("/", desk.page),
        Route("/api/phones", desk.phones),
        Route("/api/messages", desk.messages, methods=["GET"]),
        Route("/api/messages", desk.send, methods=["POST"]),
        Route("/api/events", desk.events),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(_Headers, site=sources.site)],
        exception_handlers={Problem: _problem, HTTPException: _http_problem},
        lifespan=lifespan,
    )
    app.state.feed = desk.feed
    return app


async def _typed(request: Request) -> Typed:
    # Another site's form cannot send this content type without asking first, so it cannot text for us.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise BadRequest("Send the text as JSON, with content-type: application/json.", code="not_json")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise PayloadTooLarge(f"A request has at most {LARGEST} bytes: shorten the text.")
    try:
        return Typed.model_validate_json(body)
    except ValidationError:
        raise BadRequest('Send {"phone": …, "to": …, "text": …}, all strings.', code="not_a_text") from None


def _phone(number: str) -> str:
    if number not in PHONES:
        known = " or ".join(f"{one} ({name})" for one, name in PHONES.items())
        raise BadRequest(f"Name one of the two phones: {known}; in a query its + is written %2B.", code="unknown_phone")
    return number


def _sendable(text: str) -> str:
    if not text.strip():
        raise BadRequest("The text is empty: type something first.", code="empty_text")
    if len(text) > MOST_CARRIED:
        raise BadRequest(f"A text has at most {MOST_CARRIED} characters: send it in parts.", code="text_too_long")
    return text


def _customer(text: CarrierText) -> str:
    return text.sender if text.direction == "inbound" else text.recipient


def _line(tenant: Tenant) -> dict[str, object]:
    numbers = [{"number": number, "display": _shown(number)} for number in tenant["sms"]]
    return {"id": tenant["id"], "name": tenant["name"], "numbers": numbers}


def _shown(number: str) -> str:
    return display(E164(number))


async def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return JSONResponse({"error": problem.code, "detail": problem.detail}, status_code=problem.status)


async def _http_problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(problem.status_code, "bad_request")
    detail = "The page is at /; its parts are listed at the top of local/phone/app.py."
    return JSONResponse({"error": code, "detail": detail}, status_code=problem.status_code, headers=problem.headers)
