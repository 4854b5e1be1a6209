"""The local Telnyx is Telnyx: its words byte for byte, its signatures, its deliveries with their faults."""

from __future__ import annotations

import asyncio
import json
import sys
import types
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import NamedTuple

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from local.standins import telnyx_delivery
from local.standins import telnyx_wire as wire
from local.standins.base import Fault
from local.standins.telnyx import PLATFORM_SEED, Account, Pace, TelnyxStandin
from shared.channels.telnyx import read, verify
from shared.channels.telnyx.sending import TelnyxSender
from shared.channels.types import Accepted, DeliveryState, InboundText, OutboundText, StateReport
from shared.hidden import Hidden
from tests.contract.telnyx_support import (
    BUSINESS,
    CUSTOMER,
    KEY,
    PROFILE,
    Switch,
    Webhook,
    account,
    compact,
    fixture,
    served,
    text,
    until,
)

FAST = Pace(0.01, 0.01, 0.01)


class House(NamedTuple):
    """A stand-in, and a business whose webhook it calls."""

    standin: TelnyxStandin
    url: str
    webhook: Webhook
    hook: str
    http: httpx.AsyncClient

    async def send(self, reference: str = "m1.0.0", to: str = CUSTOMER) -> str:
        sender = TelnyxSender(self.http, f"{self.url}/v2", Hidden(KEY), PROFILE)
        outcome = await sender.send(text(reference, to=to, status_url=self.hook))
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
        return [report for body, _ in self.webhook.got if isinstance(report := read(body), StateReport)]


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
    webhook, hook = Webhook(), f"{servers.webhook_url}/telnyx-sms/channel-1"
    standin = TelnyxStandin([account(hook)], pace=FAST)
    servers.standin.app, servers.webhook.app = standin.app, webhook
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        yield House(standin, servers.standin_url, webhook, hook, http)
    await standin.close()


# Its words


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, 18, 2, 12, 515000, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


async def test_the_answer_to_an_accepted_text_is_the_recorded_one_byte_for_byte(servers):
    numbers = {"+13105559876": "https://example.test/telnyx/sms"}
    new_id = "40318f29-5c3f-4689-aa8a-4f41c6d49178"
    standin = TelnyxStandin([Account(KEY, PROFILE, numbers)], clock=StoppedClock(), new_id=lambda: new_id)
    servers.standin.app = standin.app
    async with httpx.AsyncClient(trust_env=False) as http:
        headers = {"authorization": f"Bearer {KEY}"}
        call = fixture("send_message_request")
        answer = await http.post(f"{servers.standin_url}/v2/messages", json=call, headers=headers)
    await standin.close()
    assert answer.content == compact(fixture("send_message_response"))


# What Telnyx's own SDK takes from it


@pytest.fixture
def nacl(monkeypatch):
    """The SDK verifies with PyNaCl, an extra that is not installed: its two names, spoken by `cryptography`."""

    class VerifyKey:
        def __init__(self, key: bytes) -> None:
            self._key = Ed25519PublicKey.from_public_bytes(key)

        def verify(self, signed: bytes, signature: bytes) -> None:
            self._key.verify(signature, signed)

    signing, exceptions = types.ModuleType("nacl.signing"), types.ModuleType("nacl.exceptions")
    vars(signing)["VerifyKey"], vars(exceptions)["BadSignatureError"] = VerifyKey, InvalidSignature
    for module in (types.ModuleType("nacl"), signing, exceptions):
        monkeypatch.setitem(sys.modules, module.__name__, module)


async def test_telnyxs_sdk_accepts_and_understands_its_webhooks(house, nacl):
    from telnyx import AsyncTelnyx
    from telnyx.types import DeliveryUpdateWebhookEvent, InboundMessageWebhookEvent

    await house.inbound("Grüß Gott 👋", media=["https://media.telnyx.com/1.jpeg"])
    await house.send()
    await until(lambda: len(house.webhook.got) == 3)
    async with AsyncTelnyx(api_key=KEY, public_key=account().public_key) as client:
        for (body, headers), model in zip(
            house.webhook.got, [InboundMessageWebhookEvent, *[DeliveryUpdateWebhookEvent] * 2], strict=True
        ):
            event = client.webhooks.unwrap(body.decode(), headers=headers)
            assert event.data.event_type == json.loads(body)["data"]["event_type"]
            model.model_validate_json(body)  # `unwrap` itself checks no field
        with pytest.raises(ValueError, match="does not match"):
            client.webhooks.unwrap(body.decode() + " ", headers=headers)


# Inbound


async def test_a_customers_text_reaches_the_webhook_signed_and_as_telnyx_says_it(house):
    told = await house.inbound("Any classes on Saturday?")
    [(body, headers)] = house.webhook.got
    verify(body, headers, public_key=account().public_key, now=datetime.now(UTC))
    message = read(body)
    assert isinstance(message, InboundText)
    assert (message.sender, message.recipient, message.text) == (CUSTOMER, BUSINESS, "Any classes on Saturday?")
    assert told == {"message_id": message.provider_id, "status": 200, "attempts": 1}
    assert await house.statuses() == ["webhook_delivered"]


async def test_a_webhook_that_refuses_is_tried_three_times_with_the_same_event(house):
    house.webhook.statuses = [500, 503, 404, 200]
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (404, 3)
    assert len({event["data"]["id"] for event in house.webhook.events}) == 1
    assert [event["meta"]["attempt"] for event in house.webhook.events] == [1, 2, 3]
    assert await house.statuses() == ["received"]


async def test_a_webhook_that_recovers_gets_it_at_the_second_attempt(house):
    house.webhook.statuses = [500]
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (200, 2)


async def test_a_webhook_that_takes_longer_than_telnyx_waits_gets_it_again(house, monkeypatch):
    monkeypatch.setattr(telnyx_delivery, "ANSWER_SECONDS", 0.1)
    house.webhook.delay = lambda before: 0.0 if before else 0.4
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (200, 2)
    assert len(house.webhook.got) == 2


async def test_nobody_at_the_webhook_is_told_as_nobody(house):
    house.standin.add(account())
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (None, 3)


async def test_a_text_ordered_twenty_times_arrives_twenty_times_as_the_same_event(house):
    house.standin.faults.order(Fault("/telnyx-sms", duplicate=20))
    told = await house.inbound()
    assert (told["status"], told["attempts"]) == (200, 20)
    assert len({event["data"]["id"] for event in house.webhook.events}) == 1
    assert len(house.webhook.got) == 20
    assert await house.statuses() == ["webhook_delivered"]


async def test_a_fault_for_another_webhook_leaves_this_one_alone(house):
    house.standin.faults.order(Fault("/other", duplicate=3))
    assert (await house.inbound())["attempts"] == 1


async def test_a_short_code_may_text_too(house):
    await house.inbound(**{"from": "32665"})
    assert house.webhook.events[0]["data"]["payload"]["from"]["phone_number"] == "32665"


async def test_a_number_that_no_account_has_is_told(house):
    response = await house.order("inbound", **{"from": CUSTOMER, "to": "+12815550199", "text": "?"})
    assert (response.status_code, response.json()["error"]) == (404, "unknown_number")


# Reports


async def test_sent_and_delivered_are_reported_to_the_messages_own_url_with_its_reference(house):
    provider_id = await house.send("m7.0.2")
    await until(lambda: len(house.webhook.got) == 2)
    assert house.webhook.types == ["message.sent", "message.finalized"]
    assert house.webhook.urls == [f"{house.hook}?ref=m7.0.2"] * 2
    for body, headers in house.webhook.got:
        verify(body, headers, public_key=account().public_key, now=datetime.now(UTC))
    assert [report.state for report in house.reports()] == [DeliveryState.SENT, DeliveryState.DELIVERED]
    assert {report.reference for report in house.reports()} == {"m7.0.2"}
    assert {report.provider_id for report in house.reports()} == {provider_id}
    assert await house.statuses() == ["delivered"]


@pytest.mark.parametrize(
    ("status", "code", "states"),
    [
        ("delivery_failed", "40001", [("sent", None), ("failed", "40001")]),
        ("delivery_failed", None, [("sent", None), ("failed", "40008")]),
        ("expired", None, [("sent", None), ("failed", "40005")]),
        ("sending_failed", None, [("failed", "40001")]),
        ("delivery_unconfirmed", None, [("sent", None), ("sent", None)]),
    ],
)
@pytest.mark.parametrize("to", [CUSTOMER, "*"])
async def test_an_ordered_end_is_the_one_that_is_reported(house, status, code, states, to):
    assert (await house.order("outcomes", to=to, status=status, code=code)).status_code == 200
    await house.send()
    await until(lambda: len(house.webhook.got) == len(states))
    assert [(report.state.value, report.error_code) for report in house.reports()] == states
    assert await house.statuses() == [status]


async def test_an_outcome_concerns_its_own_number_and_later_texts_only(house):
    await house.order("outcomes", to=CUSTOMER, status="delivery_failed")
    await house.send(to="+12815550124")
    await house.order("outcomes", to=CUSTOMER)
    await house.send("m2.0.0")
    await until(lambda: len(house.webhook.got) == 4)
    assert await house.statuses() == ["delivered", "delivered"]


async def test_a_silent_text_is_sent_and_never_reported(house):
    await house.order("outcomes", to=CUSTOMER, status="silent")
    await house.send()
    await house.standin.settled()
    assert house.webhook.got == []
    assert await house.statuses() == ["sent"]


async def test_reports_can_come_in_the_wrong_order_and_several_times(house):
    house.standin.faults.order(Fault("/telnyx-sms", duplicate=2, reorder=True))
    await house.send()
    await until(lambda: len(house.webhook.got) == 4)
    assert house.webhook.types == ["message.finalized"] * 2 + ["message.sent"] * 2
    assert await house.statuses() == ["delivered"]


async def test_a_report_is_tried_again_when_the_webhook_refuses(house):
    house.webhook.statuses = [500]
    await house.send()
    await until(lambda: len(house.webhook.got) == 3)
    assert house.webhook.types == ["message.sent", "message.sent", "message.finalized"]


async def test_without_a_url_of_its_own_a_text_is_reported_to_its_number_unless_that_is_not_wanted(house):
    async def call(**more: object) -> None:
        body = {"from": BUSINESS, "to": CUSTOMER, "text": "Hi", **more}
        headers = {"authorization": f"Bearer {KEY}"}
        assert (await house.http.post(f"{house.url}/v2/messages", json=body, headers=headers)).status_code == 200
        await house.standin.settled()

    await call(use_profile_webhooks=False)
    assert house.webhook.got == []
    await call()
    assert house.webhook.urls == [house.hook] * 2


async def test_what_is_on_its_way_ends_with_the_server():
    webhook = Webhook(delay=lambda _before: 0.8)
    async with served(webhook) as hook:
        standin = TelnyxStandin([account(hook)], pace=FAST)
        async with served(standin.app) as url, httpx.AsyncClient(trust_env=False) as http:
            sender = TelnyxSender(http, f"{url}/v2", Hidden(KEY), PROFILE)
            await sender.send(text(status_url=hook))
            await until(lambda: len(webhook.got) == 1)
        async with asyncio.timeout(0.2):
            await standin.settled()
    assert webhook.types == ["message.sent"]


# The phone, and accounts


async def test_the_phone_shows_both_directions_oldest_first(house):
    told = await house.inbound("Hello?", media=["https://media.telnyx.com/1.jpeg"])
    sent = await house.send()
    await until(lambda: len(house.webhook.got) == 3)
    messages = (await house.http.get(f"{house.url}/__messages")).json()
    assert all(datetime.fromisoformat(message.pop("at")).tzinfo for message in messages)
    first = {
        "id": told["message_id"],
        "from": CUSTOMER,
        "to": BUSINESS,
        "text": "Hello?",
        "media": ["https://media.telnyx.com/1.jpeg"],
        "status": "webhook_delivered",
        "error_code": None,
        "idempotency_key": None,
        "direction": "inbound",
    }
    second = {
        "id": sent,
        "from": BUSINESS,
        "to": CUSTOMER,
        "text": "Hi",
        "media": [],
        "status": "delivered",
        "error_code": None,
        "idempotency_key": "m1.0",
        "direction": "outbound",
    }
    assert messages == [first, second]


async def test_an_account_added_later_sends_and_receives_under_its_own_keys(house):
    seed, number = b"\x05" * 32, "+12815550111"
    added = await house.order(
        "accounts", api_key="KEY-2", profile_id="p2", numbers={number: house.hook}, seed=b64encode(seed).decode()
    )
    assert (added.status_code, added.json()) == (201, {"public_key": wire.public_key(seed)})
    await house.inbound(to=number)
    body, headers = house.webhook.got[0]
    verify(body, headers, public_key=wire.public_key(seed), now=datetime.now(UTC))
    sender = TelnyxSender(house.http, f"{house.url}/v2", Hidden("KEY-2"), "p2")
    assert isinstance(await sender.send(OutboundText(number, CUSTOMER, "Hi", "k", "k.0", house.hook)), Accepted)
    assert isinstance(await house.send("other.0.0"), str)


async def test_the_platforms_key_is_the_recorded_test_key():
    assert b64decode(account().public_key) == b64decode(fixture("signature_vector")["public_key_b64"])
    assert PLATFORM_SEED.hex() == fixture("signature_vector")["private_seed_hex"]
    assert PLATFORM_SEED.hex() not in repr(account())


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("inbound", {"to": BUSINESS}),
        ("inbound", []),
        ("outcomes", {"status": "delivered"}),
        ("outcomes", {"to": CUSTOMER, "status": "lost"}),
        ("accounts", {"api_key": "k", "profile_id": "p"}),
        ("accounts", {"api_key": "k", "profile_id": "p", "numbers": []}),
        ("accounts", {"api_key": "k", "profile_id": "p", "numbers": {}, "seed": "AAAA"}),
        ("accounts", {"api_key": "k", "profile_id": "p", "numbers": {}, "seed": "%"}),
    ],
)
async def test_an_order_that_cannot_be_followed_is_refused(house, what, body):
    response = await house.http.post(f"{house.url}/__{what}", json=body)
    assert (response.status_code, response.json()["error"]) == (400, "bad_control")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda call: call.pop("to"), 422, "10004"),
        (lambda call: call.pop("from"), 422, "10004"),
        (lambda call: call.update(to="911"), 422, "10016"),
        (lambda call: call.update({"from": ["+12815550123"]}), 422, "10016"),
        (lambda call: call.pop("text"), 422, "40316"),
        (lambda call: call.update(messaging_profile_id="another"), 400, "40305"),
    ],
)
async def test_a_call_that_telnyx_would_refuse_is_refused(
    house, change: Callable[[dict[str, object]], object], status, code
):
    call: dict[str, object] = {"from": BUSINESS, "to": CUSTOMER, "text": "Hi"}
    change(call)
    headers = {"authorization": f"Bearer {KEY}"}
    response = await house.http.post(f"{house.url}/v2/messages", json=call, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (status, code)
    assert await house.statuses() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"to"'])
async def test_a_call_that_is_no_object_is_refused(house, content):
    headers = {"authorization": f"Bearer {KEY}"}
    response = await house.http.post(f"{house.url}/v2/messages", content=content, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "10015")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer nobody", f"Basic {KEY}", KEY])
async def test_a_call_without_a_known_key_is_refused(house, authorization):
    headers = {} if authorization is None else {"authorization": authorization}
    response = await house.http.post(f"{house.url}/v2/messages", json={}, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "10009")


async def test_a_text_with_an_id_may_be_delivered_again_and_several_times_at_once(house: House) -> None:
    arrived = {"from": CUSTOMER, "to": BUSINESS, "text": "Hi", "id": "one-and-the-same"}
    first = await house.order("inbound", **arrived)
    again = await house.order("inbound", **arrived, copies=3)
    assert first.json()["message_id"] == again.json()["message_id"] == "one-and-the-same"
    ids = [event["data"]["payload"]["id"] for event in house.webhook.events]
    assert ids == ["one-and-the-same"] * 4
    made = (await house.http.get(f"{house.url}/__deliveries")).json()
    assert [(row["kind"], row["id"], row["status"]) for row in made] == [("message.received", ids[0], 200)] * 4
    shown = (await house.http.get(f"{house.url}/__messages")).json()
    assert [message["id"] for message in shown] == ["one-and-the-same"]
