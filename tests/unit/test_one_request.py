"""One request on a connection of its own, against real servers that behave and servers that do not."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from shared import one_request, tls
from shared.one_request import Answer, NoAnswer, ask
from tests.unit.loopback import nobody_listens, serving

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of a server that says whatever `talk` writes."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass  # the client has heard enough
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def saying(*parts: bytes, then: float = 0.0) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
        await asyncio.sleep(then)

    return talk


async def get(url: str, seconds: float = 5.0) -> Answer:
    return await ask("GET", url, headers={}, seconds=seconds)


async def test_method_path_query_headers_and_body_arrive_as_they_were_given() -> None:
    async def echo(request: Request) -> Response:
        heard = [request.method, request.url.path, request.url.query, request.headers["x-who"]]
        return JSONResponse([*heard, (await request.body()).decode()], 418)

    with serving(echo) as url:
        answer = await ask("POST", f"{url}/a/b?c=d%2Fe", headers={"x-who": "me"}, body=b"said", seconds=5)
    assert (answer.status, answer.content) == (418, b'["POST","/a/b","c=d%2Fe","me","said"]')


async def test_an_answer_in_chunks_is_read_whole() -> None:
    async def chunks(_request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for number in range(5):
                yield b"%d" % number * 20_000

        return StreamingResponse(parts())

    with serving(chunks) as url:
        assert len((await get(url)).content) == 100_000


async def test_a_continue_before_the_answer_is_passed_over() -> None:
    talk = saying(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    async with speaking(talk) as port:
        assert await get(f"http://127.0.0.1:{port}/") == Answer(200, b"ok")


@pytest.mark.parametrize(
    "parts",
    [(), (b"SSH-2.0-OpenSSH\r\n\r\n",), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal",), (b"HTTP/1.1 2",)],
    ids=["nothing", "another protocol", "half an answer", "half a line"],
)
async def test_what_is_no_whole_answer_is_none(parts: tuple[bytes, ...]) -> None:
    async with speaking(saying(*parts)) as port:
        with pytest.raises(NoAnswer):
            await get(f"http://127.0.0.1:{port}/")


async def test_an_answer_without_end_is_given_up_at_the_limit() -> None:
    flood = saying(b"HTTP/1.1 200 OK\r\n\r\n", *[bytes(64 * 1024)] * 40, then=30)
    async with speaking(flood) as port:
        with pytest.raises(NoAnswer):
            await get(f"http://127.0.0.1:{port}/")


async def test_a_server_that_hangs_is_given_up_in_time() -> None:
    async with speaking(saying(b"HTTP/1.1 200 OK\r\n", then=30)) as port:
        with pytest.raises(NoAnswer, match="TimeoutError"):
            await get(f"http://127.0.0.1:{port}/", seconds=0.05)


async def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        await get(nobody_listens())


async def test_a_token_in_an_answer_shows_in_no_repr() -> None:
    assert "s3cr3t" not in repr(Answer(200, b"s3cr3t"))


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for localhost that nobody vouches for, and that certificate."""
    key, name = generate_private_key(SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    own, private = folder / "certificate.pem", folder / "key.pem"
    own.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, private)
    return context, own


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context, _ = certified(tmp_path)
    async with speaking(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), context) as port:
        with pytest.raises(NoAnswer, match="SSLCertVerificationError"):
            await get(f"https://localhost:{port}/")


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, own = certified(tmp_path)
    trusting = ssl.create_default_context(cafile=str(own))
    monkeypatch.setattr(tls, "context", lambda: trusting)
    async with speaking(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), context) as port:
        assert (await get(f"https://localhost:{port}/")).status == 200
        with pytest.raises(NoAnswer, match="SSLCertVerificationError"):
            await get(f"https://127.0.0.1:{port}/")


async def test_the_limit_is_above_what_mint_answers() -> None:
    assert one_request.MOST_CONTENT >= 100 * 1024
