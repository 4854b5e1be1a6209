"""The guarded channel itself: what production refuses to an id token never reaches the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio
import pytest
from google.cloud.firestore_v1 import types
from google.cloud.firestore_v1.services.firestore.transports.grpc_asyncio import FirestoreGrpcAsyncIOTransport

from shared.tenancy.errors import MethodRefused
from shared.tenancy.guard import ALLOWED, SERVICE, GuardedChannel

SENT = "sent"


class Inner(grpc.aio.Channel):
    """Remembers what was asked for and what was sent."""

    def __init__(self) -> None:
        self._unary_unary_interceptors: list[object] = []
        self.methods: dict[str, str] = {}
        self.sent: list[object] = []

    def _multi(self, kind: str, method: str) -> Callable[..., str]:
        self.methods[method] = kind

        def call(request: object, *_args: object, **_kwargs: object) -> str:
            self.sent.append(request)
            return SENT

        return call

    def unary_unary(self, method: str, *_args: object, **_kwargs: object) -> Any:
        return self._multi("unary_unary", method)

    def unary_stream(self, method: str, *_args: object, **_kwargs: object) -> Any:
        return self._multi("unary_stream", method)

    def stream_unary(self, method: str, *_args: object, **_kwargs: object) -> Any:
        return self._multi("stream_unary", method)

    def stream_stream(self, method: str, *_args: object, **_kwargs: object) -> Any:
        return self._multi("stream_stream", method)

    async def __aenter__(self) -> Inner:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        self.sent.append(("closed", grace))

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        return grpc.ChannelConnectivity.READY

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        return None

    async def channel_ready(self) -> None:
        return None


async def methods() -> dict[str, str]:
    """Every method of the generated client → its kind of call."""
    inner = Inner()
    FirestoreGrpcAsyncIOTransport(channel=inner)
    return inner.methods


def call(inner: Inner, kind: str, name: str, request: object) -> object:
    multi = getattr(GuardedChannel(inner), kind)(name)
    return multi(request)


async def test_every_method_that_is_not_allowed_is_refused_before_it_is_sent() -> None:
    refused = {name: kind for name, kind in (await methods()).items() if name not in ALLOWED}
    assert {name.removeprefix(SERVICE) for name in refused} >= {
        *("BeginTransaction", "Rollback", "BatchWrite", "Write", "ListDocuments", "ListCollectionIds"),
        *("CreateDocument", "UpdateDocument", "DeleteDocument", "PartitionQuery"),
    }
    inner = Inner()
    for name, kind in refused.items():
        with pytest.raises(MethodRefused, match=name.removeprefix(SERVICE)):
            call(inner, kind, name, object())
    assert inner.sent == []


async def test_every_allowed_method_is_one_of_the_services() -> None:
    assert set(await methods()) >= ALLOWED


READS = [
    ("unary_stream", "BatchGetDocuments", types.BatchGetDocumentsRequest),
    ("unary_stream", "RunQuery", types.RunQueryRequest),
    ("unary_stream", "RunAggregationQuery", types.RunAggregationQueryRequest),
]
WRITE = types.Write(delete="projects/p/databases/(default)/documents/a/b")
BEGIN: list[dict[str, object]] = [{}, {"read_only": {}}, {"read_write": {}}]


@pytest.mark.parametrize(("kind", "name", "request_type"), READS)
@pytest.mark.parametrize("selector", [*({"new_transaction": begin} for begin in BEGIN), {"transaction": b"x"}])
def test_a_read_that_begins_or_names_a_transaction_is_refused(
    kind: str, name: str, request_type: Callable[..., object], selector: dict[str, object]
) -> None:
    inner = Inner()
    with pytest.raises(MethodRefused, match="transaction"):
        call(inner, kind, SERVICE + name, request_type(**selector))
    assert inner.sent == []


@pytest.mark.parametrize(("kind", "name", "request_type"), READS)
def test_an_empty_transaction_id_is_one_too(kind: str, name: str, request_type: Callable[..., object]) -> None:
    with pytest.raises(MethodRefused, match="transaction"):
        call(Inner(), kind, SERVICE + name, request_type(transaction=b""))


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("Commit", types.CommitRequest()),
        ("Commit", types.CommitRequest(writes=[])),
        ("Commit", types.CommitRequest(writes=[WRITE], transaction=b"x")),
        ("GetDocument", types.GetDocumentRequest(name="a", transaction=b"x")),
        ("GetDocument", types.GetDocumentRequest(name="a", transaction=b"")),
    ],
)
def test_a_commit_of_nothing_or_in_a_transaction_is_refused(name: str, request_: object) -> None:
    inner = Inner()
    with pytest.raises(MethodRefused):
        call(inner, "unary_unary", SERVICE + name, request_)
    assert inner.sent == []


@pytest.mark.parametrize(
    ("kind", "name", "request_"),
    [
        *((kind, name, request_type()) for kind, name, request_type in READS),
        ("unary_unary", "Commit", types.CommitRequest(writes=[WRITE])),
        ("unary_unary", "GetDocument", types.GetDocumentRequest(name="a")),
        ("stream_stream", "Listen", types.ListenRequest()),
    ],
)
def test_what_an_id_token_may_do_is_sent_as_it_is(kind: str, name: str, request_: object) -> None:
    inner = Inner()
    assert call(inner, kind, SERVICE + name, request_) == SENT
    assert inner.sent == [request_]


async def test_closing_closes_the_inner_channel() -> None:
    inner = Inner()
    async with GuardedChannel(inner):
        pass
    assert inner.sent == [("closed", None)]
