"""What the gate knows of commits, and what one may order it to do to calls: its side of a stand-in's controls.

    GET /__commits[?from=n]  [{"at": "seconds.nanoseconds", "writes": […]}]: what the emulator has committed, in the
                             order in which it did, at most 1,000 from the nth on; writes as in Firestore's REST API
    /__faults, /__held       as every stand-in has them; a path is a method's ("Commit") or its full gRPC path

A commit that has left for the emulator is waited for and recorded whatever becomes of its caller: a caller that is
killed, or gives up, takes nothing back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import cast

from google.cloud.firestore_v1 import types
from google.protobuf import json_format
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import JSON, Standin

KEPT = 200_000  # commits
PAGE = 1000

_Asked = type(types.CommitRequest.pb(types.CommitRequest()))
_Answered = type(types.CommitResponse.pb(types.CommitResponse()))


class Record(Standin):
    """The commits of one gate, and its faults."""

    def __init__(self) -> None:
        super().__init__("gate", [Route("/__commits", self._listed, methods=["GET"])])
        self._commits: deque[tuple[bytes, bytes]] = deque(maxlen=KEPT)
        self._running: set[asyncio.Future[bytes]] = set()

    async def committed(self, asked: bytes, answer: Awaitable[bytes]) -> bytes:
        """The emulator's answer to a commit, kept with it. Raises what the call raises."""
        running = asyncio.ensure_future(self._kept(asked, answer))
        self._running.add(running)
        running.add_done_callback(self._ended)
        return await asyncio.shield(running)

    async def _kept(self, asked: bytes, answer: Awaitable[bytes]) -> bytes:
        answered = await answer
        self._commits.append((asked, answered))
        return answered

    def _ended(self, running: asyncio.Future[bytes]) -> None:
        self._running.discard(running)
        if not running.cancelled():
            running.exception()  # its caller may have gone: then nobody else looks at it

    async def _listed(self, request: Request) -> Response:
        first = int(request.query_params.get("from", "0"))
        page = list(self._commits)[first : first + PAGE]
        return JSONResponse([_shown(asked, answered) for asked, answered in page])


def _shown(asked: bytes, answered: bytes) -> JSON:
    at = _Answered.FromString(answered).commit_time
    shown = cast("dict[str, JSON]", json_format.MessageToDict(_Asked.FromString(asked)))
    return {"at": f"{at.seconds}.{at.nanos:09}", "writes": shown.get("writes", [])}
