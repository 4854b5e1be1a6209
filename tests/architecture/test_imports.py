"""What a cold start imports: each function is loaded as the platform does it, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys

import pytest

from tests.architecture.tree import ROOT, below, manifest

# Each costs a cold start 0.15 to 3 seconds (docs/decisions); those that a function needs it imports when it works.
HEAVY = (
    "firebase_admin",
    "google.cloud.secretmanager",
    "google.cloud.secretmanager_v1",
    "google.cloud.storage",
    "google.cloud.tasks",
    "google.cloud.tasks_v2",
    "google.genai",
    "googleapiclient",
    "sendgrid",
    "sentry_sdk",
    "telnyx",
    "twilio",
)
# What a function does not import that has no use for it.
DATABASE = ("google.cloud.firestore", "google.cloud.firestore_v1", "grpc")
WITHOUT = {
    "health": (*DATABASE, "pydantic", "httpx"),
    "media": (*DATABASE, "pydantic", "httpx"),
    "twilio-sms": ("pydantic", "httpx"),
    "twilio-sms-status": ("pydantic", "httpx"),
}
NEVER = ("local", "tests", "pytest", "hypothesis", "nox")
LOAD = "import json, sys, main; {}; print(json.dumps(sorted(sys.modules)))"


async def modules_after(statement: str) -> list[str]:
    """The modules of a fresh Python that imported main.py and then did `statement`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        LOAD.format(statement),
        cwd=ROOT,
        env={**kept, "GOOGLE_CLOUD_PROJECT": "demo-chattercheetah"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        printed, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    modules: list[str] = json.loads(printed)
    return modules


def heavy(modules: list[str]) -> list[str]:
    return [name for name in modules if any(below(name, one) for one in (*HEAVY, *NEVER))]


@pytest.mark.parametrize("name", list(manifest()))
async def test_a_function_starts_without_heavy_libraries_and_other_functions(name: str) -> None:
    modules = await modules_after(f"main.{name.replace('-', '_')}")
    assert heavy(modules) == []
    entries = {str(entry["entry"]) for entry in manifest().values()}
    assert entries & set(modules) == {str(manifest()[name]["entry"])}
    assert [module for module in modules if any(below(module, one) for one in WITHOUT.get(name, ()))] == []


async def test_main_alone_imports_nothing_of_ours() -> None:
    modules = await modules_after("pass")
    assert [name for name in modules if below(name, "shared") or below(name, "functions")] == []


async def test_a_heavy_library_would_be_seen() -> None:
    assert heavy(await modules_after("main.health; import google.cloud.tasks_v2"))


async def test_a_function_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AssertionError, match="no function 'nothing'"):
        await modules_after("main.nothing")
