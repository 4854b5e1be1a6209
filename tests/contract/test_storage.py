"""Cloud Storage: the library's own client keeps files in the stand-in, and our adapter keeps each one once."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import httpx
import pytest
from google.api_core.exceptions import NotFound, PreconditionFailed
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from local.standins.storage import StorageStandin
from local.wire import loopback_client, serve_http
from shared.config import config
from shared.errors import Unavailable
from shared.store.blobs import Blob, Blobs

ID, OTHER = "0" * 32, "1" * 32
PICTURE = bytes(range(256)) * 4 + b"\r\n--\r\n\r\n"


class Cloud(NamedTuple):
    url: str
    bucket: storage.Bucket
    http: httpx.AsyncClient

    async def objects(self) -> list[dict[str, object]]:
        return (await self.http.get(f"{self.url}/__objects")).json()


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    served = await serve_http(StorageStandin().app)
    options = {"api_endpoint": served.url}
    client = storage.Client(project="p", credentials=AnonymousCredentials(), client_options=options)
    async with loopback_client(5) as http:
        yield Cloud(served.url, client.bucket("p-media"), http)
    client.close()
    await served.stop()


@pytest.fixture
def configured(cloud: Cloud) -> Iterator[Cloud]:
    """This process's configuration points at the stand-in."""
    before = dict(os.environ)
    os.environ |= {"STORAGE_EMULATOR_HOST": cloud.url, "GOOGLE_CLOUD_PROJECT": "p"}
    config.cache_clear()
    config()
    os.environ.clear()
    os.environ |= before
    yield cloud
    config.cache_clear()


# -- the stand-in and the library's own client


async def test_what_is_uploaded_in_one_body_comes_back_with_its_type(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("tenants/acme/a")
    await asyncio.to_thread(blob.upload_from_string, PICTURE, content_type="image/png", retry=None)
    again = cloud.bucket.blob("tenants/acme/a")
    assert await asyncio.to_thread(again.download_as_bytes, checksum="md5", retry=None) == PICTURE
    assert again.content_type == "image/png"
    await asyncio.to_thread(again.reload, retry=None)
    assert (again.size, again.generation) == (len(PICTURE), 1)


async def test_what_is_uploaded_by_a_session_comes_back_too(cloud: Cloud) -> None:
    large = PICTURE * 9000  # above 8 MB the client opens a session
    blob = cloud.bucket.blob("large")
    how = {"content_type": "image/gif", "if_generation_match": 0, "checksum": "md5", "retry": None}
    await asyncio.to_thread(blob.upload_from_string, large, **how)
    assert await asyncio.to_thread(blob.download_as_bytes, retry=None) == large
    assert blob.content_type == "image/gif"


async def test_a_second_object_is_refused_where_none_may_be(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("a")
    await asyncio.to_thread(blob.upload_from_string, b"first", if_generation_match=0, retry=None)
    with pytest.raises(PreconditionFailed):
        await asyncio.to_thread(blob.upload_from_string, b"second", if_generation_match=0, retry=None)
    assert await asyncio.to_thread(blob.download_as_bytes, retry=None) == b"first"


async def test_what_is_not_there_is_not_found_and_what_is_deleted_is_gone(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("a")
    with pytest.raises(NotFound):
        await asyncio.to_thread(blob.download_as_bytes, retry=None)
    await asyncio.to_thread(blob.upload_from_string, b"here", retry=None)
    await asyncio.to_thread(blob.delete, retry=None)
    assert not await asyncio.to_thread(blob.exists, retry=None)


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("?uploadType=media", {}, b"x"),
        ("?uploadType=multipart", {"content-type": "multipart/related; boundary=x"}, b"--x\r\n\r\nhalf"),
        ("?uploadType=multipart", {}, b"{}"),
        ("?uploadType=resumable", {}, b"not json"),
    ],
)
async def test_an_upload_of_another_form_is_refused(
    cloud: Cloud, path: str, headers: dict[str, str], body: bytes
) -> None:
    answer = await cloud.http.post(f"{cloud.url}/upload/storage/v1/b/p/o{path}", content=body, headers=headers)
    assert (answer.status_code, await cloud.objects()) == (400, [])


async def test_the_record_of_calls_leaves_files_out(cloud: Cloud) -> None:
    await asyncio.to_thread(cloud.bucket.blob("a").upload_from_string, b"secret", retry=None)
    calls = (await cloud.http.get(f"{cloud.url}/__calls")).text
    assert "/upload/" in calls
    assert "secret" not in calls


# -- our adapter


async def test_a_file_is_kept_below_its_tenant_with_its_type(configured: Cloud) -> None:
    assert await Blobs("acme").put(ID, PICTURE, "image/png") is True
    assert await Blobs("acme").get(ID) == Blob(PICTURE, "image/png")
    (stored,) = await configured.objects()
    assert (stored["bucket"], stored["name"]) == ("p-media", f"tenants/acme/{ID}")


async def test_a_file_is_written_once(configured: Cloud) -> None:
    results = await asyncio.gather(*(Blobs("acme").put(ID, bytes([n]), "image/png") for n in range(8)))
    assert sorted(results) == [False] * 7 + [True]
    assert [one["generation"] for one in await configured.objects()] == [1]


async def test_another_tenants_file_is_not_there(configured: Cloud) -> None:
    await Blobs("acme").put(ID, PICTURE, "image/png")
    assert await Blobs("other").get(ID) is None
    assert await Blobs("acme").get(OTHER) is None


@pytest.mark.parametrize("id", ["", "../other/" + ID, "a/b", ID + "0", "G" * 32, ID + "\n"])
async def test_nothing_but_an_id_of_ours_becomes_a_name(configured: Cloud, id: str) -> None:
    with pytest.raises(ValueError, match="id of a file"):
        await Blobs("acme").get(id)


@pytest.mark.parametrize("tenant", ["", "..", "acme/x", "Acme", "acme\n"])
def test_nothing_but_a_tenants_id_becomes_a_folder(tenant: str) -> None:
    with pytest.raises(ValueError, match="tenant id"):
        Blobs(tenant)


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 401}, {"status": 429}, {"drop": True}])
async def test_a_storage_that_fails_is_asked_once_and_later_again(configured: Cloud, fault: dict[str, object]) -> None:
    await Blobs("acme").put(OTHER, PICTURE, "image/png")
    await configured.http.delete(f"{configured.url}/__calls")
    (
        await configured.http.post(f"{configured.url}/__faults", json={"path": "/", "times": 9, **fault})
    ).raise_for_status()
    with pytest.raises(Unavailable):
        await Blobs("acme").put(ID, PICTURE, "image/png")
    with pytest.raises(Unavailable):
        await Blobs("acme").get(OTHER)
    assert len((await configured.http.get(f"{configured.url}/__calls")).json()) == 2


@pytest.mark.parametrize(
    ("fault", "raised", "code"),
    [({"status": 503}, "ServiceUnavailable", 503), ({"drop": True}, "ConnectionError", None)],
)
async def test_why_the_storage_failed_is_in_the_log_and_what_file_it_was_is_not(
    configured: Cloud, capsys: pytest.CaptureFixture[str], fault: dict[str, object], raised: str, code: int | None
) -> None:
    await configured.http.post(f"{configured.url}/__faults", json={"path": "/", **fault})
    with pytest.raises(Unavailable):
        await Blobs("acme").get(ID)
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "storage_failed" in line]
    assert (line["raised"], line["code"]) == (raised, code)
    assert ID not in json.dumps(line)


async def test_files_wait_for_no_thread_of_anybody_else(configured: Cloud) -> None:
    asyncio.get_running_loop().set_default_executor(busy := ThreadPoolExecutor(1))
    held = threading.Event()
    busy.submit(held.wait)
    try:
        async with asyncio.timeout(10):
            assert await Blobs("acme").get(ID) is None
    finally:
        held.set()


async def test_a_file_that_arrives_damaged_is_not_taken(configured: Cloud) -> None:
    await Blobs("acme").put(ID, PICTURE, "image/png")
    damaged = {"path": "/download", "status": 200, "body": "other", "headers": {"x-goog-hash": "md5=AAAA"}}
    (await configured.http.post(f"{configured.url}/__faults", json=damaged)).raise_for_status()
    with pytest.raises(Unavailable):
        await Blobs("acme").get(ID)
