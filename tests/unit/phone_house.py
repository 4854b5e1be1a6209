"""The phone page as it is served: a real local Telnyx behind it, and a business's webhook that a test directs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.emulators.children import free_port
from local.phone import Sources, Tenant, phone_app
from local.seed_data import TENANTS
from local.site import Neighbours, site_app
from local.standins.telnyx import Account, Pace, TelnyxStandin
from local.wire import Served, serve_http
from tests.unit.loopback import nobody_listens

ANA, BEN = "+12815550101", "+12815550102"
AGENCY, SWIM = "+12817679141", "+12815550190"
KEY = "KEY-of-the-page"
LOOK = 0.02  # seconds between two looks at the carrier, so that tests need not wait


@dataclass
class Webhook:
    """Answers `status`, once `open` lets it, and remembers how many came."""

    status: int = 200
    open: asyncio.Event = field(default_factory=asyncio.Event)
    came: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await Request(scope, receive).body()
        self.came += 1
        await self.open.wait()
        await Response(status_code=self.status)(scope, receive, send)


@dataclass
class House:
    page: str
    telnyx: str
    webhook: Webhook
    http: httpx.AsyncClient
    site: str
    resting: Callable[[], bool]
    stop_telnyx: Callable[[], Awaitable[None]]
    start_telnyx: Callable[[], Awaitable[None]]
    stop_page: Callable[[], Awaitable[None]]

    async def text(self, words: str = "Hello?", phone: str = ANA, to: str = AGENCY) -> httpx.Response:
        return await self.http.post(f"{self.page}/api/messages", json={"phone": phone, "to": to, "text": words})

    async def reply(self, words: str, to: str = ANA, sender: str = AGENCY) -> str:
        """The business texts a customer: the id that Telnyx gave."""
        body = {"from": sender, "to": to, "text": words}
        headers = {"authorization": f"Bearer {KEY}"}
        response = await self.http.post(f"{self.telnyx}/v2/messages", json=body, headers=headers)
        text_id: str = response.raise_for_status().json()["data"]["id"]
        return text_id

    async def rest(self) -> None:
        """Returns when the page has stopped asking the carrier."""
        async with asyncio.timeout(20):
            while not self.resting():  # noqa: ASYNC110  # a server notices a closed connection when it does
                await asyncio.sleep(0.01)

    async def order_outcome(self, status: str, to: str = ANA) -> None:
        response = await self.http.post(f"{self.telnyx}/__outcomes", json={"to": to, "status": status})
        response.raise_for_status()


def tenants() -> list[Tenant]:
    return [
        {"id": "cp-marketing", "name": "CP Marketing", "sms": []},
        {"id": "testing-agency", "name": "Testing Agency", "sms": [AGENCY]},
        {"id": "bss-cypress-spring", "name": "BSS Cypress-Spring", "sms": [SWIM]},
    ]


async def page_with_sites(telnyx: str) -> tuple[Served, Served, Starlette]:
    """The page, and the sites that it frames, which must know the page's address first. Their chat is away."""
    port, away = free_port(), nobody_listens()
    site = await serve_http(site_app(TENANTS, Neighbours(away, away, f"http://127.0.0.1:{port}")))
    app = phone_app(Sources(tenants(), telnyx, site.url), interval=LOOK)
    return await serve_http(app, port), site, app


@asynccontextmanager
async def house(pace: Pace | None = None) -> AsyncIterator[House]:
    webhook = Webhook()
    webhook.open.set()
    hook = await serve_http(webhook, lifespan="off")
    numbers = {AGENCY: f"{hook.url}/telnyx-sms/agency", SWIM: f"{hook.url}/telnyx-sms/swim"}
    standin = TelnyxStandin([Account(KEY, "profile", numbers)], pace=pace or Pace(0.01, 0.01, 0.01))
    telnyx = [await serve_http(standin.app)]
    page, site, app = await page_with_sites(telnyx[0].url)

    async def stop_telnyx() -> None:
        await telnyx[-1].stop()

    async def start_telnyx() -> None:
        telnyx.append(await serve_http(standin.app, telnyx[0].port))

    async def stop_page() -> None:
        app.state.feed.close()
        await page.stop()

    def resting() -> bool:
        return bool(app.state.feed.resting)

    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            yield House(page.url, telnyx[0].url, webhook, http, site.url, resting, stop_telnyx, start_telnyx, stop_page)
    finally:
        webhook.open.set()
        await stop_page()
        await site.stop()
        await stop_telnyx()
        await hook.stop()
