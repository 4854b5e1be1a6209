"""Files that Telnyx's stand-in hosts, for texts with media: a picture, and everything that a stranger's URL may be.

GET /__media/picture.png     a real picture of 2 × 2 pixels; .jpeg, .gif, .webp and .heic begin as such files do
GET /__media/page.png        an HTML page that calls itself a picture
GET /__media/large.png       50 MB, without saying so beforehand
GET /__media/slow.png        one byte a second
GET /__media/redirect?to=    302 to wherever `to` says
GET /__media/later.png?n=    503 for the first n calls (each n counts for itself), then the picture
anything else                404
"""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

LARGE = 50 * 1024 * 1024
_PIECE = 64 * 1024


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(red: int = 200, side: int = 2, level: int = -1) -> bytes:
    """A square PNG of one colour (RFC 2083). `level`: how well it is compressed; at 0 it is as large as its pixels."""
    rows = (b"\x00" + bytes((red, 80, 20)) * side) * side
    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"  # 8 bits a channel, RGB
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


PICTURES = {
    "picture.png": png(),
    "picture.jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(32),
    "picture.gif": b"GIF89a" + bytes(32),
    "picture.webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(32),
    "picture.heic": b"\x00\x00\x00\x18ftypheic" + bytes(32),
    "page.png": b"<!doctype html><title>picture.png</title><script>alert(1)</script>",
}


def media_routes() -> list[BaseRoute]:
    asked: Counter[str] = Counter()

    async def later(request: Request) -> Response:
        times = request.query_params.get("n", "1")
        asked[times] += 1
        return Response(status_code=503) if asked[times] <= int(times) else Response(png(), media_type="image/png")

    return [
        Route("/__media/redirect", _redirect, methods=["GET"]),
        Route("/__media/large.png", _large, methods=["GET"]),
        Route("/__media/slow.png", _slow, methods=["GET"]),
        Route("/__media/later.png", later, methods=["GET"]),
        Route("/__media/{name:str}", _file, methods=["GET"]),
    ]


async def _file(request: Request) -> Response:
    found = PICTURES.get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    return Response(found, media_type="image/jpeg")  # whatever it is: nobody may believe a header


async def _redirect(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"], 302)


async def _large(_request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield png()
        for _ in range(LARGE // _PIECE):
            yield bytes(_PIECE)
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), media_type="image/png")


async def _slow(_request: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        for byte in png():
            yield bytes((byte,))
            await asyncio.sleep(1)

    return StreamingResponse(drops(), media_type="image/png")
