"""What people open in a browser: the businesses' sites, and the phone page, which shows them beside the phones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from local import seed_data
from local.phone.app import Sources, Tenant, phone_app
from local.ports import Ports
from local.site import Neighbours, site_app
from local.wire import serve_http

Stop = Callable[[], Awaitable[None]]


def neighbours(ports: Ports) -> Neighbours:
    widget, functions, phone = (f"http://127.0.0.1:{port}" for port in (ports.widget, ports.functions, ports.phone))
    return Neighbours(widget, functions, phone)


def embedding_origins(ports: Ports) -> list[str]:
    """Pages that may have the chat in them: the sites, and the phone page around them."""
    return [f"http://127.0.0.1:{port}" for port in (ports.site, ports.phone)]


async def serve_site(ports: Ports) -> Stop:
    served = await serve_http(site_app(seed_data.TENANTS, neighbours(ports)), ports.site)
    return served.stop


async def serve_phone(ports: Ports) -> Stop:
    tenants = [Tenant(id=t.id, name=t.name, sms=[t.number]) for t in seed_data.TENANTS]
    site, telnyx = (f"http://127.0.0.1:{port}" for port in (ports.site, ports.telnyx))
    app = phone_app(Sources(tenants, telnyx, site))
    served = await serve_http(app, ports.phone)

    async def stop() -> None:
        app.state.feed.close()  # an open page would hold the server
        await served.stop()

    return stop
