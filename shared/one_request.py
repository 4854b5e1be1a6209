"""One HTTP request on a connection of its own: what an instance has to ask before it can answer its first call.

`shared.http` (httpx) is for everything else. Importing it and building its client costs a cold start 60 ms; h11, the
protocol under the server that runs us, is loaded already. So this asks with h11 over a stream of asyncio's, and has no
pool, no redirects, no cookies and no proxies: who needs those is not here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import h11

from shared import tls

MOST_CONTENT = 1024 * 1024  # bytes; a grant has about 3,000
_CHUNK = 64 * 1024


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
    reader, writer = await asyncio.open_connection(url.hostname, port, ssl=tls.context() if secure else None)
    connection = h11.Connection(h11.CLIENT)
    own = {"host": url.netloc, "connection": "close", "content-length": str(len(body))}
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    request = h11.Request(method=method, target=target, headers=[*own.items(), *headers.items()])
    try:
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        return await _answer(connection, reader)
    finally:
        writer.transport.abort()  # whole or useless: nobody waits for the peer to close as well


async def _answer(connection: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    status, content = 0, bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(_CHUNK))
            case h11.Response() as response:
                status = response.status_code
            case h11.Data() as part:
                content += part.data
                if len(content) > MOST_CONTENT:
                    raise h11.RemoteProtocolError("an answer larger than any that is expected")
            case h11.EndOfMessage():
                return Answer(status, bytes(content))
            case h11.ConnectionClosed():
                raise h11.RemoteProtocolError("closed before the answer")
            case _:
                pass  # an informational response (1xx): the answer follows
