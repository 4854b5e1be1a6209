"""Who this instance is at Google: tokens of its service account, from the metadata server.

Source: cloud.google.com/compute/docs/metadata, paths below `instance/service-accounts/{account}`.
"""

from __future__ import annotations

import base64
import json
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import quote, urlencode

from shared import one_request
from shared.clock import Clock, SystemClock
from shared.config import config
from shared.errors import Unavailable
from shared.one_request import NoAnswer
from shared.single_flight import SingleFlight

TIMEOUT = 3.0  # seconds for the whole call: the server is on this machine
EARLY = 300.0  # seconds before its expiry in which a token is not used any more
CAPACITY = 200  # tokens kept

# Only the local cloud, which hosts every function in one process, sets another: the service account's e-mail.
account: ContextVar[str] = ContextVar("account", default="default")

_ACCESS = ""  # stands in an access token's key for the audience, which it does not have
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    expires_at: float  # Unix seconds


class MetadataServer:
    """Tokens of the accounts that one metadata server knows, each kept until shortly before its expiry.

    Concurrent callers share one fetch. Every method raises Unavailable if there is no token to be had.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._accounts = f"{url}/computeMetadata/v1/instance/service-accounts"
        self._clock = clock
        self._tokens: OrderedDict[_Key, _Token] = OrderedDict()
        self._flights: SingleFlight[_Key, _Token] = SingleFlight()

    async def access_token(self, of: str) -> str:
        """An OAuth access token for Google's APIs."""
        return await self._token((of, _ACCESS), lambda: self._fetch_access_token(of))

    async def id_token(self, of: str, audience: str) -> str:
        """An OIDC token that tells `audience` (a URL) who calls it."""
        if not audience:
            raise ValueError("an id token needs an audience")
        return await self._token((of, audience), lambda: self._fetch_id_token(of, audience))

    async def _token(self, key: _Key, fetch: Callable[[], Coroutine[object, object, _Token]]) -> str:
        found = self._tokens.get(key)
        if found is None or found.expires_at - EARLY <= self._clock.now().timestamp():
            found = await self._flights.run(key, lambda: self._renew(key, fetch))
        else:
            self._tokens.move_to_end(key)
        return found.value

    async def _renew(self, key: _Key, fetch: Callable[[], Coroutine[object, object, _Token]]) -> _Token:
        token = await fetch()
        self._tokens[key] = token
        self._tokens.move_to_end(key)
        if len(self._tokens) > CAPACITY:
            self._tokens.popitem(last=False)
        return token

    async def _fetch_access_token(self, of: str) -> _Token:
        asked_at = self._clock.now().timestamp()
        text = await self._get(of, "token", {})
        try:
            return _access_token(text, asked_at)
        except (ValueError, KeyError, TypeError):
            raise _malformed() from None  # the cause would quote the token

    async def _fetch_id_token(self, of: str, audience: str) -> _Token:
        text = await self._get(of, "identity", {"audience": audience, "format": "full"})
        try:
            return _id_token(text)
        except (ValueError, KeyError, TypeError, IndexError):
            raise _malformed() from None  # the cause would quote the token

    async def _get(self, of: str, path: str, query: Mapping[str, str]) -> str:
        url = f"{self._accounts}/{quote(of, safe='@')}/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            answer = await one_request.ask("GET", url, headers={"metadata-flavor": "Google"}, seconds=TIMEOUT)
            if answer.status != 200:
                raise NoAnswer(f"HTTP {answer.status}")
        except NoAnswer as error:
            raise Unavailable("This service could not obtain its own identity; try again.") from error
        return answer.content.decode("utf-8", "replace")


async def access_token() -> str:
    """An OAuth access token of this instance's service account. Raises Unavailable."""
    return await _server().access_token(account.get())


async def id_token(audience: str) -> str:
    """An OIDC token of this instance's service account, for the function at the URL `audience`. Raises Unavailable."""
    return await _server().id_token(account.get(), audience)


@cache
def _server() -> MetadataServer:
    return MetadataServer(config().endpoints.metadata, SystemClock())


def _access_token(text: str, asked_at: float) -> _Token:
    answer = json.loads(text)
    return _Token(_text(answer["access_token"]), asked_at + _seconds(answer["expires_in"]))


def _id_token(text: str) -> _Token:
    token = text.strip()
    return _Token(token, _seconds(claims_of(token)["exp"]))


def claims_of(token: str) -> Mapping[str, object]:
    """What a token says that its issuer has just handed to us: nothing of it is verified."""
    payload = token.split(".")[1]
    claims: Mapping[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    return float(value)


def _malformed() -> Unavailable:
    return Unavailable("This service received no usable token for its own identity; try again.")
