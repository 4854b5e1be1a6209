"""Twilio on loopback: takes texts as api.twilio.com does, and delivers signed webhooks.

    POST /2010-04-01/Accounts/{Sid}/Messages.json   Twilio's own call: Basic auth, a form, errors in Twilio's shape
    POST /__inbound      {"from", "to", "text"[, "media": [url], "autoresponse": "STOP"|"START"|"HELP"][, "id"]
                         [, "copies"]}: a customer texts one of the numbers → {"message_id", "status", "attempts"} after
                         delivery; `status` is what the webhook answered, null if nobody did. The same id once more is
                         the same text delivered again; `copies` deliver it so many times at once
    GET  /__deliveries   [{"at", "kind", "id", "status", "ms"}]: every attempt of a webhook, newest last
    GET  /__messages     [{"id", "from", "to", "text", "media", "status", "error_code", "at", "idempotency_key",
                         "direction", "callback"}], oldest first; a customer's text is "received", then
                         "webhook_delivered"
    POST /__outcomes     {"to"[, "status"][, "code"]}: how later texts to this number ("*": to any) end: delivered,
                         undelivered, failed, sent (and no more is heard), or silent (nothing reported)
    POST /__accounts     {"sid", "auth_token", "numbers": {number: webhook url}[, "shared_keys": {name: secret},
                         "signs_with": name]}

After an accepted call its StatusCallback hears queued, sent, and the end. A delivery fault repeats them or turns their
order round. STOP and its like block the customer for that number (21610) until START, as Twilio does for long codes;
`autoresponse` stands for Advanced Opt-Out: Twilio answered the keyword itself and says so (OptOutType).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qs
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.standins import twilio_wire as wire
from local.standins.base import JSON, Fault, Faults, Standin
from local.standins.delivery import (
    JSONObject,
    Outcomes,
    Pace,
    arrived,
    closing,
    control,
    optional,
    strings,
    unknown_number,
)
from local.standins.telnyx_wire import stamp
from local.standins.twilio_delivery import Deliveries
from local.standins.twilio_wire import Account
from shared.clock import Clock, SystemClock
from shared.phones import is_e164

__all__ = ["Account", "Pace", "TwilioStandin"]

FINAL = ("delivered", "undelivered", "failed", "sent", "silent")
FAILURES = {"undelivered": "30003", "failed": "30008"}
FAULT_CODES = {401: "20003", 404: "20404", 429: "20429"}  # what an ordered status says unless the fault has a body
STOPS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT")
STARTS = ("START", "YES", "UNSTOP")

Form = Mapping[str, list[str]]


class Rejected(Exception):
    """The call is refused, in Twilio's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        status, body = wire.error(code)
        self.response = JSONResponse(body, status_code=status)


class TwilioFaults(Faults):
    def order(self, fault: Fault) -> None:
        code = FAULT_CODES.get(fault.status or 0)
        if code is not None and fault.body is None:
            fault.body = wire.error(code)[1]
        super().order(fault)


class TwilioStandin(Standin):
    """Serve `app`; its lifespan ends what is still to be delivered, as `close` does."""

    def __init__(
        self,
        accounts: list[Account],
        *,
        pace: Pace | None = None,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: f"SM{uuid4().hex}",
    ) -> None:
        self._outcomes = Outcomes(FINAL)
        super().__init__("twilio", self._routes())
        self.faults = TwilioFaults()
        self.app = closing(self.app, self.close)
        self._clock = clock or SystemClock()
        self._new_id = new_id
        self._deliveries = Deliveries(self.faults, pace or Pace(), self._clock)
        self._accounts = {account.sid: account for account in accounts}
        self._texts: dict[str, wire.Text] = {}
        self._blocked: set[tuple[str, str]] = set()  # (our number, number that said STOP)

    def add(self, account: Account) -> None:
        """One more account, or new numbers for one that is there."""
        self._accounts[account.sid] = account

    async def settled(self) -> None:
        """Returns when nothing is on its way any more."""
        await self._deliveries.settled()

    async def close(self) -> None:
        await self._deliveries.close()

    def _routes(self) -> list[BaseRoute]:
        return [
            Route(f"/{wire.VERSION}/Accounts/{{sid}}/Messages.json", self._send, methods=["POST"]),
            Route("/__messages", self._messages, methods=["GET"]),
            Route("/__inbound", control(self._inbound), methods=["POST"]),
            Route("/__deliveries", self._made, methods=["GET"]),
            Route("/__outcomes", control(self._outcomes.order), methods=["POST"]),
            Route("/__accounts", control(self._add_account), methods=["POST"]),
        ]

    async def _send(self, request: Request) -> Response:
        try:
            account = self._authenticated(request)
            text = self._text_of(account, parse_qs((await request.body()).decode(), keep_blank_values=True))
        except Rejected as rejected:
            return rejected.response
        self._texts[text.sid] = text
        self._deliveries.start(self._deliveries.reports(account, self._future(text), self._show))
        return JSONResponse(wire.resource(text), status_code=201)

    def _authenticated(self, request: Request) -> Account:
        account = self._accounts.get(str(request.path_params["sid"]))
        if account is None or _credentials(request) != f"{account.sid}:{account.auth_token}":
            raise Rejected("20003")
        return account

    def _text_of(self, account: Account, form: Form) -> wire.Text:
        sender, recipient = _first(form, "From"), _first(form, "To")
        self._check(account, sender, recipient)
        words, media = _first(form, "Body"), tuple(form.get("MediaUrl", ()))
        if not words and not media:
            raise Rejected("21602")
        if len(words) > wire.MOST_TEXT:
            raise Rejected("21617")
        if (sender, recipient) in self._blocked:
            raise Rejected("21610")
        return wire.Text(
            sid=self._new_id(),
            account_sid=account.sid,
            direction="outbound",
            sender=sender,
            recipient=recipient,
            text=words,
            callback=_first(form, "StatusCallback") or None,
            at=self._clock.now(),
            media=media,
            service=_first(form, "MessagingServiceSid") or None,
        )

    def _check(self, account: Account, sender: str, recipient: str) -> None:
        if not recipient:
            raise Rejected("21604")
        if not is_e164(recipient):
            raise Rejected("21211")
        if not sender:
            raise Rejected("21603")
        if not is_e164(sender):
            raise Rejected("21212")
        if sender not in account.numbers:
            raise Rejected("21606")

    def _future(self, text: wire.Text) -> list[wire.Text]:
        """The states that will be reported; a silent text has one that nobody hears of."""
        outcome = self._outcomes.of(text.recipient)
        sent = replace(text, status="sent")
        if outcome.status == "silent":
            return [replace(sent, callback=None)]
        end = replace(text, status=outcome.status, error_code=outcome.code or FAILURES.get(outcome.status))
        return [text, end] if outcome.status in ("failed", "sent") else [text, sent, end]

    def _show(self, text: wire.Text) -> None:
        if self._texts[text.sid].status in ("queued", "sent"):  # a late report takes nothing back
            self._texts[text.sid] = replace(text, callback=self._texts[text.sid].callback)

    async def _made(self, _request: Request) -> Response:
        return JSONResponse(list(self._deliveries.made))

    async def _messages(self, _request: Request) -> Response:
        return JSONResponse([_shown(text) for text in self._texts.values()])

    async def _inbound(self, call: JSONObject) -> Response:
        recipient = str(call["to"])
        account = next((one for one in self._accounts.values() if recipient in one.numbers), None)
        if account is None:
            return unknown_number(recipient)
        text = self._texts.get(str(call.get("id"))) or self._arrived(account, recipient, call)
        self._texts[text.sid] = text
        delivered = await self._deliveries.received(account, text, int(str(call.get("copies", 1))))
        if delivered.taken:
            self._texts[text.sid] = replace(text, status="webhook_delivered")
        return arrived(text.sid, delivered)

    def _arrived(self, account: Account, recipient: str, call: JSONObject) -> wire.Text:
        sender, words = str(call["from"]), str(call.get("text") or "")
        answered = optional(call.get("autoresponse"))
        keyword = answered or words.strip().upper()
        if keyword in STOPS:
            self._blocked.add((recipient, sender))
        elif keyword in STARTS:
            self._blocked.discard((recipient, sender))
        return wire.Text(
            sid=optional(call.get("id")) or self._new_id(),
            account_sid=account.sid,
            direction="inbound",
            sender=sender,
            recipient=recipient,
            text=words,
            callback=account.numbers[recipient],
            at=self._clock.now(),
            media=strings(call.get("media")),
            status="received",
            opt_out=answered,
        )

    async def _add_account(self, call: JSONObject) -> Response:
        numbers, keys = call["numbers"], call.get("shared_keys") or {}
        if not isinstance(numbers, dict) or not isinstance(keys, dict):
            raise ValueError("numbers is an object of number: webhook url, shared_keys one of name: secret")
        account = Account(
            sid=str(call["sid"]),
            auth_token=str(call["auth_token"]),
            numbers={number: str(url) for number, url in numbers.items()},
            shared_keys={name: str(secret) for name, secret in keys.items()},
            signs_with=optional(call.get("signs_with")),
        )
        if account.signs_with is not None and account.signs_with not in account.shared_keys:
            raise ValueError("signs_with names one of shared_keys")
        self.add(account)
        return JSONResponse({"sid": account.sid}, status_code=201)


def _credentials(request: Request) -> str:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(encoded, validate=True).decode() if scheme == "Basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _first(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _shown(text: wire.Text) -> JSON:
    return {
        "id": text.sid,
        "from": text.sender,
        "to": text.recipient,
        "text": text.text,
        "media": list(text.media),
        "status": text.status,
        "error_code": text.error_code,
        "at": stamp(text.at),
        "idempotency_key": None,
        "direction": text.direction,
        "callback": text.callback,
    }
