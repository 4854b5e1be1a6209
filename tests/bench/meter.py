"""A meter in front of Firestore: counts the calls that pass, and the documents that they would bill.

Billed, by Firestore's price list: a document written or deleted by a commit, a document read (also one that does not
exist), at least one read for a query that finds nothing, and a document that a listener is told of.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc.aio
from google.cloud.firestore_v1.types import firestore as messages

SERVICE = "google.firestore.v1.Firestore"
_STREAMS = ("BatchGetDocuments", "RunQuery", "RunAggregationQuery")


@dataclass(frozen=True)
class Passed:
    """A call as it came by."""

    method: str
    raw: bytes
    metadata: list[tuple[str, str | bytes]]


@dataclass
class Tally:
    calls: Counter[str] = field(default_factory=Counter)
    reads: int = 0
    history: int = 0  # reads of the history window, which the budget counts apart
    writes: int = 0
    deletes: int = 0

    @property
    def total_calls(self) -> int:
        return sum(self.calls.values())


class Meter:
    def __init__(self, upstream: str) -> None:
        self._upstream = grpc.aio.insecure_channel(upstream)
        self._server = grpc.aio.server()
        self.tally = Tally()
        self.port = 0
        self.deaf = False  # whether no listener is let through
        self.tape: list[Passed] | None = None  # where one is put in, what passes is kept on it

    async def start(self) -> None:
        handlers = {"Commit": grpc.unary_unary_rpc_method_handler(self._commit)}
        for name in _STREAMS:
            handlers[name] = grpc.unary_stream_rpc_method_handler(self._stream(name))
        handlers["Listen"] = grpc.stream_stream_rpc_method_handler(self._listen)
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(None)
        await self._upstream.close()

    def reset(self) -> Tally:
        """Start to count anew; what was counted until now."""
        counted, self.tally = self.tally, Tally()
        return counted

    def _keep(self, method: str, raw: bytes, context: grpc.aio.ServicerContext) -> None:
        if self.tape is not None:
            self.tape.append(Passed(method, raw, _passed(context)))

    async def _commit(self, raw: bytes, context: grpc.aio.ServicerContext) -> bytes:
        self._keep("Commit", raw, context)
        self.tally.calls["Commit"] += 1
        for write in messages.CommitRequest.deserialize(raw).writes:
            if write.delete:
                self.tally.deletes += 1
            else:
                self.tally.writes += 1
        call = self._upstream.unary_unary(f"/{SERVICE}/Commit")(raw, metadata=_passed(context))
        try:
            answer: bytes = await call
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "")
        return answer

    async def _listen(self, asked: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> None:
        if self.deaf:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "nobody is listened to")
        self.tally.calls["Listen"] += 1
        call = self._upstream.stream_stream(f"/{SERVICE}/Listen")(metadata=_passed(context))
        asking = asyncio.create_task(_ask(asked, call))
        try:
            async for said in call:
                answer = messages.ListenResponse.deserialize(said)
                self.tally.reads += "document_change" in answer or "document_delete" in answer
                await context.write(said)
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "")
        finally:
            asking.cancel()
            call.cancel()

    def _stream(self, name: str):
        async def stream(raw: bytes, context: grpc.aio.ServicerContext) -> AsyncIterator[bytes]:
            self._keep(name, raw, context)
            self.tally.calls[name] += 1
            found = 0
            call = self._upstream.unary_stream(f"/{SERVICE}/{name}")(raw, metadata=_passed(context))
            try:
                async for answer in call:
                    found += _documents(name, answer)
                    yield answer
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "")
            if name == "RunQuery":
                self.tally.history += max(found, 1)
            else:
                self.tally.reads += found

        return stream


async def _ask(asked: AsyncIterator[bytes], call: grpc.aio.StreamStreamCall) -> None:
    async for raw in asked:
        await call.write(raw)


def _documents(name: str, raw: bytes) -> int:
    if name == "RunQuery":
        return int(bool(messages.RunQueryResponse.deserialize(raw).document.name))
    if name == "BatchGetDocuments":
        answer = messages.BatchGetDocumentsResponse.deserialize(raw)
        return int(bool(answer.found.name or answer.missing))
    return 1


def _passed(context: grpc.aio.ServicerContext) -> list[tuple[str, str | bytes]]:
    metadata = context.invocation_metadata() or ()
    return [(key, value) for key, value in metadata if key in ("authorization", "google-cloud-resource-prefix")]
