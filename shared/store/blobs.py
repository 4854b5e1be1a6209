"""Files of one tenant in Cloud Storage: `tenants/{t}/{id}` in the bucket MEDIA_BUCKET, each written once.

The SDK is synchronous and takes 0.5 s to import: it is imported at the first file, and works in threads of its own, so
that a storage which hangs holds up nothing else. It repeats nothing by itself (`retry=None`); a repeated write meets
the object that is there (`if_generation_match=0`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Protocol, TypeVar, cast

from shared import identity, log
from shared.config import config
from shared.errors import Unavailable
from shared.hidden import Hidden
from shared.tenancy.principals import TENANT_ID

T = TypeVar("T")

TIMEOUT = (3.0, 10.0)  # seconds to connect, and between two pieces of an answer
SECONDS = 20.0  # for all of it
_ID = re.compile(r"[0-9a-f]{32}")
_THREADS = ThreadPoolExecutor(8, thread_name_prefix="files")


class StoredBlob(Protocol):
    """What is used of the SDK's Blob; it has no types of its own."""

    content_type: str | None

    def upload_from_string(
        self,
        data: bytes,
        *,
        content_type: str,
        if_generation_match: int,
        timeout: tuple[float, float],
        retry: None,
        checksum: str,
    ) -> None: ...

    def download_as_bytes(self, *, timeout: tuple[float, float], retry: None, checksum: str) -> bytes: ...


class _Bucket(Protocol):
    def blob(self, name: str) -> StoredBlob: ...


class _Client(Protocol):
    def bucket(self, name: str) -> _Bucket: ...


@dataclass(frozen=True, slots=True)
class Blob:
    content: bytes = field(repr=False)
    content_type: str


class Blobs:
    """The files of one tenant. Every method raises Unavailable where Cloud Storage does not do its part."""

    def __init__(self, tenant_id: str) -> None:
        if not TENANT_ID.fullmatch(tenant_id):
            raise ValueError("not a tenant id")
        self._folder = f"tenants/{tenant_id}"

    async def put(self, id: str, content: bytes, content_type: str) -> bool:
        """Write a file once; False if there is one under this id already, which stays as it is."""

        def write(blob: StoredBlob) -> bool:
            from google.api_core.exceptions import PreconditionFailed

            try:
                blob.upload_from_string(
                    content,
                    content_type=content_type,
                    if_generation_match=0,
                    timeout=TIMEOUT,
                    retry=None,
                    checksum="md5",
                )
            except PreconditionFailed:
                return False
            return True

        return await self._do(id, write)

    async def get(self, id: str) -> Blob | None:
        """The file, None where there is none."""

        def read(blob: StoredBlob) -> Blob | None:
            from google.api_core.exceptions import NotFound

            try:
                content = blob.download_as_bytes(timeout=TIMEOUT, retry=None, checksum="md5")
            except NotFound:
                return None
            return Blob(content, blob.content_type or "application/octet-stream")

        return await self._do(id, read)

    async def _do(self, id: str, act: Callable[[StoredBlob], T]) -> T:
        if not _ID.fullmatch(id):
            raise ValueError("not the id of a file")
        token = Hidden("" if config().endpoints.storage else await identity.access_token())
        try:
            async with asyncio.timeout(SECONDS):
                name = f"{self._folder}/{id}"
                return await asyncio.get_running_loop().run_in_executor(_THREADS, lambda: act(_blob(token, name)))
        except Exception as error:  # its own errors, its transport's, damaged content, the time limit
            log.warning("files' storage failed", count="storage_failed", raised=type(error).__name__, code=_code(error))
            raise Unavailable("the files' storage did not answer; try again") from error


def _code(error: Exception) -> int | None:
    """The HTTP status, where there was an answer."""
    code = getattr(error, "code", None)
    return int(code) if isinstance(code, int) else None


def _blob(token: Hidden, name: str) -> StoredBlob:
    return _client(token, config().endpoints.storage).bucket(config().media_bucket).blob(name)


@lru_cache(maxsize=2)
def _client(token: Hidden, endpoint: str | None) -> _Client:
    """One for each access token, which is fresh for most of an hour. "": the local cloud asks for none."""
    anonymous, bearer = import_module("google.auth.credentials"), import_module("google.oauth2.credentials")
    client = import_module("google.cloud.storage").Client(
        project=config().project,
        credentials=bearer.Credentials(token.reveal()) if token else anonymous.AnonymousCredentials(),
        client_options={"api_endpoint": endpoint} if endpoint else None,
    )
    # It would ask for the bucket in a thread of its own, with retries and a right that we do not have.
    client._bucket_metadata_cache = None
    return cast(_Client, client)
