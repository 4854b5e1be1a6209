"""A visitor's browser, from the outside: what the loader and the frame send, over HTTP to a running local cloud."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.stack import RunningStack

PATIENCE = 60.0


def any_network() -> str:
    """A visitor's own address: what one network may ask is not what a whole suite asks."""
    return f"198.{random.randrange(18, 20)}.{random.randrange(256)}.{random.randrange(1, 255)}"


@dataclass(frozen=True)
class Happened:
    """A server-sent event."""

    name: str
    data: dict[str, Any]
    id: str | None = None


@dataclass
class Browser:
    """On a page of `origin` that shows a tenant's widget."""

    stack: RunningStack
    tenant: str
    origin: str = ""
    network: str = field(default_factory=any_network)
    started: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.origin = self.origin or self.stack.info["site"]

    @property
    def key(self) -> str:
        key: str = self.stack.tenant(self.tenant)["widget_key"]
        return key

    # -- the page

    async def config(self, **headers: str) -> httpx.Response:
        url = f"{self.stack.info['widget']}/chat-start/{self.key}"
        return await self.stack.client.get(url, headers=self._page(headers))

    async def ask_to_start(self, key: str | None = None, **body: object) -> httpx.Response:
        url = self.stack.function("chat-start", key or self.key)
        whole = {"resume": None, "identity": None, "locale": "en-US", "page": f"{self.origin}/", **body}
        headers = self._page({"content-type": "text/plain"})
        return await self.stack.client.post(url, content=json.dumps(whole), headers=headers)

    async def start(self, **body: object) -> Browser:
        answer = await self.ask_to_start(**body)
        self.started = answer.raise_for_status().json()
        return self

    def _page(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"origin": self.origin, "x-forwarded-for": self.network, **more}

    # -- the frame

    def frame(self, **more: str) -> dict[str, str]:
        """The headers of a call of the frame."""
        bearer = f"Bearer {self.started.get('session', '')}"
        own = {"origin": self.stack.info["widget"], "authorization": bearer, "x-forwarded-for": self.network}
        return {**own, "content-type": "application/json", **more}

    async def call(self, function: str, body: object, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.stack.client.post(
            self.stack.function(function), content=content, headers=self.frame(**headers)
        )

    def written(self, text: str, **body: object) -> dict[str, object]:
        own = {"id": secrets.token_hex(8), "text": text, "files": [], "page": f"{self.origin}/"}
        demanded = self.started.get("work")
        return {**own, **({"work": self._work(demanded["bits"])} if demanded else {}), **body}

    def _work(self, bits: int) -> str:
        """As a browser finds it: by trying."""
        visit = self.started["visit"]
        return next(str(n) for n in itertools.count() if zero_bits(f"{visit}:{n}") >= bits)

    async def say(self, text: str, **body: object) -> list[Happened]:
        """Everything that `chat-message` answers."""
        return [one async for one in self.stream("chat-message", self.written(text, **body))]

    async def answer(self, text: str) -> dict[str, Any]:
        """The message that answers it."""
        happened = await self.say(text)
        found = [one.data["message"] for one in happened if one.name == "answer"]
        assert found, [(one.name, one.data) for one in happened]
        message: dict[str, Any] = found[-1]
        return message

    async def stream(
        self, function: str, body: object, after: str | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Happened]:
        more = {**({"last-event-id": after} if after else {}), **(headers or {})}
        request = self.stack.client.stream(
            "POST",
            self.stack.function(function),
            content=json.dumps(body),
            headers=self.frame(**more),
            timeout=PATIENCE,
        )
        async with request as answer:
            assert answer.status_code == 200, (await answer.aread()).decode()
            async for happened in events(answer.aiter_lines()):
                yield happened

    @property
    def conversation_id(self) -> str:
        from shared.vault.visits import Visit

        return Visit(self.tenant, self.key, self.started["visit"], self.origin, "en").conversation


def zero_bits(text: str) -> int:
    """With how many the SHA-256 of a text begins."""
    return 256 - int.from_bytes(hashlib.sha256(text.encode()).digest(), "big").bit_length()


async def events(lines: AsyncIterator[str]) -> AsyncIterator[Happened]:
    fields: dict[str, str] = {}
    async for line in lines:
        if not line and "event" in fields:
            yield Happened(fields["event"], json.loads(fields.get("data", "{}")), fields.get("id"))
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
