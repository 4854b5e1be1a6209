"""Sends a text through Telnyx: one call of `POST /messages`, and what came of it as an Outcome.

Not through Telnyx's SDK: it takes over a second to import and repeats a POST on its own, without an idempotency key.
Nothing here logs: a text, a number or the key could only leave through a log.
"""

from __future__ import annotations

import asyncio
import json

import httpx

from shared.channels.meaning import Kind
from shared.channels.reference import status_url
from shared.channels.telnyx import codes
from shared.channels.types import Accepted, OutboundText, Outcome, Refused, Sender, Unknown
from shared.config import time_divisor
from shared.hidden import Hidden

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0 / time_divisor()  # the claim that this must fit into is divided alike

# The request cannot have left: no connection was there to carry it.
_NEVER_OPENED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# 408: Telnyx gave up waiting, perhaps for itself. 409: a call with this idempotency key came before, perhaps ours.
_UNDECIDED = (408, 409)


class TelnyxSender(Sender):
    """One tenant's way to Telnyx. `client` must not retry by itself; `base_url` ends without a slash."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        api_key: Hidden,
        messaging_profile_id: str | None,
        *,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._client = client
        self._url = f"{base_url}/messages"
        self._key = api_key
        self._profile = messaging_profile_id
        self._total = total_seconds

    async def send(self, text: OutboundText) -> Outcome:
        key = self._key.reveal().strip()
        if not key or not key.isascii() or not key.isprintable():  # it could not even stand in a header
            return Refused("api_key", codes.CHECK_KEY, ours=True)
        try:
            async with asyncio.timeout(self._total):
                response = await self._post(text, key)
        except _NEVER_OPENED:
            return Refused("connection", "Telnyx could not be reached; we try again.", again=True)
        except TimeoutError:
            return Unknown("timeout")
        except (httpx.TransportError, httpx.DecodingError) as error:
            return Unknown(type(error).__name__)
        return _outcome(response.status_code, _json(response.content))

    async def _post(self, text: OutboundText, key: str) -> httpx.Response:
        timeout = httpx.Timeout(self._total, connect=min(CONNECT_SECONDS, self._total), pool=CONNECT_SECONDS)
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": text.idempotency_key}
        return await self._client.post(
            self._url, json=_body(text, self._profile), headers=headers, timeout=timeout, follow_redirects=False
        )


def _body(text: OutboundText, profile: str | None) -> dict[str, object]:
    body: dict[str, object] = {
        "from": text.sender,
        "to": text.recipient,
        "text": text.text,
        "webhook_url": status_url(text),
        "use_profile_webhooks": False,
        "type": "MMS" if text.media_urls else "SMS",
        "encoding": "auto",
    }
    if profile is not None:
        body["messaging_profile_id"] = profile
    if text.media_urls:
        body["media_urls"] = list(text.media_urls)
    return body


def _outcome(status: int, body: object) -> Outcome:
    if 200 <= status < 300:
        provider_id = _message_id(body)
        return Accepted(provider_id) if provider_id else Unknown("an acceptance without a message id")
    if not 400 <= status < 500 or status in _UNDECIDED:
        return Unknown(f"HTTP {status}")
    return _refusal(status, _errors(body))


def _refusal(status: int, errors: dict[str, str]) -> Refused:
    """`errors`: Telnyx's codes, each with its words. A code says more than the HTTP status."""
    code = _telling(errors) or f"http_{status}"
    meaning = codes.meaning(code, errors.get(code, ""))
    if meaning is codes.UNKNOWN:
        meaning = codes.of_status(status)
    opted_out = meaning.kind is Kind.OPTED_OUT
    again = meaning.kind is Kind.AGAIN or (status == 429 and not opted_out)
    return Refused(
        code, meaning.sentence, again=again, opted_out=opted_out, ours=meaning.kind is Kind.LINE and not again
    )


def _telling(errors: dict[str, str]) -> str | None:
    """Of several codes the opt-out, else the first that we know, else the first."""
    if codes.OPT_OUT_CODE in errors:
        return codes.OPT_OUT_CODE
    known = (code for code in errors if code in codes.MEANINGS)
    return next(known, next(iter(errors), None))


def _json(content: bytes) -> object:
    """None for what is not JSON: a proxy's page, half an answer."""
    try:
        parsed: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return parsed


def _message_id(body: object) -> str | None:
    data = body.get("data") if isinstance(body, dict) else None
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) and 0 < len(found) <= 200 else None


def _errors(body: object) -> dict[str, str]:
    listed = body.get("errors") if isinstance(body, dict) else None
    found: dict[str, str] = {}
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, dict) and isinstance(error.get("code"), str | int):
            words = (error.get("title"), error.get("detail"))
            found.setdefault(str(error["code"])[:40], " ".join(word for word in words if isinstance(word, str)))
    return found
