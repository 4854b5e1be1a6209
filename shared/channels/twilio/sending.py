"""Sends a text through Twilio's SDK: one call of Messages, and what came of it as an Outcome.

Messages takes no idempotency key, so a call whose answer is missing is never made again. Nothing here logs, and the
SDK's own logger is silent: a text or a number could only leave through a log.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.channels.meaning import Kind
from shared.channels.reference import status_url
from shared.channels.twilio import codes
from shared.channels.twilio.account import Account
from shared.channels.twilio.signature import OVERRIDES
from shared.channels.types import Accepted, OutboundText, Outcome, Refused, Sender, Unknown
from shared.config import time_divisor

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession, ClientTimeout
    from twilio.http.async_http_client import AsyncTwilioHttpClient
    from twilio.rest import Client

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0 / time_divisor()  # the claim that this must fit into is divided alike
BASE_URL = "https://api.twilio.com"

_UNDECIDED = (408, 409)  # Twilio, or something before it, gave up waiting: perhaps for itself


class TwilioSender(Sender):
    """One account's way to Twilio. `base_url` ends without a slash; `service` is a Messaging Service's id or None."""

    def __init__(
        self,
        account: Account,
        base_url: str = BASE_URL,
        service: str | None = None,
        *,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._account = account
        self._base_url = base_url
        self._service = service
        self._total = total_seconds

    async def send(self, text: OutboundText) -> Outcome:
        if not _usable(self._account.sid) or not _usable(self._account.auth_token.reveal()):
            return Refused("account", codes.CHECK_ACCOUNT, ours=True)
        from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError

        try:
            return await self._called(text)
        except (ClientConnectorError, ConnectionTimeoutError):  # no connection was there to carry the request
            return Refused("connection", "Twilio could not be reached; we try again.", again=True)
        except TimeoutError:
            return Unknown("timeout")
        except (ClientError, OSError) as broken:
            return Unknown(type(broken).__name__)
        except (ValueError, TypeError, AttributeError, LookupError):  # not what the SDK takes for an answer
            return Unknown("an answer that cannot be read")

    async def _called(self, text: OutboundText) -> Outcome:
        """A connection of its own for each call: one that was kept could have died unnoticed."""
        from twilio.base.exceptions import TwilioRestException, TwilioServiceException

        async with asyncio.timeout(self._total), _http(self._total) as http:
            try:
                message = await _client(self._account, http, self._base_url).messages.create_async(
                    to=text.recipient,
                    from_=text.sender,
                    body=text.text,
                    status_callback=f"{status_url(text)}#{OVERRIDES}",
                    **self._optional(text),
                )
            except (TwilioRestException, TwilioServiceException) as refused:
                return _outcome(http.session.status, str(refused.code))
        sid = message.sid
        return Accepted(sid) if isinstance(sid, str) and 0 < len(sid) <= 200 else Unknown("an acceptance without an id")

    def _optional(self, text: OutboundText) -> dict[str, str | list[str]]:
        given: dict[str, str | list[str]] = {"messaging_service_sid": self._service} if self._service else {}
        return given | {"media_url": list(text.media_urls)} if text.media_urls else given


def _client(account: Account, http: AsyncTwilioHttpClient, base_url: str) -> Client:
    from twilio.rest import Client

    # The SDK would take what is missing from the process's environment: it gets one with nothing in it.
    client = Client(
        account_sid=account.sid, credential_provider=_Credentials(account), http_client=http, environment={"": ""}
    )
    client.api.base_url = base_url
    return client


@dataclass(frozen=True, slots=True)
class _Credentials:
    """Basic auth through the SDK's own opening for it: its built-in way is one that its HTTP library warns of."""

    account: Account

    def to_auth_strategy(self) -> _Credentials:
        return self

    def get_auth_string(self) -> str:
        pair = f"{self.account.sid}:{self.account.auth_token.reveal()}"
        return f"Basic {b64encode(pair.encode()).decode()}"


def _http(total: float) -> AsyncTwilioHttpClient:
    """The SDK's asynchronous client, silent and bounded; it never repeats a call unless it is told to."""
    from aiohttp import ClientSession, ClientTimeout
    from twilio.http.async_http_client import AsyncTwilioHttpClient

    silent = logging.getLogger("twilio.silent")
    silent.disabled = True
    http = AsyncTwilioHttpClient(pool_connections=False, logger=silent)
    http.session = _Bounded(ClientSession(), ClientTimeout(total=total, connect=min(CONNECT_SECONDS, total)))
    return http


@dataclass(slots=True)
class _Bounded:
    """A session whose requests all have these times: the SDK knows of one time only, for the whole call.

    `status`: the last answer's, for the SDK may give what the answer's body says of itself.
    """

    session: ClientSession
    times: ClientTimeout
    status: int = 0

    async def request(
        self, *, method: str, url: str, data: Mapping[str, object], headers: Mapping[str, str], **_given: object
    ) -> ClientResponse:
        response = await self.session.request(
            method, url, data=data, headers=headers, timeout=self.times, allow_redirects=False
        )
        self.status = response.status
        return response

    async def close(self) -> None:
        await self.session.close()


def _outcome(status: int, code: str) -> Outcome:
    """What an answer that is no success means. The SDK gives the status as the code of an answer without one."""
    if not 400 <= status < 500 or status in _UNDECIDED:
        return Unknown(f"HTTP {status}")
    if code == str(status):
        code, meaning = f"http_{status}", codes.of_status(status)
    else:
        meaning = codes.meaning(code)
        meaning = codes.of_status(status) if meaning is codes.UNKNOWN else meaning
    return Refused(
        code[:40],
        meaning.sentence,
        again=meaning.kind is Kind.AGAIN,
        opted_out=meaning.kind is Kind.OPTED_OUT,
        ours=meaning.kind is Kind.LINE,
    )


def _usable(credential: str) -> bool:
    """Whether it could stand in a header at all."""
    return bool(credential) and credential.isascii() and credential.isprintable()
