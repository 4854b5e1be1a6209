"""The sites' server.

    GET    /                         the businesses
    GET    /{tenant}/                its site; /{tenant}/classes and /{tenant}/contact are its other pages
    GET    /{tenant}/?embed=0        the same without the chat: what a page is like that does not embed it
    GET    /{tenant}/theme.css       its colour
    GET    /{tenant}/identity        {"token"}: who is signed in, for the chat; 204 where nobody is
    POST   /{tenant}/session         sign in as Ana; DELETE signs out

Its Content-Security-Policy allows what the chat needs of a page that embeds it, and nothing more: what works here works
on a strict site.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.seed_data import SeedTenant
from local.site import pages
from local.site.identity import ANA, identity_token
from shared.clock import Clock, SystemClock

STATIC = Path(__file__).parent / "static"
SIGNED_IN = "signed_in"  # the cookie; a real site would keep a session


@dataclass(frozen=True)
class Neighbours:
    """Origins: what serves the widget, the functions, and the phone page, which shows these sites in a frame."""

    widget: str
    functions: str
    phone: str

    @property
    def policy(self) -> str:
        return (
            f"default-src 'none'; script-src 'self' {self.widget}; style-src 'self'; img-src 'self'; "
            f"connect-src 'self' {self.widget} {self.functions}; frame-src {self.widget}; "
            f"base-uri 'none'; form-action 'none'; frame-ancestors 'self' {self.phone}"
        )


class Desk:
    """The endpoints."""

    def __init__(self, tenants: Sequence[SeedTenant], neighbours: Neighbours, clock: Clock) -> None:
        self._tenants = {tenant.id: tenant for tenant in tenants}
        self._neighbours = neighbours
        self._clock = clock

    async def front(self, _request: Request) -> Response:
        return HTMLResponse(pages.front(self._tenants.values()))

    async def theme(self, request: Request) -> Response:
        widget = self._tenant(request).widget
        brand = widget.color if widget else "#444444"
        return Response(f":root {{ --brand: {brand}; }}", media_type="text/css")

    async def identity(self, request: Request) -> Response:
        widget = self._tenant(request).widget
        if widget is None or SIGNED_IN not in request.cookies:
            return Response(status_code=204)
        return JSONResponse({"token": identity_token(widget.identity_key, widget.key, ANA, self._clock.now())})

    async def session(self, request: Request) -> Response:
        answer, path = Response(status_code=204), f"/{self._tenant(request).id}"
        if request.method == "POST":
            answer.set_cookie(SIGNED_IN, "ana", path=path, httponly=True, samesite="strict")
        else:
            answer.delete_cookie(SIGNED_IN, path=path, httponly=True, samesite="strict")
        return answer

    def page(self, request: Request, render: Callable[[pages.View], str]) -> Response:
        widget = "" if request.query_params.get("embed") == "0" else self._neighbours.widget
        view = pages.View(self._tenant(request), widget, SIGNED_IN in request.cookies)
        return HTMLResponse(render(view))

    def _tenant(self, request: Request) -> SeedTenant:
        tenant = self._tenants.get(request.path_params["tenant"])
        if tenant is None:
            raise HTTPException(404)
        return tenant


class _Headers:
    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "strict-origin-when-cross-origin",
            "cache-control": "no-store",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, guarded)


def site_app(tenants: Sequence[SeedTenant], neighbours: Neighbours, clock: Clock | None = None) -> Starlette:
    desk = Desk(tenants, neighbours, clock or SystemClock())

    def page(path: str, render: Callable[[pages.View], str]) -> Route:
        async def answer(request: Request) -> Response:
            return desk.page(request, render)

        return Route(f"/{{tenant}}/{path}", answer)

    routes = [
        Route("/", desk.front),
        Mount("/static", StaticFiles(directory=STATIC)),
        page("", pages.home),
        page("classes", pages.classes),
        page("contact", pages.contact),
        Route("/{tenant}/theme.css", desk.theme),
        Route("/{tenant}/identity", desk.identity),
        Route("/{tenant}/session", desk.session, methods=["POST", "DELETE"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_Headers, policy=neighbours.policy)])
