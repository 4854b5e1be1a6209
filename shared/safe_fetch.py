"""Fetching what a URL names that somebody else wrote: from the public internet, bounded, and nothing but a file.

    URL → https, port 443, no userinfo → its host resolved once → every address public → connect to one of those → 200

The connection goes to the address that was checked, so a name that resolves differently a moment later changes nothing;
`Host` and the certificate are the name's. A redirect is a new URL: every check again, three of them at most, and what
authenticated us at the first host goes to no other. Time and size are bounded in all, while the answer arrives.

The local cloud serves its files over plain HTTP on loopback: FETCH_ALLOWED_HOSTS names it, in no deployed function.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

import h11

from shared import tls
from shared.exchange import Stream, exchange
from shared.hidden import Hidden
from shared.public_addresses import is_public

MOST_REDIRECTS = 3
MOST_URL = 2048  # characters
CONNECT_SECONDS = 5.0  # for each of a host's addresses
MOST_ADDRESSES = 4
HTTPS = 443
_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = (408, 425, 429)  # and every 5xx
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_URL = re.compile(r"[!-\[\]-~]+")  # visible ASCII, without the backslash that some parsers read as a slash

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Connect = Callable[[str, int, str | None], Awaitable[Stream]]  # address, port, the name in TLS (None: no TLS)


class NotFetched(Exception):
    """`reason` is for people, and never says where the file was."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FetchRefused(NotFetched):
    """For good: the same URL will be refused again."""


class FetchFailed(NotFetched):
    """For now: the same URL may well be fetched later."""


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """For `host` alone ("host" or "host:port", as the URL has it), and not after a redirect has led away from it.

    And for `user`'s own files: what stands below `/Accounts/{user}/`, where Twilio has them.
    """

    host: str
    user: str
    password: Hidden

    def fits(self, target: _Target) -> bool:
        account = target.path.partition("?")[0].partition("/Accounts/")[2]
        return self.host.lower() == target.authority and account.startswith(f"{self.user}/")

    def header(self) -> str:
        return f"Basic {b64encode(f'{self.user}:{self.password.reveal()}'.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL that may be asked. `trusted`: a host of the local cloud."""

    url: str = field(repr=False)
    host: str
    port: int
    authority: str
    path: str = field(repr=False)
    secure: bool
    trusted: bool

    @property
    def origin(self) -> tuple[bool, str, int]:
        return self.secure, self.host, self.port


async def _resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


async def _connect(address: str, port: int, name: str | None) -> Stream:
    context: ssl.SSLContext | None = tls.context() if name else None
    return await asyncio.open_connection(address, port, ssl=context, server_hostname=name)


class SafeFetch:
    """`allowed`: "host:port" that may be asked over plain HTTP, wherever it is; the local cloud's own."""

    def __init__(
        self, allowed: frozenset[str] = frozenset(), *, resolve: Resolve = _resolve, connect: Connect = _connect
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._connect = connect

    async def get(self, url: str, *, most: int, seconds: float, auth: BasicAuth | None = None) -> bytes:
        """The file, of at most `most` bytes, within `seconds` in all. Raises FetchRefused or FetchFailed."""
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(self._target(url), most, auth)
        except TimeoutError as late:
            raise FetchFailed("the server took too long") from late
        except (OSError, h11.ProtocolError) as error:  # a name that is not found, a certificate that does not fit
            raise FetchFailed("the server did not answer") from error

    async def _follow(self, target: _Target, most: int, auth: BasicAuth | None) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            found = await self._ask(target, most, auth)
            if isinstance(found, bytes):
                return found
            following = self._target(urljoin(target.url, found))
            if following.origin != target.origin:
                auth = None
            target = following
        raise FetchRefused("the server leads from one address to the next")

    # -- the URL

    def _target(self, url: str) -> _Target:
        """Raises FetchRefused for every URL that may not be asked, whatever stands behind it."""
        parts = _split(url)
        if parts is None:
            raise FetchRefused("the address is not a web address")
        secure, trusted = parts.scheme == "https", parts.netloc.lower() in self._allowed
        host, port = (parts.hostname or "").lower(), parts.port
        if not trusted and (not secure or port not in (None, HTTPS)):
            raise FetchRefused("the address is not an https address")
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return _Target(url, host, port or (HTTPS if secure else 80), parts.netloc.lower(), path, secure, trusted)

    # -- the connection

    async def _open(self, target: _Target) -> Stream:
        failed: OSError = ConnectionError("no address")
        for address in await self._addresses(target):
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await self._connect(address, target.port, target.host if target.secure else None)
            except OSError as error:
                failed = error
        raise failed

    async def _addresses(self, target: _Target) -> Sequence[str]:
        """Where to connect. One private address among public ones is enough to refuse them all."""
        if target.trusted:
            return (target.host,)
        try:
            literal = ":" in target.host  # IPv6; the numbers that IPv4 may be written as are the resolver's to read
            found = (target.host,) if literal else await self._resolve(target.host, target.port)
        except UnicodeError as error:
            raise FetchRefused("the address is not a web address") from error
        if not all(map(is_public, found)):
            raise FetchRefused("the address is not a public one")
        return found[:MOST_ADDRESSES]

    async def _ask(self, target: _Target, most: int, auth: BasicAuth | None) -> bytes | str:
        """The file, or where a redirect leads."""
        auth = auth if auth is not None and auth.fits(target) else None
        later = _LATER if auth is None else (*_LATER, 401, 403)  # our credentials may just be changing
        content = bytearray()
        async with aclosing(exchange(await self._open(target), _request(target, auth), h11.EndOfMessage())) as answer:
            async for part in answer:
                if isinstance(part, h11.Response):
                    if location := _location(part, most, later):
                        return location
                    continue
                content += part.data
                if len(content) > most:
                    raise _too_large()
        return bytes(content)


def _split(url: str) -> SplitResult | None:
    """None for what is no plain web address: odd characters, userinfo, a host or a port that cannot be one."""
    if not _URL.fullmatch(url) or len(url) > MOST_URL:
        return None
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    fits = "@" not in parts.netloc and port != 0 and (":" in host or _HOST.fullmatch(host))
    return parts if fits else None


def _request(target: _Target, auth: BasicAuth | None) -> h11.Request:
    headers = {
        "host": target.authority,
        "user-agent": "ChatterCheetah",
        "accept": "image/*",
        "accept-encoding": "identity",  # what is compressed could be a thousand times as large
        "connection": "close",
    }
    if auth is not None:
        headers["authorization"] = auth.header()
    return h11.Request(method="GET", target=target.path, headers=list(headers.items()))


def _location(response: h11.Response, most: int, later: tuple[int, ...]) -> str | None:
    """Where to go on, None for a file that begins to arrive. Raises FetchRefused or FetchFailed for all else."""
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    status = response.status_code
    if status in _REDIRECTS and headers.get(b"location"):
        return headers[b"location"]
    if status >= 500 or status in later:
        raise FetchFailed(f"the server answered {status}")
    if status != 200:
        raise FetchRefused(f"the server answered {status}")
    if headers.get(b"content-encoding", "identity").lower() != "identity":
        raise FetchRefused("the server sent it compressed")
    if int(headers.get(b"content-length", "0")) > most:  # h11 has checked that it is a number
        raise _too_large()
    return None


def _too_large() -> FetchRefused:
    return FetchRefused("the file is too large")
