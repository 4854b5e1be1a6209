"""The local Twilio is Twilio: its words as recorded, its signatures, its deliveries with their faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl

import httpx
import pytest

from local.standins.base import Fault
from local.standins.twilio import Account, Pace, TwilioStandin
from shared.channels.errors import BadSignature
from shared.channels.twilio import read_status, read_text, verify
from shared.channels.twilio.sending import TwilioSender
from shared.channels.twilio.signature import OVERRIDES
from shared.channels.types import Accepted, InboundText, Media, StateReport
from tests.contract.telnyx_support import Switch, Webhook, served, until
from tests.contract.twilio_support import (
    BUSINESS,
    CUSTOMER,
    KEY,
    MESSAGES,
    OURS,
    SID,
    TOKEN,
    account,
    fixture,
    form,
    text,
)

FAST = Pace(0.01, 0.01, 0.01)
NOW = datetime(2026, 11, 20, 18, 2, 12, tzinfo=UTC)


class House(NamedTuple):
    """A stand-in, and a business's two functions that it calls."""

    standin: TwilioStandin
    url: str
    webhook: Webhook
    hook: str
    http: httpx.AsyncClient

    @property
    def status_hook(self) -> str:
        return self.hook.replace("twilio-sms", "twilio-sms-status")

    async def send(self, reference: str = "m1.0.0", to: str = CUSTOMER) -> str:
        outcome = await TwilioSender(OURS, self.url).send(text(reference, to=to, status_url=self.status_hook))
        assert isinstance(outcome, Accepted)
        return outcome.provider_id

    async def order(self, what: str, **body: object) -> httpx.Response:
        return await self.http.post(f"{self.url}/__{what}", json=body)

    async def inbound(self, words: str = "Hello?", **more: object) -> dict[str, object]:
        response = await self.order("inbound", **{"from": CUSTOMER, "to": BUSINESS, "text": words, **more})
        assert response.status_code == 200
        told: dict[str, object] = response.json()
        return told

    async def statuses(self) -> list[object]:
        return [message["status"] for message in (await self.http.get(f"{self.url}/__messages")).json()]

    def reports(self) -> list[StateReport]:
        """Each webhook that came, its signature checked by ours."""
        found = []
        for (body, headers), url in zip(self.webhook.got, self.webhook.urls, strict=True):
            verify(url, body, headers, account=OURS)
            report = read_status(body, url.partition("?")[2])
            assert isinstance(report, StateReport)
            found.append(report)
        return found


class Servers(NamedTuple):
    standin: Switch
    standin_url: str
    webhook: Switch
    webhook_url: str


@pytest.fixture(scope="module")
async def servers() -> AsyncIterator[Servers]:
    standin, webhook = Switch(), Switch()
    async with served(standin) as standin_url, served(webhook) as webhook_url:
        yield Servers(standin, standin_url, webhook, webhook_url)


@pytest.fixture
async def house(servers: Servers) -> AsyncIterator[House]:
    webhook, hook = Webhook(), f"{servers.webhook_url}/twilio-sms/channel-1"
    standin = TwilioStandin([account(hook)], pace=FAST)
    servers.standin.app, servers.webhook.app = standin.app, webhook
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        yield House(standin, servers.standin_url, webhook, hook, http)
    await standin.close()


class StoppedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


async def test_the_answer_to_an_accepted_text_is_the_recorded_one(servers):
    sid, new_id = "AC" + "a1" * 16, "SM" + "4f" * 16
    one = Account(sid, TOKEN, {"+13105559876": "http://127.0.0.1:1/none"})
    standin = TwilioStandin([one], clock=StoppedClock(), new_id=lambda: new_id)
    servers.standin.app = standin.app
    sent = {"To": "+12125551234", "From": "+13105559876", "Body": "Yes!"}
    async with httpx.AsyncClient(trust_env=False) as http:
        url = f"{servers.standin_url}{MESSAGES.replace(SID, sid)}"
        answer = await http.post(url, data=sent, auth=(sid, TOKEN))
    await standin.close()
    assert (answer.status_code, answer.json()) == (201, fixture("send_response"))


# Inbound


async def test_a_customers_text_reaches_the_webhook_signed_and_as_twilio_says_it(house):
    told = await house.inbound("Grüße 👋 & more")
    [(body, headers)] = house.webhook.got
    verify(house.hook, body, headers, account=OURS)
    message = read_text(body, NOW)
    assert isinstance(message, InboundText)
    assert (message.sender, message.recipient, message.text) == (CUSTOMER, BUSINESS, "Grüße 👋 & more")
    assert told == {"message_id": message.provider_id, "status": 200, "attempts": 1}
    assert await house.statuses() == ["webhook_delivered"]


async def test_its_forms_have_the_fields_of_the_recorded_ones(house):
    await house.inbound("STOP", autoresponse="STOP")
    names = set(dict(parse_qsl(house.webhook.got[0][0].decode(), keep_blank_values=True)))
    assert names == set(form("inbound_sms_stop")) - {"MessagingServiceSid"}
    await house.inbound("START", autoresponse="START")
    await house.send()
    await until(lambda: len(house.webhook.got) == 5)
    names = set(dict(parse_qsl(house.webhook.got[-1][0].decode(), keep_blank_values=True)))
    assert names == set(form("status_callback_delivered"))


async def test_pictures_are_named_in_the_form(house):
    await house.inbound("", media=["https://api.twilio.com/m/0", "https://api.twilio.com/m/1"])
    message = read_text(house.webhook.got[0][0], NOW)
    assert isinstance(message, InboundText)
    assert message.media == tuple(Media(f"https://api.twilio.com/m/{n}", "image/jpeg") for n in range(2))


async def test_a_shared_key_signs_when_it_is_asked_to(house):
    house.standin.add(account(house.hook, signs_with=KEY))
    await house.inbound()
    [(body, headers)] = house.webhook.got
    assert headers["x-twilio-webhooks-signature-settings"] == f"key={KEY},algorithm=HMAC_SHA256"
    verify(house.hook, body, headers, account=OURS)
    with pytest.raises(BadSignature):
        verify(house.hook, body, {**headers, "x-twilio-webhooks-signature-settings": ""}, account=OURS)


async def test_a_webhook_that_refuses_is_not_asked_again(house):
    house.webhook.statuses = [500]
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (500, 1)
    assert await house.statuses() == ["received"]


async def test_a_webhook_whose_url_asks_for_retries_gets_them_with_one_token(house):
    house.standin.add(account(f"{house.hook}#rc=3&rp=all"))
    house.webhook.statuses = [500, 503, 404, 200]
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (200, 4)
    assert len({headers["i-twilio-idempotency-token"] for _, headers in house.webhook.got}) == 1
    for (body, headers), url in zip(house.webhook.got, house.webhook.urls, strict=True):
        verify(url, body, headers, account=OURS)


async def test_nobody_at_the_webhook_is_told_as_nobody(house):
    house.standin.add(account())
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (None, 1)


async def test_a_text_ordered_twenty_times_arrives_twenty_times_as_the_same_message(house):
    house.standin.faults.order(Fault("/twilio-sms", duplicate=20))
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (200, 20)
    assert len({body for body, _ in house.webhook.got}) == 1


async def test_a_text_with_an_id_may_be_delivered_again_and_several_times_at_once(house):
    id = "SM" + "7" * 32
    assert (await house.inbound(id=id))["message_id"] == (await house.inbound(id=id, copies=3))["message_id"] == id
    assert [dict(parse_qsl(body.decode()))["MessageSid"] for body, _ in house.webhook.got] == [id] * 4
    made = (await house.http.get(f"{house.url}/__deliveries")).json()
    assert [(row["kind"], row["id"], row["status"]) for row in made] == [("received", id, 200)] * 4
    assert await house.statuses() == ["webhook_delivered"]


async def test_a_number_that_no_account_has_is_told(house):
    response = await house.order("inbound", **{"from": CUSTOMER, "to": "+12815550199", "text": "?"})
    assert (response.status_code, response.json()["error"]) == (404, "unknown_number")


# Reports


async def test_each_state_is_reported_to_the_messages_own_url_with_its_reference(house):
    provider_id = await house.send("m7.0.2")
    await until(lambda: len(house.webhook.got) == 3)
    assert house.webhook.urls == [f"{house.status_hook}?ref=m7.0.2"] * 3
    assert [report.state.value for report in house.reports()] == ["sent", "sent", "delivered"]
    assert {report.reference for report in house.reports()} == {"m7.0.2"}
    assert {report.provider_id for report in house.reports()} == {provider_id}
    assert await house.statuses() == ["delivered"]


@pytest.mark.parametrize(
    ("status", "code", "states"),
    [
        ("undelivered", "30034", [("sent", None), ("sent", None), ("failed", "30034")]),
        ("undelivered", None, [("sent", None), ("sent", None), ("failed", "30003")]),
        ("failed", None, [("sent", None), ("failed", "30008")]),
        ("sent", None, [("sent", None), ("sent", None)]),
    ],
)
@pytest.mark.parametrize("to", [CUSTOMER, "*"])
async def test_an_ordered_end_is_the_one_that_is_reported(house, status, code, states, to):
    assert (await house.order("outcomes", to=to, status=status, code=code)).status_code == 200
    await house.send()
    await until(lambda: len(house.webhook.got) == len(states))
    assert [(report.state.value, report.error_code) for report in house.reports()] == states
    assert await house.statuses() == [status]


async def test_a_silent_text_is_sent_and_never_reported(house):
    await house.order("outcomes", to=CUSTOMER, status="silent")
    await house.send()
    await house.standin.settled()
    assert house.webhook.got == []
    assert await house.statuses() == ["sent"]
    (shown,) = (await house.http.get(f"{house.url}/__messages")).json()
    assert shown["callback"] == f"{house.status_hook}?ref=m1.0.0#{OVERRIDES}"


async def test_reports_can_come_in_the_wrong_order_and_several_times(house):
    house.standin.faults.order(Fault("/twilio-sms-status", duplicate=2, reorder=True))
    await house.send()
    await until(lambda: len(house.webhook.got) == 6)
    assert [report.state.value for report in house.reports()] == ["delivered"] * 2 + ["sent"] * 4
    assert await house.statuses() == ["delivered"]


# The phone, and accounts


async def test_the_phone_shows_both_directions_in_the_words_of_every_carrier(house):
    told = await house.inbound("Hello?", media=["https://api.twilio.com/m/1"])
    sent = await house.send()
    await until(lambda: len(house.webhook.got) == 4)
    messages = (await house.http.get(f"{house.url}/__messages")).json()
    assert all(datetime.fromisoformat(message.pop("at")).tzinfo for message in messages)
    shown = {"error_code": None, "idempotency_key": None}
    first = {"id": told["message_id"], "from": CUSTOMER, "to": BUSINESS, "text": "Hello?", "direction": "inbound"}
    second = {"id": sent, "from": BUSINESS, "to": CUSTOMER, "text": "Hi", "direction": "outbound"}
    first["callback"], second["callback"] = house.hook, f"{house.status_hook}?ref=m1.0.0#{OVERRIDES}"
    assert messages == [
        {**first, **shown, "media": ["https://api.twilio.com/m/1"], "status": "webhook_delivered"},
        {**second, **shown, "media": [], "status": "delivered"},
    ]


async def test_an_account_added_later_receives_under_its_own_token(house):
    number = "+12815550111"
    added = await house.order("accounts", sid="AC2", auth_token="other", numbers={number: house.hook})
    assert (added.status_code, added.json()) == (201, {"sid": "AC2"})
    await house.inbound(to=number)
    body, headers = house.webhook.got[0]
    with pytest.raises(BadSignature):
        verify(house.hook, body, headers, account=OURS)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("inbound", {"to": BUSINESS}),
        ("inbound", []),
        ("outcomes", {"status": "delivered"}),
        ("outcomes", {"to": CUSTOMER, "status": "lost"}),
        ("accounts", {"sid": "k", "auth_token": "p"}),
        ("accounts", {"sid": "k", "auth_token": "p", "numbers": []}),
        ("accounts", {"sid": "k", "auth_token": "p", "numbers": {}, "signs_with": "nobody"}),
    ],
)
async def test_an_order_that_cannot_be_followed_is_refused(house, what, body):
    response = await house.http.post(f"{house.url}/__{what}", json=body)
    assert (response.status_code, response.json()["error"]) == (400, "bad_control")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "911"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "Acme"}, 21212),
        ({"From": "+12815550199"}, 21606),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
    ],
)
async def test_a_call_that_twilio_would_refuse_is_refused(house, change, code):
    sent = {"To": CUSTOMER, "From": BUSINESS, "Body": "Hi", **change}
    response = await house.http.post(f"{house.url}{MESSAGES}", data=sent, auth=(SID, TOKEN))
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert await house.statuses() == []


@pytest.mark.parametrize("authorization", [None, "", "Basic", "Basic %", "Bearer x", "Basic QUM6eA=="])
async def test_a_call_without_a_known_account_is_refused(house, authorization):
    headers = {} if authorization is None else {"authorization": authorization}
    response = await house.http.post(f"{house.url}{MESSAGES}", data={}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, 20003)
