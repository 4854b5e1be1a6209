"""Sending through Twilio's own SDK: what our sender makes of each answer that it may get."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.standins.base import Fault
from local.standins.twilio import Pace, TwilioStandin
from shared.channels.twilio import Account
from shared.channels.twilio.sending import TwilioSender, _outcome
from shared.channels.types import Accepted, OutboundText, Outcome, Refused, Unknown
from shared.hidden import Hidden
from tests.contract.telnyx_support import Switch, served
from tests.contract.twilio_support import BUSINESS, CUSTOMER, MESSAGES, OURS, SID, TOKEN, account, fixture, text

REACH = Refused("connection", "Twilio could not be reached; we try again.", again=True)
CHECK = "Twilio did not accept the account or its token. Check them in Settings → SMS."


class Twilio(NamedTuple):
    standin: TwilioStandin
    url: str
    http: httpx.AsyncClient

    def sender(self, of: Account = OURS, *, total_seconds: float = 5.0) -> TwilioSender:
        return TwilioSender(of, self.url, total_seconds=total_seconds)

    async def messages(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = (await self.http.get(f"{self.url}/__messages")).json()
        return listed


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[tuple[Switch, str]]:
    switch = Switch()
    async with served(switch) as url:
        yield switch, url


@pytest.fixture
async def twilio(server: tuple[Switch, str]) -> AsyncIterator[Twilio]:
    switch, url = server
    standin = TwilioStandin([account()], pace=Pace(0.01, 0.01, 0.01))
    switch.app = standin.app
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Twilio(standin, url, http)
    await standin.close()


async def test_a_text_is_accepted_once_and_reaches_the_customer(twilio):
    outcome = await twilio.sender().send(text(words="Starfish, Sat 9:00 👋"))
    assert isinstance(outcome, Accepted)
    [message] = await twilio.messages()
    assert message["id"] == outcome.provider_id
    assert (message["from"], message["to"], message["text"]) == (BUSINESS, CUSTOMER, "Starfish, Sat 9:00 👋")
    assert message["direction"] == "outbound"


async def test_ours_is_the_call_that_twilio_documents(twilio):
    """A form with Basic auth, our reference on the callback's URL."""
    await twilio.sender().send(text("m.0.1", status_url="https://example.test/twilio-sms-status/ch", words="Yes & no"))
    [call] = twilio.standin.calls.listed()
    assert (call["method"], call["path"], call["query"]) == ("POST", MESSAGES, "")
    assert call["headers"]["authorization"] == httpx.BasicAuth(SID, TOKEN)._auth_header
    assert call["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert dict(httpx.QueryParams(call["body"])) == {
        "To": CUSTOMER,
        "From": BUSINESS,
        "Body": "Yes & no",
        "StatusCallback": "https://example.test/twilio-sms-status/ch?ref=m.0.1#rc=5&rp=all",
    }


async def test_pictures_go_along_and_a_messaging_service_is_named(twilio):
    sender = TwilioSender(OURS, twilio.url, "MG1")
    pictures = ("https://x.example/1", "https://x.example/2")
    await sender.send(OutboundText(BUSINESS, CUSTOMER, "", "m.0", "m.0.0", "http://127.0.0.1:1/?a=b", pictures))
    [call] = twilio.standin.calls.listed()
    sent = httpx.QueryParams(call["body"])
    assert sent.get_list("MediaUrl") == list(pictures)
    assert (sent["MessagingServiceSid"], sent["StatusCallback"]) == (
        "MG1",
        "http://127.0.0.1:1/?a=b&ref=m.0.0#rc=5&rp=all",
    )


@pytest.mark.parametrize("of", [Account(SID, Hidden("wrong")), Account("AC" + "2" * 32, Hidden(TOKEN))])
async def test_a_wrong_account_is_refused_and_the_owner_is_told_to_check_it(twilio, of):
    assert await twilio.sender(of).send(text()) == Refused("20003", CHECK, ours=True)
    assert await twilio.messages() == []


@pytest.mark.parametrize("token", ["", "tok\nen", "ключ"])
async def test_a_token_that_cannot_be_one_is_refused_without_a_call(twilio, token):
    assert await twilio.sender(Account(SID, Hidden(token))).send(text()) == Refused("account", CHECK, ours=True)
    assert await twilio.sender(Account(token, Hidden(TOKEN))).send(text()) == Refused("account", CHECK, ours=True)
    assert twilio.standin.calls.listed() == []


async def test_nothing_is_taken_from_the_processs_environment(twilio, monkeypatch):
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    assert isinstance(await twilio.sender().send(text()), Accepted)


async def test_a_number_of_another_account_cannot_send_and_another_line_may(twilio):
    stranger = OutboundText("+13105559876", CUSTOMER, "Hi", "m.0", "m.0.0", "http://127.0.0.1:1/")
    outcome = await twilio.sender().send(stranger)
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.ours) == ("21606", False, True)


async def test_a_number_that_is_no_number_is_refused_for_good(twilio):
    outcome = await twilio.sender().send(text(to="911"))
    assert outcome == Refused(
        "21211", "This is not a phone number that can receive texts. Check the customer's number."
    )


async def test_a_text_of_more_than_1600_characters_is_refused_for_good(twilio):
    assert isinstance(await twilio.sender().send(text(words="x" * 1600)), Accepted)
    outcome = await twilio.sender().send(text(words="x" * 1601))
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.ours) == ("21617", False, False)


async def test_a_customer_who_said_stop_is_refused_as_opted_out_until_they_say_start(twilio):
    said = {"from": CUSTOMER, "to": BUSINESS, "text": "Stop"}
    await twilio.http.post(f"{twilio.url}/__inbound", json=said)
    outcome = await twilio.sender().send(text())
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.opted_out, outcome.ours) == ("21610", False, True, False)
    await twilio.http.post(f"{twilio.url}/__inbound", json={**said, "text": "START"})
    assert isinstance(await twilio.sender().send(text()), Accepted)


async def test_too_many_requests_may_be_sent_again(twilio):
    twilio.standin.faults.order(Fault(MESSAGES, status=429))
    outcome = await twilio.sender().send(text())
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again) == ("20429", True)
    assert await twilio.messages() == []


@pytest.mark.parametrize(
    ("status", "body", "code", "again", "ours"),
    [
        (400, {"code": 21614, "message": "not mobile", "status": 400}, "21614", False, False),
        (400, {"code": 21408, "message": "region", "status": 400}, "21408", False, True),
        (400, {"code": 99999, "message": "?", "status": 400}, "99999", False, False),
        (429, {"code": 99999, "message": "?", "status": 429}, "99999", True, False),
        (429, {"code": 63038, "message": "daily limit", "status": 429}, "63038", False, True),
        (429, "slow down", "http_429", True, False),
        (400, "not for people", "http_400", False, False),
        (401, {}, "http_401", False, True),
        (403, ["?"], "http_403", False, True),
        (413, {"code": None}, "None", False, False),
        (400, {"type": "t", "title": "x", "status": 400, "code": 21211}, "21211", False, False),
    ],
)
async def test_a_definite_refusal_is_told_by_its_code(twilio, status, body, code, again, ours):
    twilio.standin.faults.order(Fault(MESSAGES, status=status, body=body))
    outcome = await twilio.sender().send(text())
    assert isinstance(outcome, Refused)
    assert (outcome.error_code, outcome.again, outcome.ours, outcome.opted_out) == (code, again, ours, False)
    assert outcome.error.endswith(".")


@pytest.mark.parametrize("claimed", [400, 200, "400", None, [], {}, 10**30])
async def test_what_a_body_says_of_its_own_status_is_not_believed(twilio, claimed):
    problem = {"type": "t", "title": "x", "status": claimed, "code": 21211}
    twilio.standin.faults.order(Fault(MESSAGES, status=503, body=problem))
    twilio.standin.faults.order(Fault(MESSAGES, status=400, body=problem))
    assert await twilio.sender().send(text()) == Unknown("HTTP 503")
    refused = await twilio.sender().send(text())
    assert isinstance(refused, Refused)
    assert refused.error_code == "21211"


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 302, 307])
async def test_an_answer_that_does_not_say_whether_it_was_sent_leaves_it_unknown(twilio, status):
    twilio.standin.faults.order(Fault(MESSAGES, phase="after", status=status, headers={"location": "/elsewhere"}))
    assert await twilio.sender().send(text()) == Unknown(f"HTTP {status}")
    assert len(await twilio.messages()) == 1
    assert len(twilio.standin.calls.listed()) == 1  # called once: no repetition, no redirect followed


@pytest.mark.parametrize(("phase", "sent"), [("before", 0), ("after", 1)])
async def test_a_connection_cut_without_an_answer_leaves_it_unknown(twilio, phase, sent):
    twilio.standin.faults.order(Fault(MESSAGES, phase=phase, drop=True))
    assert isinstance(await twilio.sender().send(text()), Unknown)
    assert len(await twilio.messages()) == sent
    assert len(twilio.standin.calls.listed()) == 1


async def test_an_answer_that_comes_too_late_leaves_it_unknown(twilio):
    twilio.standin.faults.order(Fault(MESSAGES, latency_ms=400))
    assert await twilio.sender(total_seconds=0.1).send(text()) == Unknown("timeout")
    while not await twilio.messages():  # noqa: ASYNC110  # accepted all the same: that is why it is unknown
        await asyncio.sleep(0.01)


async def test_the_whole_call_has_twenty_seconds_and_a_connection_five():
    from shared.channels.twilio import sending

    assert (sending.TOTAL_SECONDS, sending.CONNECT_SECONDS) == (20.0, 5.0)
    async with sending._http(20.0) as http:
        assert (http.session.times.total, http.session.times.connect) == (20.0, 5.0)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\ncontent-length: 5\r\n\r\n<html",
        b'HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\n{"sid":7}',
        b'HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{"sid":""}',
        b'HTTP/1.1 201 Created\r\ncontent-length: 27\r\n\r\n{"sid":"SM1","price":[1,2]}',
        b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n[]",
        b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n\xff\xfe",
        b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"\x00\xffnot http at all\r\n\r\n",
        b"",
    ],
)
async def test_garbage_leaves_it_unknown_or_is_accepted_by_its_id(answer):
    async def reply(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    outcome = await _from_raw_server(reply)
    assert outcome == Accepted("SM1") if b"SM1" in answer else isinstance(outcome, Unknown)


async def test_an_answer_that_trickles_is_cut_at_the_total_time():
    async def trickle(_reader, writer):
        writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 1000\r\n\r\n")
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


async def test_a_closed_port_and_a_name_that_nobody_has_were_never_reached_and_may_be_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert await TwilioSender(OURS, f"http://127.0.0.1:{port}").send(text()) == REACH


async def test_a_connection_that_does_not_open_in_time_was_never_opened(monkeypatch):
    from aiohttp import TCPConnector

    async def forever(*_given: object, **_more: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("shared.channels.twilio.sending.CONNECT_SECONDS", 0.05)
    monkeypatch.setattr(TCPConnector, "_create_connection", forever)
    assert await TwilioSender(OURS, "http://127.0.0.1:1", total_seconds=5).send(text()) == REACH


async def test_a_certificate_that_is_not_twilios_was_found_before_anything_was_sent():
    async def plain(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await TwilioSender(OURS, f"https://127.0.0.1:{port}", total_seconds=5).send(text()) == REACH


@settings(max_examples=200)
@given(st.integers(300, 599), st.text(max_size=50))
def test_any_refusal_has_an_outcome(status, code):
    outcome = _outcome(status, code)
    definite = 400 <= status < 500 and status not in (408, 409)
    assert isinstance(outcome, Refused if definite else Unknown)
    if isinstance(outcome, Refused):
        assert not (outcome.again and outcome.ours)


async def test_the_sdk_meets_twilios_own_errors(twilio):
    """The bodies are the recorded ones, and the SDK reads them as Twilio's."""
    from twilio.base.exceptions import TwilioRestException

    from shared.channels.twilio.sending import _client, _http

    await twilio.http.post(f"{twilio.url}/__inbound", json={"from": CUSTOMER, "to": BUSINESS, "text": "STOP"})
    with pytest.raises(TwilioRestException) as refused:
        async with _http(5.0) as http:
            await _client(OURS, http, twilio.url).messages.create_async(to=CUSTOMER, from_=BUSINESS, body="Hi")
    assert (refused.value.status, refused.value.code) == (400, 21610)
    form = {"To": CUSTOMER, "From": BUSINESS, "Body": "Hi"}
    response = await twilio.http.post(f"{twilio.url}{MESSAGES}", data=form, auth=(SID, TOKEN))
    assert response.json() == fixture("send_error_21610")


async def _from_raw_server(handler, total_seconds: float = 5.0) -> Outcome:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await TwilioSender(OURS, f"http://127.0.0.1:{port}", total_seconds=total_seconds).send(text())
