"""Secret Manager: the library's own client and plain REST see the same versions and the same errors."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import NamedTuple

import grpc.aio
import httpx
import pytest
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, ServiceUnavailable
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcAsyncIOTransport,
)
from hypothesis import given
from hypothesis import strategies as st

from local.standins.secrets import Secrets, crc32c
from tests.contract.google_support import controls

NAME = "projects/p/secrets/FIELD_ENCRYPTION_KEY"


class Manager(NamedTuple):
    standin: Secrets
    client: secretmanager_v1.SecretManagerServiceAsyncClient
    http: httpx.AsyncClient

    async def add(self, data: bytes) -> str:
        request = {"parent": NAME, "payload": {"data": data}}
        return (await self.client.add_secret_version(request=request)).name

    async def read(self, version: str) -> bytes:
        return (await self.client.access_secret_version(name=f"{NAME}/versions/{version}", retry=None)).payload.data


@pytest.fixture
async def manager() -> AsyncIterator[Manager]:
    standin = Secrets()
    await standin.start()
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{standin.port}")
    transport = SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
    client = secretmanager_v1.SecretManagerServiceAsyncClient(transport=transport)
    async with controls(standin.url) as http:
        await client.create_secret(parent="projects/p", secret_id="FIELD_ENCRYPTION_KEY", secret={})
        yield Manager(standin, client, http)
    await channel.close()
    await standin.stop()


async def test_versions_count_from_one_and_latest_is_the_newest(manager: Manager) -> None:
    assert await manager.add(b"old") == f"{NAME}/versions/1"
    assert await manager.add(b"\x00new") == f"{NAME}/versions/2"
    assert [await manager.read(version) for version in ("1", "2", "latest")] == [b"old", b"\x00new", b"\x00new"]
    answer = await manager.client.access_secret_version(name=f"{NAME}/versions/latest")
    assert (answer.name, answer.payload.data_crc32c) == (f"{NAME}/versions/2", crc32c(b"\x00new"))


async def test_rest_reads_and_adds_the_same_versions(manager: Manager) -> None:
    payload = {"payload": {"data": base64.b64encode(b"by rest").decode()}}
    added = (await manager.http.post(f"/v1/{NAME}:addVersion", json=payload)).json()
    assert added == {"name": f"{NAME}/versions/1", "state": "ENABLED"}
    assert await manager.read("latest") == b"by rest"
    read = (await manager.http.get(f"/v1/{NAME}/versions/latest:access")).json()
    assert read["name"] == f"{NAME}/versions/1"
    assert base64.b64decode(read["payload"]["data"]) == b"by rest"
    assert read["payload"]["dataCrc32c"] == str(crc32c(b"by rest"))


async def test_a_disabled_version_is_refused_until_it_is_enabled_again(manager: Manager) -> None:
    version = await manager.add(b"one")
    await manager.client.disable_secret_version(name=version)
    with pytest.raises(FailedPrecondition, match="DISABLED"):
        await manager.read("latest")
    refused = await manager.http.get(f"/v1/{version}:access")
    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
    await manager.client.enable_secret_version(name=version)
    assert await manager.read("latest") == b"one"


async def test_a_destroyed_version_never_comes_back(manager: Manager) -> None:
    version = await manager.add(b"one")
    await manager.client.destroy_secret_version(name=version)
    with pytest.raises(FailedPrecondition, match="DESTROYED"):
        await manager.client.enable_secret_version(name=version)
    with pytest.raises(FailedPrecondition, match="DESTROYED"):
        await manager.read("1")


@pytest.mark.parametrize("version", ["latest", "1", "0", "-1", "x", "٣", ""])
async def test_what_does_not_exist_is_not_found(manager: Manager, version: str) -> None:
    with pytest.raises(NotFound):
        await manager.read(version)
    assert (await manager.http.get(f"/v1/{NAME}/versions/{version}:access")).status_code == 404


async def test_a_secret_is_created_once_and_under_a_proper_name(manager: Manager) -> None:
    with pytest.raises(AlreadyExists):
        await manager.client.create_secret(parent="projects/p", secret_id="FIELD_ENCRYPTION_KEY", secret={})
    with pytest.raises(InvalidArgument):
        await manager.client.create_secret(parent="projects/p", secret_id="with/slash", secret={})
    with pytest.raises(NotFound):
        await manager.client.add_secret_version(parent="projects/p/secrets/other", payload={"data": b"x"})


@pytest.mark.parametrize("body", [b"", b"[]", b'{"payload": {}}', b'{"payload": {"data": "!"}}'])
async def test_a_malformed_addition_by_rest_is_a_bad_request(manager: Manager, body: bytes) -> None:
    refused = await manager.http.post(f"/v1/{NAME}:addVersion", content=body)
    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_a_payload_above_the_limit_is_refused(manager: Manager) -> None:
    await manager.add(bytes(65_536))
    with pytest.raises(InvalidArgument):
        await manager.add(bytes(65_537))


async def test_the_record_of_calls_names_secrets_and_shows_no_value(manager: Manager) -> None:
    await manager.add(b"hush-hush")
    await manager.read("latest")
    calls = (await manager.http.get("/__calls")).text
    assert f"{NAME}/versions/latest" in calls
    assert "hush" not in calls
    assert base64.b64encode(b"hush-hush").decode() not in calls


async def test_faults_are_obeyed(manager: Manager) -> None:
    manager.standin.put("p", "FIELD_ENCRYPTION_KEY", b"one")
    await manager.http.post("/__faults", json={"path": "AccessSecretVersion", "status": 503})
    with pytest.raises(ServiceUnavailable):
        await manager.read("latest")
    assert await manager.read("latest") == b"one"


def test_the_checksum_is_the_standards() -> None:
    assert crc32c(b"") == 0
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720's check value
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720 appendix B.4


@given(st.binary(min_size=1, max_size=64), st.integers(0, 511))
def test_the_checksum_sees_every_flipped_bit(data: bytes, bit: int) -> None:
    changed = bytearray(data)
    changed[(bit // 8) % len(data)] ^= 1 << bit % 8
    assert crc32c(bytes(changed)) != crc32c(data)
