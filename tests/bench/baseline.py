"""What a start would cost with every vendor's SDK at the top of the file. Nothing of ours."""

import functions_framework.aio
from google import genai
from google.cloud import tasks_v2
from google.cloud.firestore import AsyncClient

_clients: list[AsyncClient] = []
_imported = (genai, tasks_v2)


@functions_framework.aio.http
async def baseline(_request):
    if not _clients:
        _clients.append(AsyncClient())
    await _clients[0].document("floor/one").get(timeout=10)
    return {"ok": True}
