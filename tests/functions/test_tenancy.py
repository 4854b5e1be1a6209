"""A served function's own session sees its tenant and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stack import RunningStack, environment, secrets_of, served

PROBE = Path(__file__).parent / "probe" / "main.py"
MINE, THEIRS = "testing-agency", "bss-cypress-spring"


class Probe:
    def __init__(self, stack: RunningStack, url: str) -> None:
        self._stack = stack
        self._url = url

    async def outcome(self, do: str, path: str, tenant: str = MINE) -> str:
        answer = await self._stack.client.post(self._url, json={"tenant": tenant, "path": path, "do": do})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["outcome"])


@pytest.fixture(scope="module")
async def probe(stack: RunningStack) -> AsyncIterator[Probe]:
    env = environment(stack.info) | await secrets_of(stack.info, "ADDRESS_HASH_KEY")
    root = str(PROBE.parents[3])
    async with served("probe", {**env, "PYTHONPATH": root}, PROBE) as (url, _):
        yield Probe(stack, url)


async def test_a_functions_session_reads_its_own_tenant(probe: Probe) -> None:
    assert await probe.outcome("get", f"tenants/{MINE}") == "done"
    assert await probe.outcome("list", f"tenants/{MINE}/messages/x") == "done"


@pytest.mark.parametrize("do", ["get", "set", "delete", "list", "count"])
@pytest.mark.parametrize("collection", ["messages", "conversations", "secrets", "config", "members", "pending"])
async def test_another_tenants_document_is_refused(probe: Probe, do: str, collection: str) -> None:
    assert await probe.outcome(do, f"tenants/{THEIRS}/{collection}/sms") == "PermissionDenied"


@pytest.mark.parametrize("collection", ["messages", "secrets", "pending"])
async def test_no_collection_is_readable_across_tenants(probe: Probe, collection: str) -> None:
    assert await probe.outcome("group", f"tenants/{MINE}/{collection}/x") == "PermissionDenied"


@pytest.mark.parametrize("do", ["get", "list"])
async def test_a_functions_session_reads_no_route(probe: Probe, do: str) -> None:
    assert await probe.outcome(do, "routes/x") == "PermissionDenied"


@pytest.mark.parametrize("do", ["transaction", "bulk_writer", "recursive_delete", "sync_copy", "empty_commit"])
async def test_what_needs_iam_in_production_is_refused_before_it_leaves(probe: Probe, do: str) -> None:
    assert await probe.outcome(do, f"tenants/{MINE}/messages/x") == "MethodRefused"


async def test_a_session_has_no_call_that_lists_collections(probe: Probe) -> None:
    """The library asks the session for `list_collection_ids`, which it does not have."""
    assert await probe.outcome("collections", f"tenants/{MINE}") == "AttributeError"


async def test_a_tenant_that_does_not_exist_has_no_session(probe: Probe) -> None:
    for _ in range(2):
        assert await probe.outcome("get", f"tenants/{MINE}", tenant="never-made") == "NoRoute"
