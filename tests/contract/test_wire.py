"""One port for two protocols: every byte arrives, at the right server, and every end is the end that was meant."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.standins.base import Standin
from local.wire import PREFACE, PortTaken, Split, listen, reset, serve_http, speaks_grpc
from tests.contract.google_support import controls, until

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENCE = 5.0


class Ends:
    """A split port before two scripted servers, and what each of them was told first."""

    def __init__(self) -> None:
        self.talk: Talk = echo
        self.split = Split(0, 0, 0)
        self.served: list[str] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.split.port)
        self.writers.append(writer)
        return reader, writer

    def server(self, name: str) -> Talk:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.served.append(name)
            self.writers.append(writer)
            await self.talk(reader, writer)

        return serve


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    ends = Ends()
    grpc = await asyncio.start_server(ends.server("grpc"), "127.0.0.1", 0)
    http = await asyncio.start_server(ends.server("http"), "127.0.0.1", 0)
    ends.split = Split(0, grpc.sockets[0].getsockname()[1], http.sockets[0].getsockname()[1])
    await ends.split.start()
    async with asyncio.timeout(30):
        yield ends
        for writer in ends.writers:
            writer.close()
        await ends.split.stop()
        for server in (grpc, http):
            server.close()
            await server.wait_closed()


@pytest.mark.parametrize(
    ("first", "server"),
    [(PREFACE + b"\r\n\r\nSM\r\n\r\n", "grpc"), (b"POST / HTTP/1.1\r\n", "http"), (b"\x16", "http")],
)
async def test_the_first_bytes_choose_the_server_and_reach_it(ends: Ends, first: bytes, server: str) -> None:
    reader, writer = await ends.connect()
    writer.write(first)
    assert await reader.readexactly(len(first)) == first
    assert ends.served == [server]


async def test_a_preface_that_comes_byte_by_byte_is_still_one(ends: Ends) -> None:
    reader, writer = await ends.connect()
    for byte in PREFACE:
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert await reader.readexactly(len(PREFACE)) == PREFACE
    assert ends.served == ["grpc"]


@given(st.binary(max_size=40), st.integers(0, 40))
def test_a_decision_once_made_never_changes_with_more_bytes(data: bytes, cut: int) -> None:
    for stream in (data, PREFACE + data, PREFACE[: cut % 14] + data):
        early = speaks_grpc(stream[:cut])
        assert early is None or early == speaks_grpc(stream)
        if len(stream) >= len(PREFACE):
            assert speaks_grpc(stream) is stream.startswith(PREFACE)


async def test_twenty_megabytes_pass_both_ways_unchanged(ends: Ends) -> None:
    reader, writer = await ends.connect()
    sent = bytes(range(256)) * 80_000

    async def send() -> None:
        writer.write(sent)
        await writer.drain()
        writer.write_eof()

    sending = asyncio.create_task(send())
    assert await reader.read(-1) == sent
    await sending


async def test_a_reader_that_stops_reading_stops_the_writer(ends: Ends) -> None:
    over = asyncio.Event()

    async def never_reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    async def stopped() -> bool:
        return any(front.other is not None and not front.transport.is_reading() for front in ends.split.fronts)

    ends.talk = never_reads
    _, writer = await ends.connect()
    writer.write(b"POST " + bytes(200_000_000))
    await until(stopped)
    [front] = ends.split.fronts
    assert front.other is not None
    assert front.other.transport.get_write_buffer_size() < 1_000_000
    assert writer.transport.get_write_buffer_size() > 150_000_000
    writer.transport.abort()
    over.set()


async def test_a_client_that_has_said_everything_still_gets_its_answer(ends: Ends) -> None:
    async def answers_at_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        everything = await reader.read(-1)
        writer.write(b"got " + everything)
        writer.close()

    ends.talk = answers_at_the_end
    reader, writer = await ends.connect()
    writer.write(b"GET all")
    writer.write_eof()
    assert await reader.read(-1) == b"got GET all"


async def test_a_server_that_has_said_everything_still_hears_its_client(ends: Ends) -> None:
    heard = asyncio.get_running_loop().create_future()

    async def half_closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"bye")
        writer.write_eof()
        heard.set_result(await reader.read(-1))

    ends.talk = half_closes
    reader, writer = await ends.connect()
    writer.write(b"GET ")
    assert await reader.read(-1) == b"bye"
    writer.write(b"still here")
    writer.write_eof()
    assert await heard == b"GET still here"


async def test_a_reset_by_the_server_is_a_reset_to_the_client(ends: Ends) -> None:
    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        reset(writer.transport)

    ends.talk = resets
    reader, writer = await ends.connect()
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await reader.read(-1)


async def test_a_reset_by_the_client_is_a_reset_to_the_server(ends: Ends) -> None:
    ended = asyncio.get_running_loop().create_future()

    async def listens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(4)
        writer.write(b"go")
        try:
            ended.set_result(await reader.read(-1))
        except ConnectionResetError as error:
            ended.set_result(error)

    ends.talk = listens
    reader, writer = await ends.connect()
    writer.write(b"GET ")
    await reader.readexactly(2)
    reset(writer.transport)
    assert isinstance(await ended, ConnectionResetError)


async def test_a_server_that_is_not_there_is_a_reset() -> None:
    split = Split(0, 1, 1)
    await split.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", split.port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(-1), PATIENCE)
    writer.close()
    await split.stop()


async def test_a_client_that_leaves_before_it_has_said_enough_is_forgotten(ends: Ends) -> None:
    reader, writer = await ends.connect()
    writer.write(b"PRI")
    writer.write_eof()
    assert await reader.read(-1) == b""
    assert ends.served == []


async def test_stopping_cuts_what_is_open_and_frees_the_port(ends: Ends) -> None:
    reader, writer = await ends.connect()
    writer.write(b"GET ")
    await reader.readexactly(4)
    await ends.split.stop()
    assert await asyncio.wait_for(reader.read(-1), PATIENCE) == b""
    listen(ends.split.port).close()


async def test_small_packets_are_not_held_back(ends: Ends) -> None:
    reader, writer = await ends.connect()
    writer.write(b"GET ")
    await reader.readexactly(4)
    [front] = ends.split.fronts
    for half in (front, front.other):
        assert half is not None
        raw = half.transport.get_extra_info("socket")
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_taken_port_is_named_and_can_be_told_to_a_person() -> None:
    taken = listen(0)
    port = taken.getsockname()[1]
    with pytest.raises(PortTaken, match=rf"Port {port} is taken"):
        await Split(port, 1, 1).start()
    with pytest.raises(PortTaken) as refusal:
        await serve_http(lambda scope, receive, send: asyncio.sleep(0), port)
    assert refusal.value.port == port
    taken.close()


async def test_a_fault_resets_a_connection_that_came_through_a_split_port() -> None:
    standin = Standin("anything", [])
    served = await serve_http(standin.app)
    split = Split(0, 1, served.port)
    await split.start()
    async with controls(f"http://127.0.0.1:{split.port}") as http:
        await http.post("/__faults", json={"drop": True})
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/x", headers={"X-Forwarded-For": "10.0.0.1"})
        assert (await http.get("/x")).status_code == 404
    await split.stop()
    await served.stop()


async def test_stopping_lets_a_request_in_flight_finish() -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await finish.wait()
        await Response("done")(scope, receive, send)

    served = await serve_http(slow, lifespan="off")
    async with controls(served.url) as http:
        answer = asyncio.create_task(http.get("/"))
        await begun.wait()
        stopping = asyncio.create_task(served.stop())
        finish.set()
        assert (await answer).text == "done"
        await stopping
    listen(served.port).close()
