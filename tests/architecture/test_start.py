"""Each function starts under the command that the platform uses, and answers.

The framework decides by a function's name whether it is asynchronous; a wrong target would be served all the same, and
answer every request with 500. So each is asked something that only its own boundary can answer.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from local.emulators.children import Child, free_port
from tests.architecture.tree import ROOT, manifest

STARTING = 60.0  # seconds; about one on an idle machine
# What an empty POST without any proof gets, by who is expected to call.
UNPROVEN = {"telnyx": 401, "twilio": 401, "tool": 404, "tasks": 401, "scheduler": 401, "functions": 401} | {
    "member": 401,
    "public": 405,
    "site": 404,
    "visitor": 403,
}

# What a GET of the bare address gets, where that is not the function's own.
POSTED = {"chat-frame": 405}  # browsers fetch a document

GOT = {"media": 404, "chat-start": 404, "chat-frame": 404}


@asynccontextmanager
async def started(name: str) -> AsyncIterator[str]:
    """The function `name` under the real command; its URL."""
    port = free_port()
    framework = str(Path(sys.executable).with_name("functions-framework"))
    target = name.replace("-", "_")
    kept = {one: os.environ[one] for one in ("PATH", "HOME", "LANG") if one in os.environ}
    env = {**kept, "GOOGLE_CLOUD_PROJECT": "demo-chattercheetah", "FUNCTIONS_URL": f"http://127.0.0.1:{port}"}
    command = [framework, "--target", target, "--source", "main.py", "--host", "127.0.0.1", "--port", str(port)]
    child = Child(command, cwd=ROOT, env=env)
    try:
        await _listening(child, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        await child.stop()


async def _listening(child: Child, port: int) -> None:
    async with asyncio.timeout(STARTING):
        while True:
            assert not child.ended, child.printed()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


@pytest.mark.parametrize("name", list(manifest()))
async def test_a_function_starts_and_answers_for_itself(name: str) -> None:
    caller = str(manifest()[name]["caller"])
    async with started(name) as url, httpx.AsyncClient(timeout=30, trust_env=False) as client:
        got, posted = await client.get(url), await client.post(url, content=b"")
    assert got.status_code == GOT.get(name, 200 if caller == "public" else 405), got.text
    assert posted.status_code == POSTED.get(name, UNPROVEN[caller]), posted.text
    assert (posted.headers["content-type"], posted.headers["cache-control"]) == (
        "application/json; charset=utf-8",
        "no-store",
    )
    assert set(posted.json()) == {"error", "detail"}


async def test_a_function_that_does_not_exist_does_not_start() -> None:
    with pytest.raises(AssertionError, match="nothing"):
        async with started("nothing"):
            raise RuntimeError("it started")
