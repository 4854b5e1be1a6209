"""Acting as Twilio from the outside: forms in its shape, signed by its own library, posted to a running local cloud."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from twilio.request_validator import RequestValidator

from tests.stack import RunningStack, eventually

FIXTURES = Path(__file__).parent / "fixtures" / "twilio"
BSS, NUMBER = "bss-cypress-spring", "+12815550182"
FINAL = ("delivered", "undelivered", "failed")


def new_sid() -> str:
    return f"SM{secrets.token_hex(16)}"


def form(name: str, **change: str) -> dict[str, str]:
    recorded = dict(parse_qsl((FIXTURES / f"{name}.form").read_text(), keep_blank_values=True))
    return {**recorded, **change}


def received(customer: str, words: str, ours: str = NUMBER, **change: str) -> dict[str, str]:
    """A customer's text, in the shape of tests/fixtures/twilio/inbound_sms.form."""
    sid = new_sid()
    ids = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid}
    return form("inbound_sms", **{**ids, "From": customer, "To": ours, "Body": words, **change})


def reported(customer: str, sid: str, status: str, ours: str = NUMBER, **change: str) -> dict[str, str]:
    """A status callback, in the shape of tests/fixtures/twilio/status_callback_delivered.form."""
    state = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
    return form("status_callback_delivered", **{**state, "From": ours, "To": customer, **change})


def token_of(stack: RunningStack, tenant_id: str = BSS) -> str:
    found: str = stack.tenant(tenant_id)["signing"]["twilio"]
    return found


def url_of(stack: RunningStack, function: str = "twilio-sms", tenant_id: str = BSS) -> str:
    return stack.function(function, stack.tenant(tenant_id)["channels"]["twilio-sms"])


async def post(stack: RunningStack, url: str, fields: dict[str, str], token: str, **headers: str) -> httpx.Response:
    """A webhook as Twilio would send it, signed with an account's `token`."""
    signature = RequestValidator(token).compute_signature(url, fields)
    kept = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return await stack.client.post(url, content=urlencode(fields).encode(), headers={**kept, **headers})


async def text(stack: RunningStack, customer: str, words: str, ours: str = NUMBER) -> dict[str, Any]:
    """A customer's text, on its way through the stand-in's own signed delivery."""
    sent = {"from": customer, "to": ours, "text": words}
    answer = await stack.client.post(stack.standin("twilio", "/__inbound"), json=sent)
    told: dict[str, Any] = answer.json()
    return told


async def phone(stack: RunningStack, customer: str) -> list[dict[str, Any]]:
    """What this customer's phone shows of ours that came through Twilio, oldest first."""
    messages = (await stack.client.get(stack.standin("twilio", "/__messages"))).json()
    return [message for message in messages if message["to"] == customer]


async def answers(stack: RunningStack, customer: str, count: int = 1) -> list[dict[str, Any]]:
    """Waits until `count` texts of ours have reached a final state at the customer's."""

    async def enough() -> list[dict[str, Any]] | None:
        shown = [message for message in await phone(stack, customer) if message["status"] in FINAL]
        return shown if len(shown) >= count else None

    found: list[dict[str, Any]] = await eventually(enough, f"{count} answers through Twilio to {customer}")
    return found


async def sends(stack: RunningStack, customer: str) -> list[dict[str, str]]:
    """The calls of Twilio's Messages for this customer."""
    calls = [dict(parse_qsl(call["body"])) for call in await stack.calls("twilio", "/2010-04-01/")]
    return [call for call in calls if call["To"] == customer]
