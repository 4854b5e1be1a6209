"""A stand-in for a service that speaks gRPC: its methods, with the calls recorded and the ordered faults obeyed.

A method is recorded as a POST to its gRPC path ("/google.cloud.tasks.v2.CloudTasks/CreateTask"). A fault's path may be
that, or just the method's name; its `status` is answered as the gRPC code that Google maps to that HTTP status, and
`drop` as UNAVAILABLE, which is what a client makes of a lost connection.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import grpc
import grpc.aio
from starlette.routing import BaseRoute

from local.standins.base import JSON, Fault, Standin
from local.wire import PortTaken, Served, Split, serve_http

# google/rpc/code.proto: "HTTP Mapping".
CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.ALREADY_EXISTS,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    499: grpc.StatusCode.CANCELLED,
    500: grpc.StatusCode.INTERNAL,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}


class Refused(Exception):
    """What a method answers instead of a result."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(frozen=True)
class Method(Generic[Q, A]):
    """One unary method: how its messages are read and written, what it does, and what `__calls` shows of a request."""

    name: str
    read: Callable[[bytes], Q]
    write: Callable[[A], bytes]
    act: Callable[[Q], Awaitable[A]]
    shown: Callable[[Q], JSON]


class GrpcStandin(Standin):
    """One port for a service's gRPC and for the stand-in's HTTP (controls, and REST where a subclass has it)."""

    def __init__(self, name: str, service: str, routes: list[BaseRoute]) -> None:
        super().__init__(name, routes)
        self._service = service
        self._handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {}
        self._http: Served | None = None
        self._grpc: grpc.aio.Server | None = None
        self._split: Split | None = None

    def offer(self, method: Method[Q, A]) -> None:
        """Adds a method; before `start`."""

        async def serve(raw: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
            try:
                return await self._serve_rpc(method, raw, context)
            except Refused as refused:
                await context.abort(refused.code, refused.message)

        self._handlers[method.name] = grpc.unary_unary_rpc_method_handler(serve)

    @property
    def port(self) -> int:
        if self._split is None:
            raise RuntimeError(f"{self.name} is not started")
        return self._split.port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Serves on `port` (0: a free one). Raises PortTaken."""
        self._grpc = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        self._grpc.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(self._service, self._handlers),))
        inner = self._grpc.add_insecure_port("127.0.0.1:0")
        await self._grpc.start()
        self._http = await serve_http(self.app)
        split = Split(port, inner, self._http.port)
        try:
            await split.start()
        except PortTaken:
            await self.stop()
            raise
        self._split = split

    async def stop(self) -> None:
        if self._split:
            await self._split.stop()
        if self._http:
            await self._http.stop()
        if self._grpc:
            await self._grpc.stop(grace=None)
        self._split = self._http = self._grpc = None

    async def _serve_rpc(
        self, method: Method[Q, A], raw: bytes, context: grpc.aio.ServicerContext[bytes, bytes]
    ) -> bytes:
        path = f"/{self._service}/{method.name}"
        request = method.read(raw)
        self.calls.record("POST", path, "", _headers(context), json.dumps(method.shown(request)).encode())
        fault = self.faults.take(path, raw) or self.faults.take(method.name, raw)
        if fault is None:
            return method.write(await method.act(request))
        refusal = refusal_of(fault)
        if fault.phase == "before":
            await self.faults.delay(fault)
            if refusal is not None:
                raise refusal
        answer = await method.act(request)
        if fault.phase == "after":
            await self.faults.delay(fault)
        if refusal is not None:
            raise refusal
        return method.write(answer)


def refusal_of(fault: Fault) -> Refused | None:
    """What an ordered fault answers; None if it only delays."""
    if fault.drop:
        return Refused(grpc.StatusCode.UNAVAILABLE, "Socket closed")
    if fault.status is None:
        return None
    return Refused(CODES.get(fault.status, grpc.StatusCode.UNKNOWN), "ordered fault")


def _headers(context: grpc.aio.ServicerContext[bytes, bytes]) -> dict[str, str]:
    pairs = context.invocation_metadata() or ()
    return {key: value if isinstance(value, str) else value.hex() for key, value in pairs}
