"""The floor for a cold start: imports the framework and Firestore alone, and does one read. Nothing of ours."""

import functions_framework.aio
from google.cloud.firestore import AsyncClient

_clients: list[AsyncClient] = []


@functions_framework.aio.http
async def floor(_request):
    if not _clients:
        _clients.append(AsyncClient())
    await _clients[0].document("floor/one").get(timeout=10)
    return {"ok": True}
