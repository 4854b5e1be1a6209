"""The wires of the local cloud: serving an app in this loop, and one TCP port for gRPC and HTTP.

A gRPC client talks HTTP/2 "with prior knowledge": the first bytes of its connection are the preface of RFC 9113 §3.4.
Everything else on the same port is HTTP/1.1 (controls, REST, a browser). `Split` looks at these bytes and splices the
connection to the server that understands it, without delaying small packets (TCP_NODELAY).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
import struct
from collections.abc import Generator
from typing import Literal, cast

import httpx
import uvicorn
from starlette.types import ASGIApp

from local.standins.base import DroppableProtocol

PREFACE = b"PRI * HTTP/2.0"
GRACE = 5  # seconds that requests in flight get when a server stops


def loopback_client(seconds: float | None) -> httpx.AsyncClient:
    """An HTTP client for this machine, each step of a call at most `seconds`.

    It trusts no certificate authority: plain HTTP is all it needs, and loading them takes longer than many a call.
    """
    return httpx.AsyncClient(
        timeout=seconds,
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=None),
    )


class PortTaken(Exception):
    """Something else listens on `port`."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken: stop what listens there, or choose another port.")
        self.port = port


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket on `port` (0: a free one). Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio does not set TCP_NODELAY on what it accepts from it.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # not to wait for TIME_WAIT after a restart
        listener.bind((host, port))
        listener.listen(1024)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port) from error
        raise
    return listener


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers (the local cloud has one for all), telling when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.leave = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        """One tick a second instead of ten (a dozen servers share two cores), and none between `leave` and the end."""
        ticks = 0
        while not self.leave.is_set():
            await self.on_tick(ticks)
            ticks += 10  # on_tick renews the Date header every tenth
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):  # not wait_for, which makes a task for every tick
                    await self.leave.wait()


class Served:
    """A running HTTP server; `port` is the one it really listens on."""

    def __init__(self, server: _Server, listener: socket.socket) -> None:
        self._server = server
        self.port: int = listener.getsockname()[1]
        self._serving = asyncio.create_task(server.serve([listener]))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def up(self) -> None:
        started = asyncio.create_task(self._server.up.wait())
        await asyncio.wait({started, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        if not started.done():
            started.cancel()
            await self._serving
            raise RuntimeError(f"the server on port {self.port} ended before it had started")

    async def stop(self) -> None:
        """Accept nothing more, let requests in flight finish for `GRACE` seconds, close."""
        self._server.leave.set()
        await self._serving


async def serve_http(
    app: ASGIApp, port: int = 0, *, host: str = "127.0.0.1", lifespan: Literal["auto", "on", "off"] = "auto"
) -> Served:
    """Serves `app` in this event loop and returns when it answers. Raises PortTaken."""
    config = uvicorn.Config(
        app,
        http=DroppableProtocol,
        ws="none",
        lifespan=lifespan,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # the peer's own address is how a fault finds the connection to reset
        timeout_graceful_shutdown=GRACE,
    )
    served = Served(_Server(config), listen(port, host))
    await served.up()
    return served


class _Half(asyncio.Protocol):
    """One of two spliced connections: what arrives here is written to the other."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.other: _Half | None = None
        self.ended = False  # its peer has sent its last byte

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.other:
            self.other.transport.write(data)

    def eof_received(self) -> bool:
        """Half-closed: the other direction may go on until it ends too."""
        self.ended = True
        if self.other is None or self.other.ended:
            return False
        self.other.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        if self.other:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other:
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other is None:
            return
        if exc is None:
            self.other.transport.close()  # after what is still to be written
        else:
            reset(self.other.transport)


class _Front(_Half):
    """The half that clients connect to: waits for enough bytes to know the protocol, then connects the other half."""

    def __init__(self, split: Split) -> None:
        super().__init__()
        self._split = split
        self._first = b""
        self._joining: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._split.fronts.add(self)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            super().data_received(data)
            return
        self._first += data
        is_grpc = speaks_grpc(self._first)
        if is_grpc is not None:
            self.transport.pause_reading()
            self._joining = asyncio.create_task(self._join(self._split.target(grpc=is_grpc)))

    async def _join(self, port: int) -> None:
        try:
            _, back = await asyncio.get_running_loop().create_connection(_Half, "127.0.0.1", port)
        except OSError:
            reset(self.transport)
            return
        self.other, back.other = back, self
        self.transport.resume_reading()
        back.transport.write(self._first)

    def connection_lost(self, exc: Exception | None) -> None:
        self._split.fronts.discard(self)
        super().connection_lost(exc)

    def cut(self) -> None:
        if self._joining:
            self._joining.cancel()
        self.transport.abort()  # its connection_lost closes the other half


class Split:
    """One port for gRPC and HTTP on 127.0.0.1: `Split(port, grpc_port, http_port)`, `start()`, `stop()`.

    `port` 0 takes a free one; `.port` is the real one once started.
    """

    def __init__(self, port: int, grpc_port: int, http_port: int) -> None:
        self.port = port
        self.fronts: set[_Front] = set()
        self._grpc_port = grpc_port
        self._http_port = http_port
        self._server: asyncio.Server | None = None

    def target(self, *, grpc: bool) -> int:
        return self._grpc_port if grpc else self._http_port

    async def start(self) -> None:
        """Listens. Raises PortTaken."""
        listener = listen(self.port)
        self.port = listener.getsockname()[1]
        self._server = await asyncio.get_running_loop().create_server(lambda: _Front(self), sock=listener)

    async def stop(self) -> None:
        """Stops listening and cuts what is still open."""
        if self._server is None:
            return
        self._server.close()
        for front in list(self.fronts):
            front.cut()
        await self._server.wait_closed()
        self._server = None


def speaks_grpc(first: bytes) -> bool | None:
    """Whether a connection that begins with `first` speaks HTTP/2; None while that cannot be told yet."""
    if first.startswith(PREFACE):
        return True
    return None if PREFACE.startswith(first) else False


def reset(transport: asyncio.Transport) -> None:
    """Close with a RST: the peer sees a broken connection, not a tidy end."""
    raw = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
