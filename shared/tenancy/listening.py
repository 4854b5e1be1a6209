"""One raw `Listen` stream of one principal, on documents that come and go while it runs (PLATFORM: Firestore as a
tenant).

A stream ends before its token does and is opened again with the next one; after a failure it is opened again with
growing pauses. Every new stream tells of every document again, so that nothing is missed in between. A refusal by the
rules takes a document off the stream, which stays open for the others.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, cast

import grpc
import grpc.aio
from google.cloud.firestore_v1.types import Document, ListenRequest, ListenResponse, Target, TargetChange

from shared import log
from shared.clock import Clock
from shared.errors import Problem
from shared.tenancy.database import Database, shared_api

ANSWER = 10.0  # seconds until a new stream must have said something
SHORTEST = 0.5  # seconds: a token that ends at once opens no streams in a row
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds
STEADY = 30.0  # seconds: a stream that lasted longer was a good one, and its end is a first failure

_Kind = TargetChange.TargetChangeType


class Listener(Protocol):
    """Who is told what the stream says. `name` is a document's whole path."""

    def heard(self, name: str, document: Document | None) -> None:
        """The document as it is now; None where there is none."""
        ...

    def refused(self, name: str) -> None:
        """This document is not listened to: the rules, or the database, refused that."""
        ...

    def lost(self) -> None:
        """Nothing is heard any more, of any document, until it is heard again."""
        ...


class Call(Protocol):
    async def write(self, request: ListenRequest) -> None: ...

    async def read(self) -> object: ...

    def cancel(self) -> bool: ...


class Ended(Exception):
    """The stream is over, though its time is not."""


def pause_after(failures: int) -> float:
    """Seconds until the next try. Half of it is chance: many instances lose the database in the same moment."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311


class Listening:
    """Listens while there is something to listen to: `add` and `remove` open and close the stream.

    `db` lends the principal; another session of the same one may take its place at any time.
    """

    def __init__(
        self, db: Database, listener: Listener, clock: Clock, pause: Callable[[int], float] = pause_after
    ) -> None:
        self.db = db
        self._listener = listener
        self._clock = clock
        self._pause = pause
        self._wanted: dict[int, str] = {}  # target → document
        self._last_target = 0
        self._changed = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def add(self, name: str) -> None:
        if name in self._wanted.values():
            return
        self._last_target += 1
        self._wanted[self._last_target] = name
        self._changed.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="listening")
            self._running.add_done_callback(self._ended)

    def remove(self, name: str) -> None:
        for target in [target for target, wanted in self._wanted.items() if wanted == name]:
            del self._wanted[target]
            self._changed.set()
        if not self._wanted:
            self._stop()

    async def close(self) -> None:
        self._wanted.clear()
        self._stop()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _stop(self) -> None:
        if self._running is not None:
            self._ending.add(self._running)
            self._running.cancel()
            self._running = None
            self._listener.lost()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if self._running is task:
            self._running = None
        if not task.cancelled() and (raised := task.exception()) is not None:
            log.crash("listening ended", raised)

    # -- the streams, one after the other

    async def _run(self) -> None:
        failures = 0
        while self._wanted:
            began = self._clock.monotonic()
            try:
                await self._listen()
                failures = 0
            except (grpc.aio.AioRpcError, Ended, TimeoutError, Problem) as error:
                failures = 1 if self._clock.monotonic() - began > STEADY else failures + 1
                code = _code(error)
                log.warning("listening was interrupted", count="listening_lost", code=code, failures=failures)
                if failures > 1 or code != grpc.StatusCode.UNAUTHENTICATED.name:
                    await asyncio.sleep(self._pause(failures))

    async def _listen(self) -> None:
        """Returns when the token's time is over. Raises whatever else ends the stream."""
        session, stream = self.db.session, Stream(self.db.path, self._wanted, self._listener)
        token = await session.token()
        left = max(session.until() - self._clock.now().timestamp(), SHORTEST)
        call = _open(self.db.path, token.reveal())
        telling = asyncio.create_task(stream.tell(call, self._changed))
        try:
            await stream.hear(call, left)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAUTHENTICATED:
                session.refused(token)
            raise
        finally:
            call.cancel()
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            if self._running is asyncio.current_task():  # else another one may hear everything already
                self._listener.lost()


def _open(database: str, token: str) -> Call:
    """The stub itself: interceptors and the library's iterator leave tasks behind."""
    listen = cast("Callable[..., Call]", shared_api().transport.listen)
    return listen(metadata=(("authorization", f"Bearer {token}"), ("google-cloud-resource-prefix", database)))


def _code(error: Exception) -> str:
    if isinstance(error, grpc.aio.AioRpcError):
        return error.code().name
    return error.code if isinstance(error, Problem) else type(error).__name__.lower()


@dataclass(slots=True)
class Stream:
    """One stream: what it was told to listen to, and what it has said of that."""

    database: str
    wanted: dict[int, str]  # lives on, whatever becomes of this stream
    listener: Listener
    patience: float = ANSWER
    _told: set[int] = field(default_factory=set)
    _found: set[int] = field(default_factory=set)  # whose document has been heard of

    async def tell(self, call: Call, changed: asyncio.Event) -> None:
        """Adds and removes targets, one write at a time."""
        while True:
            changed.clear()
            for target in self._told - self.wanted.keys():
                self._told.discard(target)
                await call.write(ListenRequest(database=self.database, remove_target=target))
            for target, name in [item for item in self.wanted.items() if item[0] not in self._told]:
                self._told.add(target)
                added = Target(target_id=target, documents=Target.DocumentsTarget(documents=[name]))
                await call.write(ListenRequest(database=self.database, add_target=added))
            await changed.wait()

    async def hear(self, call: Call, seconds: float) -> None:
        """For so many seconds. Raises TimeoutError where nothing is said at all, Ended, or the call's error."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        try:
            async with asyncio.timeout(min(self.patience, seconds)) as limit:
                while isinstance(said := await call.read(), ListenResponse):
                    limit.reschedule(end)
                    self._take(said)
        except TimeoutError:
            if loop.time() >= end:
                return
            raise
        raise Ended

    # -- what it says

    def _take(self, said: ListenResponse) -> None:
        if "document_change" in said:
            change = said.document_change
            self._is(change.target_ids, change.document)
            self._is(change.removed_target_ids, None)
        elif "document_delete" in said:
            self._is(said.document_delete.removed_target_ids, None)
        elif "document_remove" in said:
            self._is(said.document_remove.removed_target_ids, None)
        elif "filter" in said and said.filter.count == 0:
            self._is([said.filter.target_id], None)
        elif "target_change" in said:
            self._turn(said.target_change)

    def _is(self, targets: Iterable[int], document: Document | None) -> None:
        for target in targets:
            name = self.wanted.get(target)
            if name is not None:
                self._found.add(target)
                self.listener.heard(name, document)

    def _turn(self, change: TargetChange) -> None:
        targets = set(change.target_ids) or set(self._told)  # none named: all
        if change.target_change_type is _Kind.CURRENT:
            # Of a document that is not there nothing is said, except that this is all.
            self._is(targets - self._found, None)
        elif change.target_change_type is _Kind.RESET:
            self._found -= targets
        elif change.target_change_type is _Kind.REMOVE:
            self._leave(targets)

    def _leave(self, targets: set[int]) -> None:
        """Ours, which the database will not listen to; those that we removed ourselves are not wanted any more."""
        for target in targets & self.wanted.keys():
            self._told.discard(target)
            self.listener.refused(self.wanted.pop(target))
