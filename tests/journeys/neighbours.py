"""Sites of other people: some have a chat, some only have the script, and some mean ill.

GET /{key}          a page that embeds the widget of this key
GET /frame/{key}    a page that shows the chat's document in a frame of its own making
GET /evil           a page to be framed, which keeps what it is told
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.wire import serve_http

EVIL = "<script>window.told = []; addEventListener('message', ({ data }) => told.push(data));</script>"


def _page(body: str) -> Response:
    head = '<meta name="viewport" content="width=device-width" /><title>A neighbour</title>'
    return HTMLResponse(f'<!doctype html><html lang="en"><head>{head}</head><body><main>{body}</main></body></html>')


@asynccontextmanager
async def neighbour(widget: str) -> AsyncIterator[str]:
    """The origin of such a site; `widget`: where the script comes from."""

    async def embed(request: Request) -> Response:
        key = request.path_params["key"]
        return _page(f'<h1>A neighbour</h1><script async src="{widget}/widget.js" data-key="{key}"></script>')

    async def frame(request: Request) -> Response:
        return _page(f'<iframe title="Stolen" src="{widget}/chat-frame/{request.path_params["key"]}"></iframe>')

    async def evil(_request: Request) -> Response:
        return _page(EVIL)

    app = Starlette(routes=[Route("/evil", evil), Route("/frame/{key}", frame), Route("/{key}", embed)])
    served = await serve_http(app)
    yield served.url
    await served.stop()
