"""Telnyx on loopback: takes texts as api.telnyx.com does, and delivers signed webhooks.

    POST /v2/messages    Telnyx's own call: Bearer key, `Idempotency-Key`, errors in Telnyx's shape
    POST /__inbound      {"from", "to", "text"[, "media": [url], "autoresponse": "STOP"|"START"|"HELP"][, "id"]
                         [, "copies"]}: a customer texts one of the numbers → {"message_id", "status", "attempts"} after
                         delivery; `status` is what the webhook answered, null if nobody did. The same id once more is
                         the same text delivered again; `copies` deliver it so many times at once
    GET  /__deliveries   [{"at", "kind", "id", "status", "ms"}]: every attempt of a webhook, newest last
    GET  /__messages     [{"id", "from", "to", "text", "media", "status", "at", "idempotency_key", "direction"}],
                         oldest first
    POST /__outcomes     {"to"[, "status"][, "code"]}: how later texts to this number ("*": to any) end: delivered,
                         delivery_failed, sending_failed, expired, delivery_unconfirmed, or silent (nothing reported)
    GET  /__media/…      files to be sent as media, good and bad (`telnyx_media`)
    POST /__accounts     {"api_key", "profile_id", "numbers": {number: webhook url}[, "seed": base64 of 32 bytes]}

After an accepted call: message.sent, then message.finalized, to the message's `webhook_url` (else to the number's,
unless the call said `use_profile_webhooks: false`). A delivery fault repeats them or sends the final one first.
`autoresponse` stands for a keyword that Telnyx answered itself: STOP blocks the customer for the messaging profile
(40300) until START.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.standins import telnyx_wire as wire
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
from local.standins.telnyx_delivery import PLATFORM_SEED, Account, Deliveries
from local.standins.telnyx_media import media_routes
from shared.clock import Clock, SystemClock
from shared.phones import is_e164

__all__ = ["PLATFORM_SEED", "Account", "Pace", "TelnyxStandin"]

FINAL = ("delivered", "delivery_failed", "sending_failed", "expired", "delivery_unconfirmed", "silent")
FAILURES = {"delivery_failed": "40008", "sending_failed": "40001", "expired": "40005"}
FAULT_CODES = {401: "10009", 422: "10016", 429: "10011"}  # what an ordered status says unless the fault has a body


class Rejected(Exception):
    """The call is refused, in Telnyx's words."""

    def __init__(self, status: int, code: str, pointer: str | None = None) -> None:
        super().__init__(code)
        self.response = JSONResponse(wire.error(code, pointer), status_code=status)


class TelnyxFaults(Faults):
    def order(self, fault: Fault) -> None:
        code = FAULT_CODES.get(fault.status or 0)
        if code is not None and fault.body is None:
            fault.body = wire.error(code, "/to" if code == "10016" else None)
        super().order(fault)


class TelnyxStandin(Standin):
    """Serve `app`; its lifespan ends what is still to be delivered, as `close` does."""

    def __init__(
        self,
        accounts: list[Account],
        *,
        pace: Pace | None = None,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._outcomes = Outcomes(FINAL)
        super().__init__("telnyx", self._routes())
        self.faults = TelnyxFaults()
        self.app = closing(self.app, self.close)
        self._clock = clock or SystemClock()
        self._new_id = new_id
        self._deliveries = Deliveries(self.faults, pace or Pace(), self._clock, new_id)
        self._accounts = {account.api_key: account for account in accounts}
        self._texts: dict[str, wire.Text] = {}
        self._answers: dict[tuple[str, str], bytes] = {}  # (API key, idempotency key) → the body answered
        self._blocked: set[tuple[str, str]] = set()  # (profile, number that said STOP)

    def add(self, account: Account) -> None:
        """One more account, or new numbers for one that is there."""
        self._accounts[account.api_key] = account

    async def settled(self) -> None:
        """Returns when nothing is on its way any more."""
        await self._deliveries.settled()

    async def close(self) -> None:
        await self._deliveries.close()

    def _routes(self) -> list[BaseRoute]:
        return [
            Route("/v2/messages", self._send, methods=["POST"]),
            Route("/__messages", self._messages, methods=["GET"]),
            Route("/__inbound", control(self._inbound), methods=["POST"]),
            Route("/__deliveries", self._made, methods=["GET"]),
            Route("/__outcomes", control(self._outcomes.order), methods=["POST"]),
            Route("/__accounts", control(self._add_account), methods=["POST"]),
            *media_routes(),
        ]

    async def _send(self, request: Request) -> Response:
        try:
            account = self._authenticated(request)
            call = await _called(request)
            key = request.headers.get("idempotency-key")
            answer = self._answers.get((account.api_key, key or "")) or self._accept(account, call, key)
        except Rejected as rejected:
            return rejected.response
        return Response(answer, media_type="application/json")

    def _authenticated(self, request: Request) -> Account:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        account = self._accounts.get(key)
        if scheme != "Bearer" or account is None:
            raise Rejected(401, "10009")
        return account

    def _accept(self, account: Account, call: JSONObject, key: str | None) -> bytes:
        text = replace(self._text_of(account, call), idempotency_key=key)
        self._texts[text.id] = text
        answer = wire.compact({"data": wire.outbound(text)})
        if key:
            self._answers[(account.api_key, key)] = answer
        self._deliveries.start(self._deliveries.reports(account, self._future(text), self._show))
        return answer

    def _text_of(self, account: Account, call: JSONObject) -> wire.Text:
        sender, recipient = _number(call, "from"), _number(call, "to")
        if sender not in account.numbers or call.get("messaging_profile_id") not in (None, account.profile_id):
            raise Rejected(400, "40305", "/from")
        words, media = str(call.get("text") or ""), strings(call.get("media_urls"))
        if not words and not media:
            raise Rejected(422, "40316", "/text")
        if (account.profile_id, recipient) in self._blocked:
            raise Rejected(403, "40300")
        return wire.Text(
            id=self._new_id(),
            direction="outbound",
            sender=sender,
            recipient=recipient,
            text=words,
            profile_id=account.profile_id,
            webhook_url=_webhook_url(account.numbers[sender], call),
            received_at=self._clock.now(),
            media=tuple(wire.Media(url, content_type=None) for url in media),
        )

    def _future(self, text: wire.Text) -> list[wire.Text]:
        """The states that will be reported; a silent text has one that nobody hears of."""
        outcome = self._outcomes.of(text.recipient)
        now = self._clock.now()
        sent = replace(text, status="sent", sent_at=now)
        if outcome.status == "silent":
            return [replace(sent, webhook_url=None)]
        code = outcome.code or FAILURES.get(outcome.status)
        if outcome.status == "sending_failed":
            return [replace(text, status=outcome.status, completed_at=now, error_code=code)]
        return [sent, replace(sent, status=outcome.status, completed_at=now, error_code=code)]

    def _show(self, text: wire.Text) -> None:
        if self._texts[text.id].completed_at is None:  # a late message.sent takes nothing back
            self._texts[text.id] = text

    async def _made(self, _request: Request) -> Response:
        return JSONResponse(list(self._deliveries.made))

    async def _messages(self, _request: Request) -> Response:
        return JSONResponse([wire.shown(text) for text in self._texts.values()])

    async def _inbound(self, call: JSONObject) -> Response:
        recipient = str(call["to"])
        account = next((one for one in self._accounts.values() if recipient in one.numbers), None)
        if account is None:
            return unknown_number(recipient)
        known = self._texts.get(str(call.get("id")))
        text = known or self._arrived(account, recipient, call)
        self._texts[text.id] = text
        delivered = await self._deliveries.received(account, text, int(str(call.get("copies", 1))))
        if delivered.taken:
            self._texts[text.id] = replace(text, status="webhook_delivered")
        return arrived(text.id, delivered)

    def _arrived(self, account: Account, recipient: str, call: JSONObject) -> wire.Text:
        sender, keyword = str(call["from"]), call.get("autoresponse")
        if keyword == "STOP":
            self._blocked.add((account.profile_id, sender))
        elif keyword == "START":
            self._blocked.discard((account.profile_id, sender))
        return wire.Text(
            id=optional(call.get("id")) or self._new_id(),
            direction="inbound",
            sender=sender,
            recipient=recipient,
            text=str(call.get("text") or ""),
            profile_id=account.profile_id,
            webhook_url=account.numbers[recipient],
            received_at=self._clock.now(),
            media=tuple(wire.Media(url) for url in strings(call.get("media"))),
            status="received",
            autoresponse=optional(keyword),
        )

    async def _add_account(self, call: JSONObject) -> Response:
        numbers, seed = call["numbers"], call.get("seed")
        if not isinstance(numbers, dict):
            raise ValueError("numbers is an object of number: webhook url")
        account = Account(
            api_key=str(call["api_key"]),
            profile_id=str(call["profile_id"]),
            numbers={number: str(url) for number, url in numbers.items()},
            seed=PLATFORM_SEED if seed is None else b64decode(str(seed), validate=True),
        )
        public_key = account.public_key  # refuses a seed of another length
        self.add(account)
        return JSONResponse({"public_key": public_key}, status_code=201)


async def _called(request: Request) -> JSONObject:
    try:
        call: JSON = await request.json()
    except ValueError:
        raise Rejected(400, "10015") from None
    if not isinstance(call, dict):
        raise Rejected(400, "10015")
    return call


def _number(call: JSONObject, name: str) -> str:
    number = call.get(name)
    if number is None:
        raise Rejected(422, "10004", f"/{name}")
    if not isinstance(number, str) or not is_e164(number):
        raise Rejected(422, "10016", f"/{name}")
    return number


def _webhook_url(of_number: str, call: JSONObject) -> str | None:
    named = call.get("webhook_url")
    if named:
        return str(named)
    return None if call.get("use_profile_webhooks") is False else of_number
