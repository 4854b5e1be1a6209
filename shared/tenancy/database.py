"""A database session that can see nobody else's data.

One gRPC channel serves every tenant; each call carries its principal's id token as metadata, so the rules decide. The
stock client on the emulator silently acts as owner and bypasses every rule: here the API object is ours, built on the
guarded channel, and `Bearer owner` has nowhere to come from.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn, Protocol
from weakref import WeakKeyDictionary

import grpc
import grpc.aio
from google.api_core.exceptions import Unauthenticated
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore_v1.async_client import AsyncClient
from google.cloud.firestore_v1.services.firestore.async_client import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports.grpc_asyncio import FirestoreGrpcAsyncIOTransport

from shared.config import config
from shared.hidden import Hidden
from shared.tenancy.errors import MethodRefused
from shared.tenancy.guard import GuardedChannel

TIMEOUT = 10.0  # seconds for one RPC; the library's own retries are off, they outlive every deadline (PLATFORM §2)
_HOST = "firestore.googleapis.com:443"
_OPTIONS = (("grpc.keepalive_time_ms", 30_000), ("grpc.max_receive_message_length", 16 * 1024 * 1024))

_apis: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[FirestoreAsyncClient, GuardedChannel]] = WeakKeyDictionary()


class Session(Protocol):
    """Where a principal's token comes from."""

    async def token(self) -> Hidden: ...

    def refused(self, token: Hidden) -> None:
        """The database did not accept `token`: the next one must be new."""
        ...

    def until(self) -> float:
        """Until when the token that was given last may carry a stream, in seconds since the epoch: from then on there
        is a newer one."""
        ...


def shared_api() -> FirestoreAsyncClient:
    """The one generated client of this event loop: one channel, one transport per process."""
    loop = asyncio.get_running_loop()
    if loop not in _apis:
        channel = GuardedChannel(_plain_channel())
        _apis[loop] = FirestoreAsyncClient(transport=FirestoreGrpcAsyncIOTransport(channel=channel)), channel
    return _apis[loop][0]


def _plain_channel() -> grpc.aio.Channel:
    emulator = config().endpoints.firestore
    if emulator is not None:
        return grpc.aio.insecure_channel(emulator, options=_OPTIONS)
    return grpc.aio.secure_channel(_HOST, grpc.ssl_channel_credentials(), options=_OPTIONS)


async def close() -> None:
    """Close this event loop's channel (the local host, on its way out)."""
    _api, channel = _apis.pop(asyncio.get_running_loop(), (None, None))
    if channel is not None:
        await channel.close()


# Requests and responses of the generated client pass through untyped: AsyncClient makes them and reads them itself.
_Wire = Any


class _Calls:
    """What AsyncClient may call, each with the principal's token, a timeout, and no retries of the library's own.

    Anything that is not a method here does not exist for a session. A token that the database refuses is dropped and
    the call repeated once: it was refused before it did anything.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    async def commit(self, **request: _Wire) -> _Wire:
        return await self._call(shared_api().commit, request)

    async def get_document(self, **request: _Wire) -> _Wire:
        return await self._call(shared_api().get_document, request)

    async def batch_get_documents(self, **request: _Wire) -> AsyncIterator[_Wire]:
        return await self._stream(shared_api().batch_get_documents, request)

    async def run_query(self, **request: _Wire) -> AsyncIterator[_Wire]:
        return await self._stream(shared_api().run_query, request)

    async def run_aggregation_query(self, **request: _Wire) -> AsyncIterator[_Wire]:
        return await self._stream(shared_api().run_aggregation_query, request)

    async def _call(self, method: Callable[..., Awaitable[_Wire]], request: dict[str, _Wire]) -> _Wire:
        token = await self._session.token()
        try:
            return await method(**_as_principal(request, token))
        except Unauthenticated:
            self._session.refused(token)
            return await method(**_as_principal(request, await self._session.token()))

    async def _stream(self, method: Callable[..., Awaitable[_Wire]], request: dict[str, _Wire]) -> AsyncIterator[_Wire]:
        """The whole answer, read before it is handed on: only then is it known that the token was accepted.

        Every read of ours is bounded (ids, or a query's limit), so the answer is too.
        """

        async def whole(**with_token: _Wire) -> list[_Wire]:
            return [item async for item in await method(**with_token)]

        return _replay(await self._call(whole, request))


async def _replay(items: list[_Wire]) -> AsyncIterator[_Wire]:
    for item in items:
        yield item


def _as_principal(request: dict[str, _Wire], token: Hidden) -> dict[str, _Wire]:
    metadata = [(key, value) for key, value in request.get("metadata", ()) if key.lower() != "authorization"]
    timeout = request.get("timeout")
    return {
        **request,
        "metadata": [*metadata, ("authorization", f"Bearer {token.reveal()}")],
        "retry": None,
        "timeout": timeout if isinstance(timeout, int | float) else TIMEOUT,
    }


class Database(AsyncClient):
    """Firestore as one principal. `tenant` is that principal's tenant, None for those that have none.

    Transactions, the bulk writer, recursive deletes and the sync copy need IAM in production, or would act without the
    token: they raise MethodRefused (the stock ones mask the refusal, write nothing silently, or act as owner).
    """

    def __init__(self, session: Session, tenant: str | None) -> None:
        anonymous = AnonymousCredentials()  # type: ignore[no-untyped-call]  # google-auth has no types here
        super().__init__(project=config().project, credentials=anonymous)
        self._emulator_host = None  # the library would add `Bearer owner` for it
        self._calls = _Calls(session)
        self.session = session
        self.tenant = tenant

    @property
    def _firestore_api(self) -> _Calls:
        return self._calls

    @property
    def path(self) -> str:
        """projects/{project}/databases/{database}"""
        path: str = self._database_string
        return path

    def transaction(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise MethodRefused("a transaction needs IAM in production; use one commit with preconditions.")

    def bulk_writer(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise MethodRefused("the bulk writer needs IAM in production; commit one document at a time.")

    def recursive_delete(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise MethodRefused("a recursive delete needs IAM in production; list and delete, bounded.")

    def _to_sync_copy(self) -> NoReturn:
        raise MethodRefused("a synchronous copy would act without this session's token.")
