"""The remote controls of the stand-ins and of the gate, as a run uses them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.stack import RunningStack

SENDING = {"telnyx": "/v2/messages", "twilio": "/2010-04-01/"}  # where each provider takes texts of ours


@dataclass(frozen=True, slots=True)
class Hold:
    """A call that is, or will be, held at a neighbour of ours."""

    controls: Controls
    where: str
    name: str

    async def now(self) -> bool:
        return self.name in await self.controls.get(self.where, "/__held")

    async def reached(self, seconds: float) -> bool:
        """Whether a call was held within this time; returns as soon as it is."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not await self.now():
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(0.03)
        return True


class Controls:
    def __init__(self, stack: RunningStack, client: httpx.AsyncClient) -> None:
        self._stack = stack
        self._client = client
        self._names = itertools.count(1)

    async def get(self, where: str, path: str) -> Any:
        return (await self._client.get(self.url(where, path))).raise_for_status().json()

    async def post(self, where: str, path: str, body: object = None) -> Any:
        return (await self._client.post(self.url(where, path), json=body)).raise_for_status().json()

    async def delete(self, where: str, path: str) -> None:
        (await self._client.delete(self.url(where, path))).raise_for_status()

    async def fault(self, where: str, **fault: object) -> None:
        await self.post(where, "/__faults", fault)

    @asynccontextmanager
    async def holding(self, where: str, **fault: object) -> AsyncIterator[Hold]:
        """The next call that fits is held, until the block ends or the fault's latency does."""
        hold = Hold(self, where, f"hold-{next(self._names)}")
        await self.fault(where, **fault, hold=hold.name)
        try:
            yield hold
        finally:
            await self.delete(where, f"/__faults?hold={hold.name}")
            await self.delete(where, f"/__held?name={hold.name}")

    def url(self, where: str, path: str) -> str:
        return f"http://{self._stack.info['gate']}{path}" if where == "gate" else self._stack.standin(where, path)
