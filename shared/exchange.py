"""One request and its answer over a connection of its own (HTTP/1.1, by h11): under `one_request` and `safe_fetch`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import h11

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_CHUNK = 64 * 1024


async def exchange(stream: Stream, *request: h11.Event) -> AsyncGenerator[h11.Response | h11.Data, None]:
    """Sends `request`; what comes back, as it arrives: the response's head, then its content, to its end.

    To be closed (`aclosing`), and the connection with it. Raises h11.ProtocolError and OSError.
    """
    reader, writer = stream
    connection = h11.Connection(h11.CLIENT)
    try:
        for event in request:
            writer.write(connection.send(event) or b"")
        while True:
            match connection.next_event():
                case h11.NEED_DATA:
                    connection.receive_data(await reader.read(_CHUNK))
                case h11.Response() | h11.Data() as came:
                    yield came
                case h11.EndOfMessage():
                    return
                case h11.ConnectionClosed():
                    raise h11.RemoteProtocolError("closed before the answer")
                case _:
                    pass  # an informational response (1xx): the answer follows
    finally:
        writer.transport.abort()  # whole or useless: nobody waits for the peer to close as well
