"""A door in front of the Firestore emulator that judges tokens as production does, counts the streams that are open,
and closes them when a test says so."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
import grpc.aio
from google.cloud.firestore_v1.types import Document, ListenRequest

from local.gate_grpc import UNLIMITED, Upstream
from local.gate_record import Record
from local.gate_tokens import admit
from shared.clock import SystemClock
from shared.config import config
from shared.hidden import Hidden
from shared.tenancy import database
from shared.tenancy.principals import service
from tests.contract.pipeline_support import Unsigned

LISTEN = "/google.firestore.v1.Firestore/Listen"


class Door(grpc.GenericRpcHandler):
    """`deaf`: whether no stream is let through. `open`: how many are open now, `opened`: how many have ever been.
    `targets`: how many documents are listened to. `calls`: how often each method was called."""

    def __init__(self, upstream: str, project: str) -> None:
        self.deaf = False
        self.opened = 0
        self.calls: Counter[str] = Counter()
        self._streams: dict[asyncio.Task[None], set[int]] = {}
        self._upstream = upstream
        self._project = project
        self._port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def open(self) -> int:
        return len(self._streams)

    @property
    def targets(self) -> int:
        return sum(map(len, self._streams.values()))

    async def start(self) -> None:
        self._channel = grpc.aio.insecure_channel(self._upstream, options=UNLIMITED)
        clock = SystemClock()
        self._inner = Upstream(
            self._channel,
            lambda authorization: admit(authorization, self._project, clock.now()),
            lambda until: (until - clock.now()).total_seconds(),
            Record(),
        )
        self._server = grpc.aio.server(options=(*UNLIMITED, ("grpc.so_reuseport", 0)))
        self._server.add_generic_rpc_handlers((self,))
        self._port = self._server.add_insecure_port(self.host)
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace=None)
        await self._channel.close(None)

    def cut(self) -> None:
        """End every stream that is open."""
        for stream in self._streams:
            stream.cancel()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        self.calls[details.method.rpartition("/")[2]] += 1
        handler = self._inner.service(details)
        if details.method != LISTEN:
            return handler

        async def listen(asked: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> None:
            await self._listen(handler, asked, context)

        return grpc.stream_stream_rpc_method_handler(listen)

    async def _listen(
        self, handler: grpc.RpcMethodHandler, asked: AsyncIterator[bytes], context: grpc.aio.ServicerContext
    ) -> None:
        if self.deaf:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "nobody is listened to")
        self.opened += 1
        targets: set[int] = set()
        stream = asyncio.ensure_future(handler.stream_stream(_noted(asked, targets), context))
        self._streams[stream] = targets
        try:
            await asyncio.wait([stream])
        finally:
            stream.cancel()
            self._streams.pop(stream)
        if stream.cancelled():
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the stream was cut")
        stream.result()


async def _noted(asked: AsyncIterator[bytes], targets: set[int]) -> AsyncIterator[bytes]:
    async for raw in asked:
        request = ListenRequest.deserialize(raw)
        targets.discard(request.remove_target)
        if "add_target" in request:
            targets.add(request.add_target.target_id)
        yield raw


@asynccontextmanager
async def door_before(project: str) -> AsyncIterator[Door]:
    """The database of this process is behind a door, for a while."""
    before = config().endpoints.firestore
    assert before is not None
    door = Door(before, project)
    await door.start()
    await lead_to(door.host, project)
    yield door
    await lead_to(before, project)
    await door.stop()


async def lead_to(host: str, project: str) -> None:
    """This process finds its database there from now on."""
    await database.close()
    before = dict(os.environ)
    os.environ |= {"FIRESTORE_EMULATOR_HOST": host, "GOOGLE_CLOUD_PROJECT": project}
    config.cache_clear()
    config()
    os.environ.clear()
    os.environ |= before


class ShortLived:
    """A session whose tokens live `life` seconds. `lives`: of the first ones, where they differ."""

    def __init__(self, tenant: str, project: str, life: float, lives: list[float] | None = None) -> None:
        self._tenant = tenant
        self._project = project
        self._life = life
        self._lives = lives or []
        self.given: list[Hidden] = []
        self.dropped: list[Hidden] = []
        self._last: Unsigned | None = None

    async def token(self) -> Hidden:
        if self._last is None or self.until() < time.time():
            life = self._lives.pop(0) if self._lives else self._life
            self._last = Unsigned(service(self._tenant), self._project, life)
            self.given.append(await self._last.token())
        return await self._last.token()

    def refused(self, token: Hidden) -> None:
        self.dropped.append(token)
        self._last = None

    def until(self) -> float:
        return 0.0 if self._last is None else self._last.until() - self._life / 60


@dataclass
class Heard:
    """What a stream said, in order."""

    documents: list[tuple[str, Document | None]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    losses: int = 0
    failing: bool = False

    def heard(self, name: str, document: Document | None) -> None:
        if self.failing:
            raise ValueError(name)
        self.documents.append((name, document))

    def refused(self, name: str) -> None:
        self.refusals.append(name)

    def lost(self) -> None:
        self.losses += 1

    def of(self, name: str) -> list[Document | None]:
        return [document for heard, document in self.documents if heard == name]


async def soon(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Waits until it is so; a busy machine is slow, not wrong."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def tasks() -> set[asyncio.Task[object]]:
    """What runs, but for the door's own waiting for calls."""
    return {task for task in asyncio.all_tasks() if "AioServer" not in repr(task)}


async def nothing_left(before: set[asyncio.Task[object]], seconds: float = 5.0) -> None:
    """Fails with what still runs, and did not `before`."""
    try:
        await soon(lambda: tasks() <= before, seconds)
    except TimeoutError:
        raise AssertionError(f"still running: {tasks() - before}") from None
