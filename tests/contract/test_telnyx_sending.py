"""Sending through Telnyx: what our sender makes of each answer, and that Telnyx's own SDK sees the same Telnyx."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.base import Fault
from local.standins.telnyx import Pace, TelnyxStandin
from shared.channels.telnyx.sending import TelnyxSender
from shared.channels.types import Accepted, OutboundText, Outcome, Refused, Unknown
from shared.hidden import Hidden
from tests.contract.telnyx_support import (
    BUSINESS,
    CUSTOMER,
    FIXTURES,
    KEY,
    PROFILE,
    Switch,
    account,
    compact,
    fixture,
    served,
    text,
)

MESSAGES = "/v2/messages"


class Telnyx(NamedTuple):
    standin: TelnyxStandin
    url: str
    http: httpx.AsyncClient

    def sender(self, key: str = KEY, *, total_seconds: float = 5.0) -> TelnyxSender:
        return TelnyxSender(self.http, f"{self.url}/v2", Hidden(key), PROFILE, total_seconds=total_seconds)

    async def messages(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = (await self.http.get(f"{self.url}/__messages")).json()
        return listed


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[tuple[Switch, str]]:
    switch = Switch()
    async with served(switch) as url:
        yield switch, url


@pytest.fixture
async def telnyx(server: tuple[Switch, str]) -> AsyncIterator[Telnyx]:
    switch, url = server
    standin = TelnyxStandin([account()], pace=Pace(0.01, 0.01, 0.01))
    switch.app = standin.app
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Telnyx(standin, url, http)
    await standin.close()


class Sdk:
    """Telnyx's own library in our sender's place: raises what it raises."""

    def __init__(self, url: str, key: str) -> None:
        from telnyx import AsyncTelnyx

        self.client = AsyncTelnyx(api_key=key, base_url=f"{url}/v2", max_retries=0)

    async def send(self, text: OutboundText) -> Outcome:
        async with self.client as client:
            response = await client.messages.send(
                to=text.recipient,
                from_=text.sender,
                text=text.text,
                messaging_profile_id=PROFILE,
                webhook_url=text.status_url,
                use_profile_webhooks=False,
                type="SMS",
                encoding="auto",
                idempotency_key=text.idempotency_key,
            )
        assert response.data is not None
        assert response.data.to is not None
        assert response.data.to[0].status == "queued"
        return Accepted(response.data.id or "")


@pytest.fixture(params=["our sender", "Telnyx's SDK"])
def a_sender(request, telnyx):
    def make(key=KEY):
        return telnyx.sender(key) if request.param == "our sender" else Sdk(telnyx.url, key)

    return make


async def test_a_text_is_accepted_once_and_reaches_the_customer(telnyx, a_sender):
    outcome = await a_sender().send(text(words="Starfish, Sat 9:00 👋"))
    assert isinstance(outcome, Accepted)
    [message] = await telnyx.messages()
    assert message["id"] == outcome.provider_id
    assert (message["from"], message["to"], message["text"]) == (BUSINESS, CUSTOMER, "Starfish, Sat 9:00 👋")
    assert (message["direction"], message["idempotency_key"]) == ("outbound", "m1.0")


async def test_the_same_idempotency_key_is_one_text_and_one_answer(telnyx, a_sender):
    first, second = await a_sender().send(text("m1.0.0")), await a_sender().send(text("m1.0.1"))
    assert first == second
    assert isinstance(await a_sender().send(text("m1.1.0")), Accepted)
    assert len(await telnyx.messages()) == 2


async def test_ours_is_the_call_that_telnyx_documents(telnyx):
    """Field for field the recorded request, with our reference on the status URL."""
    outbound = OutboundText(
        "+13105559876",
        "+12125551234",
        "Yes! Saturday 9:00am Starfish has 2 spots.",
        "m.0",
        "m.0.1",
        "https://example.test/telnyx/sms",
    )
    await telnyx.sender().send(outbound)
    [call] = telnyx.standin.calls.listed()
    expected = {**fixture("send_message_request"), "webhook_url": "https://example.test/telnyx/sms?ref=m.0.1"}
    assert call["body"] == expected
    assert (call["method"], call["path"], call["query"]) == ("POST", MESSAGES, "")
    assert call["headers"]["authorization"] == f"Bearer {KEY}"
    assert call["headers"]["idempotency-key"] == "m.0"
    assert call["headers"]["content-type"] == "application/json"


async def test_a_picture_goes_as_mms_and_a_reference_joins_a_query(telnyx):
    sender = TelnyxSender(telnyx.http, f"{telnyx.url}/v2", Hidden(KEY), None)
    await sender.send(
        OutboundText(BUSINESS, CUSTOMER, "", "m.0", "m.0&x=1", "http://127.0.0.1:1/?a=b", ("http://127.0.0.1:1/p",))
    )
    [call] = telnyx.standin.calls.listed()
    assert call["body"]["type"] == "MMS"
    assert call["body"]["media_urls"] == ["http://127.0.0.1:1/p"]
    assert call["body"]["webhook_url"] == "http://127.0.0.1:1/?a=b&ref=m.0%26x%3D1"
    assert "messaging_profile_id" not in call["body"]


async def test_a_wrong_key_is_refused_for_good_and_the_owner_is_told_to_check_it(telnyx):
    outcome = await telnyx.sender("KEY-of-nobody").send(text())
    assert outcome == Refused("10009", "Telnyx did not accept the API key. Check it in Settings → SMS.", ours=True)
    assert await telnyx.messages() == []


@pytest.mark.parametrize("key", ["", "  ", "KEY\nx", "ключ", "KEY\x00"])
async def test_a_key_that_cannot_be_one_is_refused_without_a_call(telnyx, key):
    outcome = await telnyx.sender(key).send(text())
    assert outcome == Refused("api_key", "Telnyx did not accept the API key. Check it in Settings → SMS.", ours=True)
    assert telnyx.standin.calls.listed() == []


async def test_a_key_pasted_with_its_line_end_works(telnyx):
    assert isinstance(await telnyx.sender(f"{KEY}\n").send(text()), Accepted)


async def test_a_number_of_another_account_cannot_send(telnyx):
    stranger = OutboundText("+13105559876", CUSTOMER, "Hi", "m.0", "m.0.0", "http://127.0.0.1:1/")
    outcome = await telnyx.sender().send(stranger)
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.opted_out) == ("40305", False, False)


async def test_a_number_that_is_not_e164_is_refused_for_good(telnyx):
    outcome = await telnyx.sender().send(text(to="2815550123"))
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again) == ("10016", False)


async def test_a_customer_who_said_stop_is_refused_as_opted_out_until_they_say_start(telnyx):
    said = {"from": CUSTOMER, "to": BUSINESS, "text": "Stop", "autoresponse": "STOP"}
    await telnyx.http.post(f"{telnyx.url}/__inbound", json=said)
    outcome = await telnyx.sender().send(text())
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.opted_out) == ("40300", False, True)
    await telnyx.http.post(f"{telnyx.url}/__inbound", json={**said, "autoresponse": "START"})
    assert isinstance(await telnyx.sender().send(text()), Accepted)


@pytest.mark.parametrize("status", [400, 403, 422, 429])
async def test_an_opt_out_is_known_whatever_its_http_status(telnyx, status):
    body = {"errors": [{"code": "10015", "title": "Bad"}, {"code": "40300", "title": "Blocked due to STOP message"}]}
    telnyx.standin.faults.order(Fault(MESSAGES, status=status, body=body))
    outcome = await telnyx.sender().send(text())
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.opted_out) == ("40300", False, True)


async def test_too_many_requests_may_be_sent_again(telnyx):
    telnyx.standin.faults.order(Fault(MESSAGES, status=429))
    outcome = await telnyx.sender().send(text())
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again) == ("10011", True)
    assert await telnyx.messages() == []
    assert isinstance(await telnyx.sender().send(text()), Accepted)


@pytest.mark.parametrize(
    ("status", "body", "code", "again"),
    [
        (400, {"errors": [{"code": "40318", "title": "Message queue full"}]}, "40318", True),
        (403, {"errors": [{"code": 40011, "title": "Too many requests"}]}, "40011", True),
        (402, {"errors": [{"code": "20100", "title": "Insufficient Funds"}]}, "20100", False),
        (400, {"errors": [{"code": "12345"}, {"code": "40001"}]}, "40001", False),
        (400, {"errors": [{"code": "12345"}]}, "12345", False),
        (429, {"errors": [{"code": "12345"}]}, "12345", True),
        (429, {"errors": [{"code": "40016", "title": "Daily limit"}]}, "40016", True),
        (429, "slow down", "http_429", True),
        (400, "not for people", "http_400", False),
        (413, {"errors": [None, {"code": None}, {}, "x"]}, "http_413", False),
        (401, {"errors": {}}, "http_401", False),
    ],
)
async def test_a_definite_refusal_is_told_by_its_code(telnyx, status, body, code, again):
    telnyx.standin.faults.order(Fault(MESSAGES, status=status, body=body))
    outcome = await telnyx.sender().send(text())
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.opted_out) == (code, again, False)
    assert outcome.error.endswith(".")


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 302])
async def test_an_answer_that_does_not_say_whether_it_was_sent_leaves_it_unknown(telnyx, status):
    telnyx.standin.faults.order(Fault(MESSAGES, phase="after", status=status))
    assert await telnyx.sender().send(text()) == Unknown(f"HTTP {status}")
    assert len(await telnyx.messages()) == 1


@pytest.mark.parametrize(("phase", "sent"), [("before", 0), ("after", 1)])
async def test_a_connection_cut_without_an_answer_leaves_it_unknown(telnyx, phase, sent):
    telnyx.standin.faults.order(Fault(MESSAGES, phase=phase, drop=True))
    assert isinstance(await telnyx.sender().send(text()), Unknown)
    assert len(await telnyx.messages()) == sent
    assert len(telnyx.standin.calls.listed()) == 1  # called once, never again by itself


async def test_an_answer_that_comes_too_late_leaves_it_unknown(telnyx):
    telnyx.standin.faults.order(Fault(MESSAGES, latency_ms=400))
    assert await telnyx.sender(total_seconds=0.1).send(text()) == Unknown("timeout")
    while not await telnyx.messages():  # noqa: ASYNC110  # accepted all the same: that is why it is unknown
        await asyncio.sleep(0.01)


async def test_an_answer_that_trickles_is_cut_at_the_total_time():
    async def trickle(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        try:
            for _ in range(40):  # each byte well within any timeout for a single read
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        finally:
            writer.close()

    assert await _from_raw_server(trickle, total_seconds=0.3) == Unknown("timeout")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<html",
        b'HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"data":{"id":7}}',
        b'HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\n{"data":{"id":""}}',
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"\x00\xffnot http at all\r\n\r\n",
        b"",
    ],
)
async def test_garbage_leaves_it_unknown(answer):
    async def reply(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    assert isinstance(await _from_raw_server(reply), Unknown)


async def test_a_closed_port_was_never_reached_and_may_be_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with httpx.AsyncClient(trust_env=False) as http:
        outcome = await TelnyxSender(http, f"http://127.0.0.1:{port}/v2", Hidden(KEY), None).send(text())
    assert outcome == Refused("connection", "Telnyx could not be reached; we try again.", again=True)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_without_a_connection_nothing_was_sent(error):
    assert await _through(_raising(error)) == Refused(
        "connection", "Telnyx could not be reached; we try again.", again=True
    )


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.CloseError,
        httpx.RemoteProtocolError,
    ],
)
async def test_whatever_breaks_after_the_connection_leaves_it_unknown(error):
    assert await _through(_raising(error)) == Unknown(error.__name__)


@given(
    st.integers(200, 599), st.binary(max_size=60) | st.sampled_from([p.read_bytes() for p in FIXTURES.glob("send*")])
)
async def test_any_answer_has_an_outcome(status, content):
    outcome = await _through(lambda _request: httpx.Response(status, content=content))
    if isinstance(outcome, Accepted):
        assert 200 <= status < 300
        assert outcome.provider_id == json.loads(content)["data"]["id"]
    elif isinstance(outcome, Refused):
        assert 400 <= status < 500
        assert status not in (408, 409)
    else:
        assert not 400 <= status < 500 or status in (408, 409)


async def test_the_sdk_meets_telnyxs_own_errors(telnyx):
    import telnyx as sdk

    with pytest.raises(sdk.AuthenticationError) as refused:
        await Sdk(telnyx.url, "KEY-of-nobody").send(text())
    assert refused.value.body["errors"][0]["code"] == "10009"
    with pytest.raises(sdk.UnprocessableEntityError) as refused:
        await Sdk(telnyx.url, KEY).send(text(to="2815550123"))
    assert refused.value.body == fixture("send_message_error_422")
    telnyx.standin.faults.order(Fault(MESSAGES, status=429))
    with pytest.raises(sdk.RateLimitError) as refused:
        await Sdk(telnyx.url, KEY).send(text())
    assert refused.value.body == fixture("send_message_error_429")


@pytest.mark.parametrize("status", [422, 429])
async def test_error_bodies_are_the_recorded_ones_byte_for_byte(telnyx, status):
    if status == 429:
        telnyx.standin.faults.order(Fault(MESSAGES, status=429))
    body = {"from": BUSINESS, "to": "2815550123", "text": "Hi"}
    response = await telnyx.http.post(f"{telnyx.url}{MESSAGES}", json=body, headers={"authorization": f"Bearer {KEY}"})
    assert response.status_code == status
    assert response.content == compact(fixture(f"send_message_error_{status}"))


async def _from_raw_server(handler: Any, *, total_seconds: float = 5.0) -> Outcome:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, httpx.AsyncClient(trust_env=False) as http:
        return await TelnyxSender(http, url, Hidden(KEY), None, total_seconds=total_seconds).send(text())


async def _through(answer: Any) -> Outcome:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await TelnyxSender(http, "https://telnyx.test/v2", Hidden(KEY), PROFILE).send(text())


def _raising(error: type[httpx.TransportError]) -> Any:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error("as ordered")

    return answer
