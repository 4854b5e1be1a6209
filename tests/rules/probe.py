"""Asks the emulator: thousands of requests as any principal, over one channel, prepared once and sent many times."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType

import grpc
from google.cloud.firestore_v1.types import CommitRequest, GetDocumentRequest, RunQueryRequest
from google.protobuf import json_format

from tests.rules.cells import Cell
from tests.rules.kinds import NOW
from tests.rules.moves import GONE
from tests.rules.people import PROJECT

Json = dict[str, object]

# The question is whether one may ask: no document needs to come back.
NO_RESULT: Json = {"fieldFilter": {"field": {"fieldPath": "nothing"}, "op": "EQUAL", "value": {"booleanValue": True}}}
SERVICE = "/google.firestore.v1.Firestore/"
Metadata = tuple[tuple[str, str], ...]
AT_ONCE = 32
TRIES = 5  # two requests that want the same lock: the emulator gives up on one of them (ABORTED)
AS_OWNER = (("authorization", "Bearer owner"),)  # how the emulator is told to skip the rules: for seeds alone

# What the rules let pass may still fail for another reason; a cell asks the rules only.
PASSED = (grpc.StatusCode.OK, grpc.StatusCode.ALREADY_EXISTS, grpc.StatusCode.NOT_FOUND)


class Probe:
    """`await probe.allows(cell)`: whether the rules of its project let this request pass."""

    def __init__(self, host: str, project: str = PROJECT) -> None:
        self._channel = grpc.aio.insecure_channel(host)
        self._database = f"projects/{project}/databases/(default)"
        self._prepared: dict[str, tuple[str, bytes]] = {}
        self._changed: list[Cell] = []
        self._unary = {name: self._channel.unary_unary(SERVICE + name) for name in ("Commit", "GetDocument")}
        self._query = self._channel.unary_stream(SERVICE + "RunQuery")

    async def __aenter__(self) -> Probe:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._channel.close()

    async def seed(self, documents: Mapping[str, Mapping[str, object]]) -> None:
        """Writes these documents as the emulator's owner, whatever was there."""
        items = list(documents.items())
        for first in range(0, len(items), 100):
            writes = [self._write(path, fields) for path, fields in items[first : first + 100]]
            await self._unary["Commit"](self._commit(writes), metadata=AS_OWNER, timeout=60)

    async def wrong(self, cells: Sequence[Cell], *, stop_early: bool = False) -> list[Cell]:
        """The cells that were not answered as they must be; with `stop_early` the first few of them."""
        found: list[Cell] = []
        for first in range(0, len(cells), AT_ONCE):
            some = cells[first : first + AT_ONCE]
            answers = await asyncio.gather(*(self.allows(cell) for cell in some))
            found += [cell for cell, allowed in zip(some, answers, strict=True) if allowed != cell.allowed]
            if found and stop_early:
                break
        return found

    async def allows(self, cell: Cell) -> bool:
        token = cell.principal.token()
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        for _ in range(TRIES):
            code = await self._answer(*self._request(cell), metadata)
            if code != grpc.StatusCode.ABORTED:
                break
        if code not in (*PASSED, grpc.StatusCode.PERMISSION_DENIED):
            raise AssertionError(f"{cell.name}: {code}")
        if code in PASSED and cell.verb in ("update", "delete", "create"):
            self._changed.append(cell)
        return code in PASSED

    def take_changed(self) -> list[Cell]:
        """The cells that may have changed a document since the last time."""
        changed, self._changed = self._changed, []
        return changed

    async def _answer(self, method: str, request: bytes, metadata: Metadata) -> grpc.StatusCode:
        try:
            if method == "RunQuery":
                async for _ in self._query(request, metadata=metadata, timeout=60):
                    pass
            else:
                await self._unary[method](request, metadata=metadata, timeout=60)
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK

    def _request(self, cell: Cell) -> tuple[str, bytes]:
        if cell.name not in self._prepared:
            self._prepared[cell.name] = self._prepare(cell)
        return self._prepared[cell.name]

    def _prepare(self, cell: Cell) -> tuple[str, bytes]:
        if cell.verb == "get":
            name = f"{self._database}/documents/{cell.path}"
            return "GetDocument", _bytes(GetDocumentRequest, {"name": name})
        if cell.verb in ("list", "group-list"):
            return "RunQuery", self._listing(cell)
        return "Commit", self._commit([self._change(cell)])

    def _listing(self, cell: Cell) -> bytes:
        parent, _, collection = f"{self._database}/documents/{cell.path}".rpartition("/")
        source = {"collectionId": collection, "allDescendants": cell.verb == "group-list"}
        limit = {} if cell.limit is None else {"limit": cell.limit}
        query = {"from": [source], "where": NO_RESULT, **limit}
        return _bytes(RunQueryRequest, {"parent": parent, "structuredQuery": query})

    def _change(self, cell: Cell) -> Json:
        if cell.verb == "delete":
            return {"delete": f"{self._database}/documents/{cell.path}"}
        fields = cell.fields or {}
        write = self._write(cell.path, fields)
        if cell.verb == "create":
            return {**write, "currentDocument": {"exists": False}}
        mask = [name for name, value in fields.items() if value is not NOW]
        return {**write, "updateMask": {"fieldPaths": mask}, "currentDocument": {"exists": True}}

    def _write(self, path: str, fields: Mapping[str, object]) -> Json:
        plain = {name: encoded(value) for name, value in fields.items() if value is not NOW and value is not GONE}
        stamps = [
            {"fieldPath": name, "setToServerValue": "REQUEST_TIME"} for name, value in fields.items() if value is NOW
        ]
        name = f"{self._database}/documents/{path}"
        return {"update": {"name": name, "fields": plain}, **({"updateTransforms": stamps} if stamps else {})}

    def _commit(self, writes: Iterable[Json]) -> bytes:
        return _bytes(CommitRequest, {"database": self._database, "writes": list(writes)})


def encoded(value: object) -> Json:
    """A value in Firestore's JSON."""
    match value:
        case None:
            return {"nullValue": None}
        case bool():
            return {"booleanValue": value}
        case int():
            return {"integerValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case datetime():
            return {"timestampValue": value.isoformat()}
        case list():
            return {"arrayValue": {"values": [encoded(item) for item in value]}}
        case dict():
            return {"mapValue": {"fields": {key: encoded(item) for key, item in value.items()}}}
    raise TypeError(f"no such value in Firestore: {value!r}")


def _bytes(kind: type, content: Json) -> bytes:
    message = kind.pb(kind())
    json_format.ParseDict(content, message)
    return message.SerializeToString()
