"""The channel that lets through only what production allows to an id token.

The emulator also answers BeginTransaction, Rollback, an empty Commit, BatchWrite and more; production demands IAM for
them (DESIGN §2). Code that needed one would pass every local test and fail on the first day, so it fails here instead.
A subclass of the channel and not an interceptor: interceptors cost tens of microseconds a call and break streams.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol, cast

import grpc
import grpc.aio

from shared.tenancy.errors import MethodRefused

SERVICE = "/google.firestore.v1.Firestore/"
ALLOWED = frozenset(
    SERVICE + name
    for name in ("Commit", "BatchGetDocuments", "GetDocument", "RunQuery", "RunAggregationQuery", "Listen")
)


class _Request(Protocol):
    """A proto-plus message: `"field" in request` says whether it is present, and AttributeError that there is none."""

    writes: Sequence[object]

    def __contains__(self, field: str) -> bool: ...


# grpc's own multicallables are generic over request and response, and the generated transport passes them through
# untyped: this alias is the one place where that shows.
_Multi = Any
Check = Callable[[_Request], None]


# The library looks at a multicallable's class to know how its errors arrive, so these keep the classes.


class _Unary(grpc.aio.UnaryUnaryMultiCallable[_Multi, _Multi]):
    def __init__(self, inner: Callable[..., _Multi], check: Check) -> None:
        self._inner = inner
        self._check = check

    def __call__(self, request: _Multi, *args: _Multi, **kwargs: _Multi) -> _Multi:
        self._check(request)
        return self._inner(request, *args, **kwargs)


class _Stream(grpc.aio.UnaryStreamMultiCallable[_Multi, _Multi]):
    def __init__(self, inner: Callable[..., _Multi], check: Check) -> None:
        self._inner = inner
        self._check = check

    def __call__(self, request: _Multi, *args: _Multi, **kwargs: _Multi) -> _Multi:
        self._check(request)
        return self._inner(request, *args, **kwargs)


class GuardedChannel(grpc.aio.Channel):
    """`inner`, less everything that needs IAM: raises MethodRefused before a byte leaves."""

    def __init__(self, inner: grpc.aio.Channel) -> None:
        self._inner = inner
        # The generated transport appends its logging interceptor here; nobody reads it.
        self._unary_unary_interceptors: list[object] = []

    def unary_unary(self, method: str, *args: object, **kwargs: object) -> _Multi:
        return _Unary(self._multi("unary_unary")(method, *args, **kwargs), _check_of(method))

    def unary_stream(self, method: str, *args: object, **kwargs: object) -> _Multi:
        return _Stream(self._multi("unary_stream")(method, *args, **kwargs), _check_of(method))

    def stream_unary(self, method: str, *_args: object, **_kwargs: object) -> _Multi:
        return _refusing(method)

    def stream_stream(self, method: str, *args: object, **kwargs: object) -> _Multi:
        """The generated transport asks for all of them when it is built: refusing is for when one is called."""
        return self._multi("stream_stream")(method, *args, **kwargs) if method in ALLOWED else _refusing(method)

    def _multi(self, kind: str) -> Callable[..., _Multi]:
        return cast("Callable[..., _Multi]", getattr(self._inner, kind))

    async def __aenter__(self) -> GuardedChannel:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        await self._inner.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        return self._inner.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        await self._inner.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        await self._inner.channel_ready()


def _check_of(method: str) -> Check:
    if method not in ALLOWED:
        return _refusing(method)
    return _refuse_empty_commit if method == SERVICE + "Commit" else _refuse_transaction


def _refusing(method: str) -> Callable[..., NoReturn]:
    def refused(*_args: object, **_kwargs: object) -> NoReturn:
        _refuse(method)

    return refused


def _refuse(what: str) -> NoReturn:
    raise MethodRefused(f"{what.removeprefix(SERVICE)} needs IAM in production; an id token cannot call it.")


def _refuse_empty_commit(request: _Request) -> None:
    _refuse_transaction(request)
    if not request.writes:
        _refuse("an empty Commit")


def _refuse_transaction(request: _Request) -> None:
    """Presence counts: an empty `new_transaction` begins one as well as a filled one does."""
    if _present(request, "transaction") or _present(request, "new_transaction"):
        _refuse("a transaction")


def _present(request: _Request, field: str) -> bool:
    try:
        return field in request
    except AttributeError:  # this kind of request has no such field
        return False
