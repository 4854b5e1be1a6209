"""Cloud Storage on loopback: as much of the JSON API as its own client needs to keep files.

    POST /upload/storage/v1/b/{bucket}/o?uploadType=multipart    metadata and content in one body (RFC 2387)
    POST /upload/storage/v1/b/{bucket}/o?uploadType=resumable    metadata; the content follows by PUT to `Location`
    GET  /storage/v1/b/{bucket}/o/{object}                       metadata; with alt=media the content
    GET  /download/storage/v1/b/{bucket}/o/{object}?alt=media    the content
    DELETE /storage/v1/b/{bucket}/o/{object}
    GET  /__objects   [{"bucket", "name", "content_type", "size", "generation"}], by name

`ifGenerationMatch` and `ifGenerationNotMatch` are honoured (412, as the service has it), `md5Hash` is checked. A bucket
exists from its first use. The record of calls leaves out what was uploaded.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from itertools import count
from secrets import token_hex

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import JSON, Calls, Standin

Key = tuple[str, str]  # bucket, object
PLAIN = "application/octet-stream"


@dataclass(frozen=True)
class Object:
    content: bytes
    content_type: str
    generation: int

    @property
    def md5(self) -> str:
        return base64.b64encode(hashlib.md5(self.content, usedforsecurity=False).digest()).decode()


class Refused(Exception):
    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        detail: JSON = {"message": message, "domain": "global", "reason": reason}
        self.response = JSONResponse({"error": {"code": status, "message": message, "errors": [detail]}}, status)


class _Lean(Calls):
    def record(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
        super().record(method, path, query, headers, b"")


class StorageStandin(Standin):
    def __init__(self) -> None:
        self._objects: dict[Key, Object] = {}
        self._sessions: dict[str, tuple[Key, dict[str, JSON]]] = {}  # upload id → what will be written
        self._generations = count(1)
        of_object = "/b/{bucket:str}/o/{object:path}"
        super().__init__(
            "storage",
            [
                Route("/__objects", self._listed, methods=["GET"]),
                Route("/upload/storage/v1/b/{bucket:str}/o", self._upload, methods=["POST", "PUT"]),
                Route(f"/download/storage/v1{of_object}", self._object, methods=["GET"]),
                Route(f"/storage/v1{of_object}", self._object, methods=["GET", "DELETE"]),
            ],
        )
        self.calls = _Lean()

    async def _listed(self, _request: Request) -> Response:
        return JSONResponse([_shown(key, self._objects[key]) for key in sorted(self._objects)])

    async def _object(self, request: Request) -> Response:
        key = request.path_params["bucket"], request.path_params["object"]
        found = self._objects.get(key)
        if found is None:
            return Refused(404, "notFound", f"No such object: {key[0]}/{key[1]}").response
        if request.method == "DELETE":
            del self._objects[key]
            return Response(status_code=204)
        if request.query_params.get("alt") != "media":
            return JSONResponse(_metadata(key, found, request.url))
        headers = {"x-goog-hash": f"md5={found.md5}", "x-goog-generation": str(found.generation)}
        return Response(found.content, headers={**headers, "content-type": found.content_type})

    async def _upload(self, request: Request) -> Response:
        ask = self._resume if request.method == "PUT" else self._begin
        try:
            return await ask(request)
        except Refused as refused:
            return refused.response

    async def _begin(self, request: Request) -> Response:
        body, kind = await request.body(), request.query_params.get("uploadType")
        if kind == "multipart":
            metadata, content = _parts(request.headers.get("content-type", ""), body)
            return self._write(_key(request, metadata), metadata, content, request.url)
        if kind == "resumable":
            metadata = {"contentType": request.headers.get("x-upload-content-type"), **_object_of(body)}
            self._check(_key(request, metadata), request.url)
            id = token_hex(16)
            self._sessions[id] = _key(request, metadata), metadata
            return Response(headers={"location": str(request.url.include_query_params(upload_id=id))})
        raise Refused(400, "invalid", "uploadType is multipart or resumable")

    async def _resume(self, request: Request) -> Response:
        """The whole content in one piece, as the client sends what is no larger than a chunk."""
        session = self._sessions.pop(request.query_params.get("upload_id", ""), None)
        if session is None:
            raise Refused(404, "notFound", "No such upload.")
        return self._write(*session, await request.body(), request.url)

    def _write(self, key: Key, metadata: dict[str, JSON], content: bytes, url: URL) -> Response:
        self._check(key, url)
        written = Object(content, str(metadata.get("contentType") or PLAIN), next(self._generations))
        if metadata.get("md5Hash") not in (None, written.md5):
            raise Refused(400, "invalid", f"Provided MD5 hash does not match calculated MD5 hash {written.md5}.")
        self._objects[key] = written
        return JSONResponse(_metadata(key, written, url))

    def _check(self, key: Key, url: URL) -> None:
        asked = dict(pair.partition("=")[::2] for pair in url.query.split("&"))
        now = self._objects[key].generation if key in self._objects else 0
        fits = asked.get("ifGenerationMatch") in (None, str(now)) and asked.get("ifGenerationNotMatch") != str(now)
        if not fits:
            message = "At least one of the pre-conditions you specified did not hold."
            raise Refused(412, "conditionNotMet", message)


def _key(request: Request, metadata: dict[str, JSON]) -> Key:
    return request.path_params["bucket"], request.query_params.get("name") or str(metadata.get("name"))


def _parts(content_type: str, body: bytes) -> tuple[dict[str, JSON], bytes]:
    """Metadata and content of a multipart/related body. By hand: a parser of mail would touch the content's bytes."""
    mark = re.search(r'boundary="?([^";]+)"?', content_type)
    pieces = body.split(b"--" + mark[1].encode()) if mark else []
    if len(pieces) != 4:  # before the first mark, the two parts, after the last
        raise Refused(400, "invalid", "a multipart upload has two parts")
    (_, metadata), (head, content) = (_split(piece) for piece in pieces[1:3])
    named = re.search(rb"(?im)^content-type:\s*([^\r\n]+)", head)
    return {"contentType": named[1].decode() if named else None, **_object_of(metadata)}, content


def _split(piece: bytes) -> tuple[bytes, bytes]:
    head, _, content = piece.partition(b"\r\n\r\n")
    return head, content.removesuffix(b"\r\n")


def _object_of(body: bytes) -> dict[str, JSON]:
    try:
        found: JSON = json.loads(body or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "parseError", "Parse Error")
    return found


def _metadata(key: Key, found: Object, url: URL) -> JSON:
    bucket, name = key
    return {
        "kind": "storage#object",
        "id": f"{bucket}/{name}/{found.generation}",
        "selfLink": f"{url.scheme}://{url.netloc}/storage/v1/b/{bucket}/o/{name}",
        "name": name,
        "bucket": bucket,
        "generation": str(found.generation),
        "metageneration": "1",
        "contentType": found.content_type,
        "size": str(len(found.content)),
        "md5Hash": found.md5,
    }


def _shown(key: Key, found: Object) -> JSON:
    bucket, name = key
    return {
        "bucket": bucket,
        "name": name,
        "content_type": found.content_type,
        "size": len(found.content),
        "generation": found.generation,
    }
