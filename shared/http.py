"""The one HTTP client for outgoing calls: pooled, bounded, and without anything that leaks from call to call.

It belongs to a running event loop (its connections do), so each loop has its own. It follows no redirect (a key
would follow along), reads no proxy from the environment, and keeps no cookie (a provider's session of one tenant
would be sent in another's name). It is built at the first call.
"""

from __future__ import annotations

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from shared import tls

TIMEOUT = httpx.Timeout(10.0)  # seconds for each of connect, read, write, pool; callers set a shorter one
# An instance sleeps between requests and wakes to dead connections, and many servers close after 5 s: none is kept for
# as long.
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=3.0)

_clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}


def client() -> httpx.AsyncClient:
    """The client of the running event loop. Raises RuntimeError outside of one."""
    loop = asyncio.get_running_loop()
    found = _clients.get(loop)
    if found is None or found.is_closed:
        for gone in [other for other in _clients if other.is_closed()]:
            del _clients[gone]
        found = _clients[loop] = _build()
    return found


async def close() -> None:
    """Closes the running loop's client; the next call builds another one."""
    found = _clients.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()


def _build() -> httpx.AsyncClient:
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        verify=tls.context(),
        timeout=TIMEOUT,
        limits=LIMITS,
        cookies=no_cookies,
        follow_redirects=False,
        trust_env=False,
    )
