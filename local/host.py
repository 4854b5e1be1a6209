"""All functions in one process, each through the functions framework's own app: `python -m local.host --port 8080`.

What the platform does, this does: it reads the manifest, gives each function its service account, and mounts secrets
from Secret Manager as environment variables before anything starts. `/{function}/{channel}` is routed by its first
segment; the function sees `/{channel}`, as in the cloud. A plain dispatcher and not a mount: a mount answers POST
`/name` with 308 to `/name/`, which providers do not follow.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import functions_framework.aio
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.mount import mount_secrets
from local.wire import serve_http
from shared import http, identity
from shared.boundary.manifest import functions
from shared.config import config
from shared.store import live
from shared.tenancy import database

# The framework is untyped here.
create_asgi_app: Callable[[str, str], ASGIApp] = functions_framework.aio.create_asgi_app

MAIN = Path(__file__).parents[1] / "main.py"


class Host:
    """Dispatches to the framework's apps, each acting as its function's service account."""

    def __init__(self) -> None:
        self._apps: dict[str, tuple[ASGIApp, str]] = {}
        for function in functions():
            app = create_asgi_app(function.target, str(MAIN))
            self._apps[function.name] = app, config().service_account(function.identity)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, _, rest = scope["path"].lstrip("/").partition("/")
        app, account = self._apps.get(name, (_no_function, ""))
        identity.account.set(account)
        path = "/" + rest
        await app({**scope, "path": path, "raw_path": path.encode()}, receive, send)


async def _no_function(scope: Scope, receive: Receive, send: Send) -> None:
    body = {"error": "not_found", "detail": "there is no such function (see functions/manifest.yaml)"}
    await JSONResponse(body, status_code=404)(scope, receive, send)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--secrets", required=True, help="host:port of Secret Manager")
    options = parser.parse_args()
    await mount_secrets(options.secrets, os.environ["GOOGLE_CLOUD_PROJECT"])
    served = await serve_http(Host(), options.port)
    print(f"ready {served.port}", flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await served.stop()
    await http.close()
    await live.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
