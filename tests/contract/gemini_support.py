"""What the Gemini contract tests share: the stand-in on a free port, the real client, recorded payloads."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from google import genai

from local.standins.base import JSON
from local.standins.gemini import GeminiStandin
from local.wire import loopback_client, serve_http
from shared.assistant.gemini import Gemini, connect
from shared.assistant.model import ModelRequest, ToolDeclaration, UserText

FIXTURES = Path(__file__).parents[1] / "fixtures" / "gemini"
KEY = "a-key-of-the-demo"
MODEL = "gemini-3.8-flash"
FIND_CLASSES = ToolDeclaration(
    "find_classes", "Find open classes", {"type": "object", "properties": {"day": {"type": "string"}}}
)


def raw(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@dataclass
class Rig:
    url: str
    standin: GeminiStandin
    http: httpx.AsyncClient
    client: genai.Client
    gemini: Gemini

    async def post(self, body: object, method: str = "generateContent", **extra: str) -> httpx.Response:
        version, key = extra.get("version", "v1"), extra.get("key", KEY)
        return await self.http.post(
            f"{self.url}/{version}/models/{extra.get('model', MODEL)}:{method}",
            json=body,
            headers={"x-goog-api-key": key} if key else {},
            params={"alt": "sse"} if method.startswith("stream") else {},
        )

    async def script(self, *replies: JSON) -> None:
        (await self.http.put(f"{self.url}/__script", json=list(replies))).raise_for_status()

    async def replay(self, *names: str, status: int = 200) -> None:
        await self.script(*({"raw": raw(name).decode(), "status": status} for name in names))

    async def faults(self, **fault: object) -> None:
        (await self.http.post(f"{self.url}/__faults", json=fault)).raise_for_status()

    def reset(self) -> None:
        """As new, for the next test: a client costs a second."""
        self.standin.reset()

    async def bodies(self) -> list[dict[str, JSON]]:
        return [call["body"] for call in (await self.http.get(f"{self.url}/__calls")).json()]


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    standin = GeminiStandin([KEY])
    served = await serve_http(standin.app)
    try:
        async with loopback_client(5) as http, client(served.url) as real:
            yield Rig(served.url, standin, http, real, Gemini(real.aio))
    finally:
        await served.stop()


@asynccontextmanager
async def client(url: str) -> AsyncIterator[genai.Client]:
    """The real client, as our factory builds it."""
    real = connect(KEY, url)
    try:
        yield real
    finally:
        await real.aio.aclose()
        real.close()


def request(*texts: str, **changes: object) -> ModelRequest:
    given: dict[str, object] = {
        "model": MODEL,
        "system": "You answer for Aqua Kids.",
        "contents": (UserText(texts or ("Any Saturday class for a 4 year old?",)),),
        "tools": (FIND_CLASSES,),
        "may_call": True,
        "output_tokens": 800,
        "thinking": "LOW",
        "timeout": 5.0,
    }
    return ModelRequest(**(given | changes))


def lawful(**changes: object) -> dict[str, object]:
    """A request body that the stand-in accepts."""
    recorded: dict[str, object] = json.loads(raw("request_with_function_response.json"))
    return recorded | changes
