"""What the Twilio contract tests share: an account on both sides, recorded payloads, a text."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl

from local.standins.base import JSON
from local.standins.twilio import Account
from shared.channels import twilio
from shared.channels.types import OutboundText
from shared.hidden import Hidden

FIXTURES = Path(__file__).parents[1] / "fixtures" / "twilio"
BUSINESS, CUSTOMER = "+12815550182", "+12815550123"
SID, TOKEN, KEY = "AC" + "1" * 32, "token-of-the-business", "webhooks_sharedkey_1"
SECRET = "secret-of-the-shared-key"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"

OURS = twilio.Account(SID, Hidden(TOKEN), {KEY: Hidden(SECRET)})


def fixture(name: str) -> JSON:
    parsed: JSON = json.loads((FIXTURES / f"{name}.json").read_text())
    return parsed


def form(name: str) -> dict[str, str]:
    return dict(parse_qsl((FIXTURES / f"{name}.form").read_text(), keep_blank_values=True))


def account(webhook_url: str = "http://127.0.0.1:1/none", signs_with: str | None = None) -> Account:
    return Account(SID, TOKEN, {BUSINESS: webhook_url}, {KEY: SECRET}, signs_with)


def text(
    reference: str = "m1.0.0", *, to: str = CUSTOMER, status_url: str = "http://127.0.0.1:1/none", words: str = "Hi"
) -> OutboundText:
    return OutboundText(BUSINESS, to, words, reference.rpartition(".")[0], reference, status_url)
