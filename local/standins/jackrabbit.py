"""Jackrabbit's OpeningsJson on this machine.

    GET|POST /jr3.0/Openings/OpeningsJson   OrgID (required), Loc, Cat1, Cat2, Cat3, Session, ShowClosed=1, closed=Full
    GET|PUT  /__openings/{org}              the rows of an organisation: [row, …]

As the real one: path and parameter names in any case, POST as a form or as JSON, every error a 200 with
`success: false`. Full classes come when they have a wait list; the others when they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins.base import Standin

PATH = "/jr3.0/openings/openingsjson"
UNKNOWN_ORG = "Invalid OrgID (message text UNVERIFIED)"

_FILTERS = {"loc": "location_code", "cat1": "category1", "cat2": "category2", "cat3": "category3", "session": "session"}

AnyRow = Mapping[str, object]


class JackrabbitStandin(Standin):
    """`rows`: organisation id → its rows, as `local.seed_openings.generate` makes them."""

    def __init__(self, rows: Mapping[str, Sequence[AnyRow]] | None = None) -> None:
        self._rows = {org: list(of_org) for org, of_org in (rows or {}).items()}
        super().__init__(
            "jackrabbit",
            [
                Route("/__openings/{org}", self._replace, methods=["PUT"]),
                Route("/__openings/{org}", self._read, methods=["GET"]),
                Route("/{path:path}", self._openings, methods=["GET", "POST"]),
            ],
        )

    async def _openings(self, request: Request) -> Response:
        if request.url.path.lower() != PATH:
            return Response(status_code=404)
        wanted = {name.lower(): value for name, value in (await _parameters(request)).items()}
        rows = self._rows.get(wanted.get("orgid", ""))
        if rows is None:
            return _document({"success": False, "message": UNKNOWN_ORG, "rows": None})
        return _document({"success": True, "message": "", "rows": [row for row in rows if _is_wanted(row, wanted)]})

    async def _replace(self, request: Request) -> Response:
        try:
            rows: object = json.loads(await request.body())
        except ValueError:
            rows = None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return JSONResponse({"error": "bad_rows", "detail": "The body is a JSON list of rows."}, status_code=400)
        self._rows[request.path_params["org"]] = rows
        return JSONResponse({"rows": len(rows)})

    async def _read(self, request: Request) -> Response:
        rows = self._rows.get(request.path_params["org"])
        if rows is None:
            return JSONResponse({"error": "unknown_org", "detail": "No rows were ever given to it."}, status_code=404)
        return JSONResponse(rows)


async def _parameters(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    given = dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        return given | _json_parameters(body)
    return given | dict(parse_qsl(body))


def _json_parameters(body: str) -> dict[str, str]:
    try:
        document: object = json.loads(body)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in document.items()} if isinstance(document, dict) else {}


def _is_wanted(row: AnyRow, wanted: Mapping[str, str]) -> bool:
    fits = all(row.get(field) == wanted[name] for name, field in _FILTERS.items() if wanted.get(name))
    return fits and (_with_closed(wanted) or not _is_full(row) or row.get("waitlist") is True)


def _with_closed(wanted: Mapping[str, str]) -> bool:
    return wanted.get("showclosed") == "1" or wanted.get("closed", "").lower() == "full"


def _is_full(row: AnyRow) -> bool:
    places = row.get("openings")
    count = places.get("calculated_openings") if isinstance(places, dict) else None
    return isinstance(count, int) and count <= 0


def _document(document: Mapping[str, object]) -> Response:
    # Written as the recorded answers are, so that replaying one gives the same bytes.
    return Response(json.dumps(document, indent=2) + "\n", media_type="application/json; charset=utf-8")
