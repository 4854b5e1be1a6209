"""One question to Jackrabbit: GET {base}/jr3.0/Openings/OpeningsJson?OrgID=…

Answers 200 with {"success": true, "message": "", "rows": […]}; an error is a 200 with `success: false`. No
authentication. Whatever else happens is a JackrabbitUnavailable.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass

import httpx

from shared import log
from shared.errors import BadRequest, Unavailable
from shared.integrations.jackrabbit.opening import Opening, in_week_order
from shared.integrations.jackrabbit.rows import Parsed, parse

PATH = "/jr3.0/Openings/OpeningsJson"
TIMEOUT = 15.0  # seconds for everything: connecting, waiting and reading
MOST_BYTES = 5_000_000  # of the decoded body

_ORG = re.compile(r"[0-9]{1,7}")


class JackrabbitUnavailable(Unavailable):
    """No class list, and no older copy of one. `reason` is short and made of our own words: fit for a log."""

    code = "openings_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__("The list of classes cannot be read right now. Ask again in a minute.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """Classes with open spots in the week's order. `empty`: not one row came (all classes full is *not* empty)."""

    openings: tuple[Opening, ...]
    empty: bool


class Jackrabbit:
    def __init__(self, client: httpx.AsyncClient, base_url: str, *, timeout: float = TIMEOUT) -> None:
        self._client = client
        self._url = base_url.rstrip("/") + PATH
        self._timeout = timeout

    async def fetch(self, org_id: str) -> Answer:
        """Ask once. Raises BadRequest for what is no organisation id, JackrabbitUnavailable for everything else."""
        check_org(org_id)
        try:
            async with asyncio.timeout(self._timeout):
                body = await self._body(org_id)
        except TimeoutError as error:
            raise JackrabbitUnavailable("no answer in time") from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise JackrabbitUnavailable(f"request failed: {type(error).__name__}") from error
        return _answer(_rows(body), org_id)

    async def _body(self, org_id: str) -> bytes:
        # A redirect is an answer that we do not know: followed, it could lead anywhere.
        asked = self._client.stream(
            "GET", self._url, params={"OrgID": org_id}, timeout=self._timeout, follow_redirects=False
        )
        async with asked as response:
            if response.status_code != httpx.codes.OK:
                raise JackrabbitUnavailable(f"status {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise JackrabbitUnavailable("answer too large")
            return bytes(body)


def check_org(org_id: str) -> None:
    """Raises BadRequest unless it is 1 to 7 ASCII digits."""
    if not _ORG.fullmatch(org_id):
        raise BadRequest("A Jackrabbit organisation id is 1 to 7 digits (Settings → Customer service → Jackrabbit).")


def _rows(body: bytes) -> list[object]:
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise JackrabbitUnavailable("answer is not JSON") from error
    if not isinstance(document, dict) or document.get("success") is not True:
        raise JackrabbitUnavailable("answer does not say success")
    rows = document.get("rows")
    if not isinstance(rows, list):
        raise JackrabbitUnavailable("rows are not a list")
    return rows


def _answer(rows: list[object], org_id: str) -> Answer:
    parsed = parse(rows)
    if parsed.dropped:
        log.warning("jackrabbit rows dropped", org_id=org_id, rows=parsed.rows, dropped=parsed.dropped)
    if _unreadable(parsed):
        raise JackrabbitUnavailable("no row is readable")
    return Answer(tuple(sorted(parsed.openings, key=in_week_order)), empty=parsed.rows == 0)


def _unreadable(parsed: Parsed) -> bool:
    """Rows came and none had the shape we know: the format changed, which is not the same as "no classes"."""
    return parsed.rows > 0 and parsed.dropped == parsed.rows
