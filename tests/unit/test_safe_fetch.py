"""Fetching what somebody else named: every check on real servers, and no way to an address that is not public."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import gzip
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from shared.hidden import Hidden
from shared.safe_fetch import MOST_URL, BasicAuth, FetchFailed, FetchRefused, NotFetched, SafeFetch, Stream
from tests.unit.loopback import Answer, nobody_listens, serving

PUBLIC = "93.184.216.34"
PRIVATE = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0")


def files(**answers: Response | Callable[[Request], Response]) -> Answer:
    """A server's files by name."""

    async def answer(request: Request) -> Response:
        found = answers[request.url.path.strip("/")]
        return found(request) if callable(found) and not isinstance(found, Response) else found

    return answer


def local(*urls: str, **options: object) -> SafeFetch:
    return SafeFetch(frozenset(url.removeprefix("http://") for url in urls), **options)


async def get(
    fetch: SafeFetch, url: str, *, most: int = 1000, seconds: float = 5.0, auth: BasicAuth | None = None
) -> bytes:
    return await fetch.get(url, most=most, seconds=seconds, auth=auth)


@dataclass
class Net:
    """A network in which names have these addresses, and every connection ends at one server on loopback."""

    addresses: dict[str, list[Sequence[str]]]  # for each name what it resolves to, time after time
    port: int = 0
    trust: ssl.SSLContext | None = None
    resolved: list[str] = field(default_factory=list)
    connected: list[tuple[str, int, str | None]] = field(default_factory=list)
    unreachable: tuple[str, ...] = ()

    async def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.resolved.append(host)
        answers = self.addresses[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect(self, address: str, port: int, name: str | None) -> Stream:
        self.connected.append((address, port, name))
        if address in self.unreachable:
            raise ConnectionRefusedError
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=self.trust, server_hostname=name)

    @property
    def fetch(self) -> SafeFetch:
        return SafeFetch(resolve=self.resolve, connect=self.connect)


# -- what is fetched


async def test_a_file_arrives_whole() -> None:
    with serving(files(a=Response(b"\x89PNG" + bytes(900)))) as url:
        assert await get(local(url), f"{url}/a") == b"\x89PNG" + bytes(900)


async def test_path_and_query_arrive_as_they_were_given_and_the_fragment_stays_here() -> None:
    async def echo(request: Request) -> Response:
        return Response(f"{request.scope['raw_path'].decode()}?{request.url.query}")

    with serving(echo) as url:
        assert await get(local(url), f"{url}/a%20b/c?x=1&y=%2F#part") == b"/a%20b/c?x=1&y=%2F"


@pytest.mark.parametrize("status", [201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 418])
async def test_anything_but_200_is_refused_for_good(status: int) -> None:
    with serving(files(a=Response(status_code=status))) as url, pytest.raises(FetchRefused, match=str(status)):
        await get(local(url), f"{url}/a")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
async def test_a_server_in_trouble_is_asked_again_later(status: int) -> None:
    with serving(files(a=Response(status_code=status))) as url, pytest.raises(FetchFailed, match=str(status)):
        await get(local(url), f"{url}/a")


async def test_a_server_that_is_not_there_is_asked_again_later() -> None:
    url = nobody_listens()
    with pytest.raises(FetchFailed):
        await get(local(url), f"{url}/a")


# -- bounds


async def test_a_file_of_exactly_the_most_is_fetched_and_one_byte_more_is_not() -> None:
    with serving(files(a=Response(bytes(1000)), b=Response(bytes(1001)))) as url:
        assert len(await get(local(url), f"{url}/a")) == 1000
        with pytest.raises(FetchRefused, match="too large"):
            await get(local(url), f"{url}/b")


async def test_an_endless_file_is_left_when_it_is_too_large() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(bytes(64 * 1024))
                await writer.drain()
                sent += 64 * 1024
        writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(FetchRefused, match="too large"):
            await get(local(url), f"{url}/a", most=100_000)
    assert sent < 50_000_000


async def test_a_compressed_file_is_refused_whatever_its_size() -> None:
    bomb = Response(gzip.compress(bytes(100_000)), headers={"content-encoding": "gzip"})
    with serving(files(a=bomb)) as url, pytest.raises(FetchRefused, match="compressed"):
        await get(local(url), f"{url}/a")


async def test_a_server_that_drips_is_left_in_time() -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.1)

    with serving(files(a=lambda _: StreamingResponse(drip()))) as url, pytest.raises(FetchFailed, match="too long"):
        await get(local(url), f"{url}/a", seconds=0.4)


async def test_a_server_that_hangs_up_half_way_is_asked_again_later() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(FetchFailed):
            await get(local(url), f"{url}/a")


# -- URLs


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture.png",
        "//media.example/a",
        "ftp://media.example/a",
        "file:///etc/passwd",
        "gopher://media.example/",
        "data:image/png;base64,AAAA",
        "http://media.example/a",
        "https://media.example:8443/a",
        "https://media.example:22/a",
        "https://media.example:0/a",
        "https://media.example:99999/a",
        "https://media.example:x/a",
        "https://user@media.example/a",
        "https://user:secret@media.example/a",
        "https://media.example@127.0.0.1/a",
        "https://@media.example/a",
        "https:///a",
        "https://media.example\\@10.0.0.1/a",
        "https://media.example/a b",
        "https://media.example/a\r\nhost: other",
        "https://medïa.example/a",
        "https://media..example/a",
        f"https://{'a' * 64}.example/a",
        f"https://media.example/{'a' * MOST_URL}",
        "https://[::1/a",
    ],
)
async def test_what_is_no_plain_https_address_is_refused_before_anybody_is_asked(url: str) -> None:
    net = Net({})
    with pytest.raises(FetchRefused, match="address"):
        await get(net.fetch, url)
    assert (net.resolved, net.connected) == ([], [])


@given(st.text(max_size=80))
async def test_no_text_is_a_crash_or_leads_anywhere(text: str) -> None:
    net = Net({})
    with pytest.raises((NotFetched, KeyError)):  # KeyError: a name that this network does not have
        await get(net.fetch, f"https://{text}")
    assert net.connected == []


def test_what_is_refused_says_why_and_never_where() -> None:
    with pytest.raises(NotFetched) as refused:
        asyncio.run(get(SafeFetch(), "http://secret-host.example/token"))
    assert "secret" not in f"{refused.value!r}{refused.value}{refused.value.reason}"


# -- addresses


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_with_a_private_address_is_refused_and_not_connected_to(address: str) -> None:
    net = Net({"media.example": [[address]]})
    with pytest.raises(FetchRefused, match="not a public one"):
        await get(net.fetch, "https://media.example/a")
    assert net.connected == []


@pytest.mark.parametrize("address", PRIVATE)
async def test_one_private_address_among_public_ones_refuses_them_all(address: str) -> None:
    net = Net({"media.example": [[PUBLIC, address]]})
    with pytest.raises(FetchRefused, match="not a public one"):
        await get(net.fetch, "https://media.example/a")
    assert net.connected == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "2852039166", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "0",
     "[::1]", "[::]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[fe80::1%25lo]"],
)  # fmt: skip
async def test_a_private_host_is_refused_however_it_is_written(host: str) -> None:
    """With the system's own resolver, which reads numbers of every base."""
    with pytest.raises(FetchRefused, match="not a public one"):
        await get(SafeFetch(), f"https://{host}/latest/meta-data")


async def test_the_local_clouds_host_is_trusted_at_its_own_port_alone() -> None:
    with serving(files(a=Response(b"a"))) as url, serving(files(a=Response(b"b"))) as other:
        assert await get(local(url), f"{url}/a") == b"a"
        with pytest.raises(FetchRefused, match="https"):
            await get(local(url), f"{other}/a")


# -- TLS: the checked address, the name's certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of media.example, which signs itself, with its key."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "media.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("media.example")]), critical=False)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "media.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + pem)
    return file


@asynccontextmanager
async def https(
    certificate: Path, addresses: dict[str, list[Sequence[str]]], answer: bytes
) -> AsyncIterator[tuple[Net, list[bytes]]]:
    """A TLS server that always says `answer`, a network that leads to it, and what it was asked."""
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    async with server:
        trust = ssl.create_default_context(cafile=str(certificate))
        yield Net(addresses, server.sockets[0].getsockname()[1], trust), asked


FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine"


async def test_a_name_is_resolved_once_and_the_connection_goes_to_the_address_that_was_checked(
    certificate: Path,
) -> None:
    """The second answer would lead to the metadata server: nobody asks for it."""
    rebinding = {"media.example": [[PUBLIC], ["169.254.169.254"]]}
    async with https(certificate, rebinding, FINE) as (net, asked):
        assert await get(net.fetch, "https://Media.Example/a") == b"fine"
    assert net.resolved == ["media.example"]
    assert net.connected == [(PUBLIC, 443, "media.example")]
    assert b"host: media.example\r\n" in asked[0].lower()


async def test_a_certificate_of_another_name_ends_it(certificate: Path) -> None:
    async with https(certificate, {"other.example": [[PUBLIC]]}, FINE) as (net, asked):
        with pytest.raises(FetchFailed):
            await get(net.fetch, "https://other.example/a")
    assert asked == []


async def test_the_next_address_is_tried_where_the_first_does_not_answer(certificate: Path) -> None:
    async with https(certificate, {"media.example": [["2606:4700::1", PUBLIC]]}, FINE) as (net, _):
        net.unreachable = ("2606:4700::1",)
        assert await get(net.fetch, "https://media.example/a") == b"fine"
    assert [address for address, *_ in net.connected] == ["2606:4700::1", PUBLIC]


async def test_a_redirect_to_a_private_host_is_refused(certificate: Path) -> None:
    moved = b"HTTP/1.1 302 Found\r\nlocation: https://inside.example/latest\r\ncontent-length: 0\r\n\r\n"
    names: dict[str, list[Sequence[str]]] = {"media.example": [[PUBLIC]], "inside.example": [["169.254.169.254"]]}
    async with https(certificate, names, moved) as (net, _):
        with pytest.raises(FetchRefused, match="not a public one"):
            await get(net.fetch, "https://media.example/a")
    assert [address for address, *_ in net.connected] == [PUBLIC]


# -- redirects


def to(location: str, status: int = 302) -> Response:
    return RedirectResponse(location, status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(status: int) -> None:
    with serving(files(a=to("b?x=1", status), b=Response(b"there"))) as url:
        assert await get(local(url), f"{url}/a") == b"there"


async def test_three_redirects_are_followed_and_a_fourth_is_not() -> None:
    chain = {"a": to("/b"), "b": to("/c"), "c": to("/d"), "d": to("/e"), "e": Response(b"there")}
    with serving(files(**chain)) as url:
        assert await get(local(url), f"{url}/b") == b"there"
        with pytest.raises(FetchRefused, match="from one address to the next"):
            await get(local(url), f"{url}/a")


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/a", "http://media.example/a", "https://127.0.0.1/a", "https://[::1]/a", "https://10.0.0.1/",
     "//169.254.169.254/latest", "file:///etc/passwd", "ftp://media.example/", "https://u:p@media.example/"],
)  # fmt: skip
async def test_a_redirect_is_checked_like_any_url(location: str) -> None:
    with serving(files(a=to(location))) as url, pytest.raises(FetchRefused):
        await get(local(url), f"{url}/a")


# -- credentials


def auth(url: str) -> BasicAuth:
    return BasicAuth(url.removeprefix("http://"), "AC1", Hidden("t0p"))


OURS = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


async def echo(request: Request) -> Response:
    return Response(request.headers.get("authorization", "none"))


async def test_credentials_go_to_their_host_and_to_no_other() -> None:
    with serving(echo) as first, serving(echo) as second:
        fetch = local(first, second)
        assert await get(fetch, f"{first}{OURS}", auth=auth(first)) == b"Basic QUMxOnQwcA=="
        assert await get(fetch, f"{second}{OURS}", auth=auth(first)) == b"none"
        assert await get(fetch, f"{first}{OURS}") == b"none"


@pytest.mark.parametrize("path", ["/Accounts/AC2/Media/1", "/Accounts/AC12", "/a", "/Accounts/AC2/Accounts/AC1/a"])
async def test_credentials_are_not_shown_for_a_file_of_another_account(path: str) -> None:
    with serving(echo) as url:
        assert await get(local(url), f"{url}{path}", auth=auth(url)) == b"none"
        assert await get(local(url), f"{url}{path}?/Accounts/AC1/", auth=auth(url)) == b"none"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_server_that_does_not_take_our_credentials_is_asked_again_later(status: int) -> None:
    """They may just be changing."""
    refusal = Response(status_code=status)
    with serving(files(**{OURS[1:]: refusal, "Accounts/AC2/a": refusal})) as url:
        with pytest.raises(FetchFailed, match=str(status)):
            await get(local(url), f"{url}{OURS}", auth=auth(url))
        with pytest.raises(FetchRefused, match=str(status)):
            await get(local(url), f"{url}/Accounts/AC2/a", auth=auth(url))


async def test_credentials_do_not_follow_a_redirect_to_another_host_and_do_not_come_back() -> None:
    def shown(request: Request) -> Response:
        return Response(request.headers.get("authorization", "none"))

    def away(request: Request) -> Response:
        return to(f"{other}/back?to={request.query_params['home']}")

    with serving(files(back=lambda request: to(request.query_params["to"]))) as other:
        own = {"Accounts/AC1/away": away, "Accounts/AC1/stay": to("shown"), "Accounts/AC1/shown": shown}
        with serving(files(**own)) as url:
            home, fetch = f"{url}/Accounts/AC1", local(url, other)
            assert (await get(fetch, f"{home}/stay", auth=auth(url))).startswith(b"Basic")
            assert await get(fetch, f"{home}/away?home={home}/shown", auth=auth(url)) == b"none"


def test_credentials_show_in_no_form_of_printing() -> None:
    assert "t0p" not in repr(auth("http://h"))
