"""A stream that has begun can only end: what ended it is in the log, and wakes somebody only where it is our fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from shared.boundary import Call, Event, Stream, endpoint
from shared.config import config
from shared.errors import Unavailable


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")
    config.cache_clear()
    yield
    config.cache_clear()


async def streamed(raised: Exception) -> str:
    """What a page is told before this happens."""

    async def events() -> AsyncGenerator[Event | None]:
        yield Event("state")
        raise raised

    @endpoint(caller="public")
    async def broken(_call: Call) -> Stream:
        return Stream(events())

    app = Starlette()
    app.add_route("/", broken, ["POST"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://functions") as client:
        return (await client.post("/")).text


@pytest.mark.parametrize(
    ("raised", "severity", "said"),
    [
        (Unavailable("the database did not answer"), "WARNING", "refused"),
        (ValueError("a customer's words"), "ERROR", "a stream broke off"),
    ],
)
async def test_a_stream_that_breaks_is_a_crash_only_where_nobody_expected_it(
    raised: Exception, severity: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await streamed(raised) == "event: state\ndata: {}\n\n"
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [(line["severity"], line["message"].splitlines()[0]) for line in lines]
    assert (severity, said) in told
    assert ("INFO", "answered") in told
    assert "a customer's words" not in str(lines)


async def test_a_stream_is_closed_when_its_caller_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    reads, closed = asyncio.Event(), asyncio.Event()

    async def events() -> AsyncGenerator[Event | None]:
        try:
            yield Event("state")
            await asyncio.Event().wait()
        finally:
            closed.set()

    @endpoint(caller="public")
    async def endless(_call: Call) -> Stream:
        return Stream(events())

    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if asked:
            return asked.pop()
        await reads.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            reads.set()

    app = Starlette()
    app.add_route("/", endless, ["POST"])
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], "http_version": "1.1"}
    async with asyncio.timeout(5):
        await app(scope, receive, send)  # type: ignore[arg-type]
    assert closed.is_set()
    said = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert said == ["the caller went away"]
