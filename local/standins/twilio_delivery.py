"""How Twilio delivers webhooks: signed, 15 s to answer, once, or as often as the URL's fragment asks for; in any order.

The fragment (`#rc=5&rp=all`: five more attempts after any failure) is not sent, and here not signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs, urldefrag, urlsplit
from uuid import uuid4

from local.standins import twilio_wire as wire
from local.standins.base import Fault, Faults
from local.standins.delivery import Courier, Delivered, Pace
from shared.clock import Clock

ANSWER_SECONDS = 15.0
MOST_RETRIES = 5


class Deliveries(Courier):
    """Everything on its way to webhooks; `close` ends it."""

    def __init__(self, faults: Faults, pace: Pace, clock: Clock) -> None:
        super().__init__(clock)
        self._faults = faults
        self._pace = pace

    async def received(self, account: wire.Account, text: wire.Text, copies: int = 1) -> Delivered:
        return await self._deliver(account, text, wire.received(text), max(copies, self._fault(text).duplicate))

    async def reports(self, account: wire.Account, states: list[wire.Text], show: Callable[[wire.Text], None]) -> None:
        """Each state in turn: a webhook, and `show` for the phone. The last one is final."""
        fault = self._fault(states[0])
        await asyncio.sleep(self._pace.report)
        for index, text in enumerate(reversed(states) if fault.reorder else states):
            await asyncio.sleep(self._pace.final if index else 0)
            show(text)
            await self._deliver(account, text, wire.report(text), fault.duplicate)

    def _fault(self, text: wire.Text) -> Fault:
        path = urlsplit(text.callback or "").path or "/"
        return self._faults.take_delivery(path, f"{text.sender} {text.recipient} {text.text}".encode()) or Fault()

    async def _deliver(self, account: wire.Account, text: wire.Text, form: dict[str, str], copies: int) -> Delivered:
        """The same form `copies` times at once."""
        if text.callback is None:
            return Delivered(None, 0)
        url, fragment = urldefrag(text.callback)
        each = (self._attempts(account, url, form, _retries(fragment)) for _ in range(copies))
        return Delivered.of(await asyncio.gather(*each))

    async def _attempts(self, account: wire.Account, url: str, form: dict[str, str], retries: int) -> Delivered:
        headers = {**wire.signed(url, form, account), "i-twilio-idempotency-token": str(uuid4())}
        for attempt in range(1, retries + 2):
            status = await self.attempt(
                form["SmsStatus"], form["MessageSid"], url, wire.encoded(form), headers, ANSWER_SECONDS
            )
            delivered = Delivered(status, attempt)
            if delivered.taken:
                break
            await asyncio.sleep(self._pace.retry if attempt <= retries else 0)
        return delivered


def _retries(fragment: str) -> int:
    """How many more attempts the connection overrides ask for."""
    wanted = parse_qs(fragment).get("rc", ["0"])[0]
    return min(int(wanted), MOST_RETRIES) if wanted.isdecimal() else 0
