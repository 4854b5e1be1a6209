"""A gate in front of the Firestore emulator, which refuses what production refuses and the emulator does not.

Tokens that have expired, are of the future or of another project, `Bearer owner`, no token at all: UNAUTHENTICATED.
Methods that need IAM (transactions, an empty Commit, BatchWrite, ListCollectionIds, …): PERMISSION_DENIED. Everything
else passes through unchanged, on one port for gRPC, REST and the browser's channel. About a millisecond a call. Its
controls are in `gate_record`.
"""

from __future__ import annotations

from datetime import datetime

import grpc.aio
import httpx

from local.gate_grpc import UNLIMITED, Upstream
from local.gate_http import TIMEOUT, HttpGate
from local.gate_record import Record
from local.gate_tokens import admit
from local.wire import Served, Split, serve_http
from shared.clock import Clock


class Gate:
    """`Gate(port, upstream, project, clock)`: `port` 0 takes a free one, `upstream` is the emulator's "host:port"."""

    def __init__(self, port: int, upstream: str, project: str, clock: Clock) -> None:
        self.port = port
        self._upstream = upstream
        self._project = project
        self._clock = clock
        self._record = Record()
        self._channel: grpc.aio.Channel | None = None
        self._grpc: grpc.aio.Server | None = None
        self._client: httpx.AsyncClient | None = None
        self._http: Served | None = None
        self._split: Split | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listens. Raises PortTaken."""
        try:
            self._split = Split(self.port, await self._start_grpc(), await self._start_http())
            await self._split.start()
        except BaseException:
            await self.stop()
            raise
        self.port = self._split.port

    async def stop(self) -> None:
        """Stops listening and cuts what is open. Stopping twice is fine."""
        if self._split:
            await self._split.stop()
        if self._grpc:
            await self._grpc.stop(grace=None)
        if self._http:
            await self._http.stop()
        if self._client:
            await self._client.aclose()
        if self._channel:
            await self._channel.close(None)
        self._split = self._grpc = self._http = self._client = self._channel = None

    async def _start_grpc(self) -> int:
        self._channel = grpc.aio.insecure_channel(self._upstream, options=UNLIMITED)
        self._grpc = grpc.aio.server(options=(*UNLIMITED, ("grpc.so_reuseport", 0)))
        self._grpc.add_generic_rpc_handlers((Upstream(self._channel, self._admit, self._left, self._record),))
        port: int = self._grpc.add_insecure_port("127.0.0.1:0")
        await self._grpc.start()
        return port

    async def _start_http(self) -> int:
        # A connection of its own for each request: the emulator closes kept ones under the next request's feet.
        once = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(base_url=f"http://{self._upstream}", timeout=TIMEOUT, limits=once)
        self._http = await serve_http(
            HttpGate(self._client, self._admit, self._clock.now, self._record.app), lifespan="off"
        )
        return self._http.port

    def _admit(self, authorization: str | None) -> datetime:
        return admit(authorization, self._project, self._clock.now())

    def _left(self, until: datetime) -> float:
        return (until - self._clock.now()).total_seconds()
