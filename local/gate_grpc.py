"""The gate's gRPC half: passes messages through as bytes, and reads of a request only what decides whether it may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, cast

import grpc
import grpc.aio
from google.cloud.firestore_v1 import types
from google.protobuf.message import DecodeError, Message

from local.gate_record import Record
from local.gate_tokens import NotAdmitted, only
from local.standins.base import Fault
from local.standins.rpc import Refused, refusal_of

SERVICE = "/google.firestore.v1.Firestore/"
UNARY = ("Commit", "GetDocument", "ListDocuments", "CreateDocument", "UpdateDocument", "DeleteDocument")
ANSWERS_MANY = ("RunQuery", "RunAggregationQuery", "BatchGetDocuments")
TALKS = ("Listen", "Write")
# All others need IAM: BeginTransaction, Rollback, BatchWrite, ListCollectionIds, PartitionQuery, ExecutePipeline …

UNLIMITED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
OWN = ("user-agent", "grpc-", ":")  # metadata of one connection, not of the call

Admit = Callable[[str | None], datetime]  # raises NotAdmitted
Left = Callable[[datetime], float]  # seconds

if TYPE_CHECKING:  # generic in grpc's stubs alone
    Context = grpc.aio.ServicerContext[bytes, bytes]
    GenericHandler = grpc.GenericRpcHandler[bytes, bytes]
else:
    GenericHandler = grpc.GenericRpcHandler


class IamOnly(Exception):
    """Production refuses this to an id token: PERMISSION_DENIED, or 403."""


_READ: dict[str, type[Message]] = {
    "Commit": type(types.CommitRequest.pb(types.CommitRequest())),
    "GetDocument": type(types.GetDocumentRequest.pb(types.GetDocumentRequest())),
    "ListDocuments": type(types.ListDocumentsRequest.pb(types.ListDocumentsRequest())),
    "RunQuery": type(types.RunQueryRequest.pb(types.RunQueryRequest())),
    "RunAggregationQuery": type(types.RunAggregationQueryRequest.pb(types.RunAggregationQueryRequest())),
    "BatchGetDocuments": type(types.BatchGetDocumentsRequest.pb(types.BatchGetDocumentsRequest())),
}


def check_request(method: str, raw: bytes) -> None:
    """Raises IamOnly for what a transaction, an empty Commit, or a list of missing documents would need."""
    kind = _READ.get(method)
    if kind is None:
        return
    try:
        request = kind.FromString(raw)
    except DecodeError:
        return  # the emulator says so
    fields = {field.name for field, _ in request.ListFields()}
    if method == "Commit" and "writes" not in fields:
        raise IamOnly("an empty Commit needs IAM")
    for name in ("transaction", "new_transaction", "show_missing"):
        if name in fields:
            raise IamOnly(f"'{name}' needs IAM")


class Upstream(GenericHandler):
    """Handles every method of Firestore by asking the emulator."""

    def __init__(self, channel: grpc.aio.Channel, admit: Admit, left: Left, record: Record) -> None:
        self._record = record
        self._admit = admit
        self._left = left
        self._handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {}
        for name in UNARY:
            serve = self._once(name, channel.unary_unary(SERVICE + name, None, None))
            self._handlers[SERVICE + name] = grpc.unary_unary_rpc_method_handler(serve)
        for name in ANSWERS_MANY:
            stream = self._many(name, channel.unary_stream(SERVICE + name, None, None))
            self._handlers[SERVICE + name] = grpc.unary_stream_rpc_method_handler(stream)
        for name in TALKS:
            talk = self._talk(channel.stream_stream(SERVICE + name, None, None))
            self._handlers[SERVICE + name] = grpc.stream_stream_rpc_method_handler(talk)
        self._refusing = grpc.unary_unary_rpc_method_handler(self._refuse)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        return self._handlers.get(details.method, self._refusing)

    def _once(
        self, name: str, ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
    ) -> Callable[[bytes, Context], Awaitable[bytes]]:
        async def serve(raw: bytes, context: Context) -> bytes:
            await self._checked(name, raw, context)
            fault = self._fault(name, raw)
            try:
                await self._obey(fault, "before")
                answer = await self._asked(name, ask, raw, context)
                await self._obey(fault, "after")
            except Refused as refused:
                await context.abort(refused.code, refused.message)
            except grpc.aio.AioRpcError as error:
                return await _abort(context, error)
            return answer

        return serve

    async def _asked(
        self, name: str, ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes], raw: bytes, context: Context
    ) -> bytes:
        metadata = _passed_on(context)
        if name == "Commit":
            return await self._record.committed(raw, ask(raw, metadata=metadata))
        return await ask(raw, metadata=metadata, timeout=context.time_remaining())

    def _fault(self, name: str, raw: bytes) -> Fault | None:
        return self._record.faults.take(SERVICE + name, raw) or self._record.faults.take(name, raw)

    async def _obey(self, fault: Fault | None, phase: str) -> None:
        """An ordered delay, then the ordered refusal. Raises Refused."""
        if fault is None or fault.phase != phase:
            return
        await self._record.faults.delay(fault)
        refusal = refusal_of(fault)
        if refusal is not None:
            raise refusal

    def _many(
        self, name: str, ask: grpc.aio.UnaryStreamMultiCallable[bytes, bytes]
    ) -> Callable[[bytes, Context], AsyncIterator[bytes]]:
        async def serve(raw: bytes, context: Context) -> AsyncIterator[bytes]:
            await self._checked(name, raw, context)
            try:
                await self._obey(self._fault(name, raw), "before")
            except Refused as refused:
                await context.abort(refused.code, refused.message)
            call = ask(raw, metadata=_passed_on(context), timeout=context.time_remaining())
            try:
                async for answer in call:
                    yield answer
            except grpc.aio.AioRpcError as error:
                await _abort(context, error)
            finally:
                call.cancel()

        return serve

    def _talk(
        self, open_stream: grpc.aio.StreamStreamMultiCallable[bytes, bytes]
    ) -> Callable[[AsyncIterator[bytes], Context], Awaitable[None]]:
        async def serve(requests: AsyncIterator[bytes], context: Context) -> None:
            expires = await self._admitted(context)
            call = open_stream(None, metadata=_passed_on(context))
            asking = asyncio.create_task(_ask(requests, call))
            try:
                async with asyncio.timeout(self._left(expires)):  # in production a stream ends with its token
                    await _answer(call, context)
            except TimeoutError:
                await context.abort(grpc.StatusCode.UNAUTHENTICATED, "the token has expired")
            except grpc.aio.AioRpcError as error:
                await _abort(context, error)
            finally:
                asking.cancel()
                call.cancel()

        return serve

    async def _refuse(self, raw: bytes, context: Context) -> bytes:
        await self._admitted(context)
        await context.abort(grpc.StatusCode.PERMISSION_DENIED, "this method needs IAM: an id token may not call it")

    async def _admitted(self, context: Context) -> datetime:
        try:
            return self._admit(only(str(value) for key, value in _passed_on(context) if key == "authorization"))
        except NotAdmitted as refusal:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, str(refusal))

    async def _checked(self, name: str, raw: bytes, context: Context) -> None:
        await self._admitted(context)
        try:
            check_request(name, raw)
        except IamOnly as refusal:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, str(refusal))


async def _ask(requests: AsyncIterator[bytes], call: grpc.aio.StreamStreamCall[bytes, bytes]) -> None:
    async for raw in requests:
        await call.write(raw)
    await call.done_writing()


async def _answer(call: grpc.aio.StreamStreamCall[bytes, bytes], context: Context) -> None:
    async for answer in call:
        await context.write(answer)


async def _abort(context: Context, error: grpc.aio.AioRpcError) -> bytes:
    """Answers as the emulator did. Raises always."""
    trailing = _of_the_call(error.trailing_metadata())
    await context.abort(error.code(), error.details() or "", trailing)


def _passed_on(context: Context) -> tuple[tuple[str, str | bytes], ...]:
    return _of_the_call(context.invocation_metadata())


def _of_the_call(metadata: object) -> tuple[tuple[str, str | bytes], ...]:
    """Metadata without what belongs to one connection."""
    pairs = cast("Iterable[tuple[str, str | bytes]]", metadata or ())
    return tuple((key, value) for key, value in pairs if not key.startswith(OWN))
