"""One HTTP request on a connection of its own: what an instance has to ask before it can answer its first call.

`shared.http` (httpx) is for everything else. Importing it and building its client costs a cold start 60 ms; h11, the
protocol under the server that runs us, is loaded already. So this asks with h11 over a stream of asyncio's, and has no
pool, no redirects, no cookies and no proxies: who needs those is not here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import h11

from shared import tls
from shared.exchange import exchange

MOST_CONTENT = 1024 * 1024  # bytes; a grant has about 3,000


class NoAnswer(Exception):
    """Nobody answered, or not in HTTP, or not in time. Whether the request was acted on is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content: bytes = field(repr=False)  # may be a token


async def ask(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", seconds: float) -> Answer:
    """The answer to one request, whole, within `seconds` in all. Raises NoAnswer."""
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(urlsplit(url), method, headers, body)
    except (OSError, h11.ProtocolError) as error:  # TimeoutError and ssl.SSLError are OSErrors
        raise NoAnswer(type(error).__name__) from error


async def _exchange(url: SplitResult, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
    secure = url.scheme == "https"
    port = url.port or (443 if secure else 80)
    stream = await asyncio.open_connection(url.hostname, port, ssl=tls.context() if secure else None)
    own = {"host": url.netloc, "connection": "close", "content-length": str(len(body))}
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    request = h11.Request(method=method, target=target, headers=[*own.items(), *headers.items()])
    status, content = 0, bytearray()
    async with aclosing(exchange(stream, request, h11.Data(data=body), h11.EndOfMessage())) as answer:
        async for part in answer:
            if isinstance(part, h11.Response):
                status = part.status_code
            else:
                content += part.data
            if len(content) > MOST_CONTENT:
                raise h11.RemoteProtocolError("an answer larger than any that is expected")
    return Answer(status, bytes(content))
