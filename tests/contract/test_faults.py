"""What every stand-in may be ordered to do: delays that are held and let go, faults for some calls only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import Fault, Faults, Standin
from local.wire import serve_http
from tests.contract.telnyx_support import until


class Shop(Standin):
    def __init__(self) -> None:
        self.sold: list[str] = []
        super().__init__("shop", [Route("/buy", self._buy, methods=["POST"])])

    async def _buy(self, request: Request) -> Response:
        self.sold.append((await request.body()).decode())
        return JSONResponse({"sold": len(self.sold)})


@pytest.fixture
async def shop() -> AsyncIterator[tuple[Shop, httpx.AsyncClient]]:
    shop = Shop()
    served = await serve_http(shop.app)
    async with httpx.AsyncClient(base_url=served.url, timeout=30) as client:
        yield shop, client
    await served.stop()


async def _held(client: httpx.AsyncClient) -> list[str]:
    return (await client.get("/__held")).json()


@pytest.mark.parametrize(("phase", "sold"), [("before", []), ("after", ["tea"])])
async def test_a_held_call_waits_before_or_after_acting_until_it_is_released(shop, phase, sold):
    house, client = shop
    await client.post("/__faults", json={"path": "/buy", "phase": phase, "latency_ms": 30_000, "hold": "till"})
    buying = asyncio.create_task(client.post("/buy", content="tea"))
    await until(lambda: bool(house.faults.held()))
    assert await _held(client) == ["till"]
    assert house.sold == sold
    await client.delete("/__held", params={"name": "another"})
    assert await _held(client) == ["till"]
    await client.delete("/__held", params={"name": "till"})
    assert (await buying).json() == {"sold": 1}
    assert await _held(client) == []


async def test_a_hold_that_nobody_met_is_forgotten_by_its_name(shop):
    house, client = shop
    for name in ("one", "another"):
        await client.post("/__faults", json={"path": "/buy", "latency_ms": 1, "hold": name})
    await client.delete("/__faults", params={"hold": "one"})
    assert [fault["hold"] for fault in house.faults.listed()] == ["another"]
    await client.delete("/__faults")
    assert house.faults.listed() == []


async def test_a_fault_for_some_calls_lets_all_others_pass(shop):
    _, client = shop
    await client.post("/__faults", json={"path": "/buy", "status": 503, "contains": ["green", "tea"]})
    assert (await client.post("/buy", content="green coffee")).status_code == 200
    assert (await client.post("/buy", content="a tea that is green")).status_code == 503
    assert (await client.post("/buy", content="green tea")).status_code == 200
    await client.post("/__faults", json={"path": "/buy", "status": 503, "contains": ["shop=7"]})
    assert (await client.post("/buy", params={"shop": "8"})).status_code == 200
    assert (await client.post("/buy", params={"shop": "7"})).status_code == 503


def test_a_fault_for_some_texts_leaves_the_others_on_their_way() -> None:
    faults = Faults()
    faults.order(Fault(path="/telnyx-sms", duplicate=2, contains=["+12015550101"]))
    assert faults.take_delivery("/telnyx-sms/channel", b"+12817679141 +12015550102 hello") is None
    assert faults.take_delivery("/telnyx-sms/channel", b"+12817679141 +12015550101 hello") is not None


async def test_after_acting_the_answer_may_be_another(shop):
    house, client = shop
    await client.post("/__faults", json={"path": "/buy", "phase": "after", "status": 500})
    assert (await client.post("/buy", content="tea")).status_code == 500
    assert house.sold == ["tea"]
