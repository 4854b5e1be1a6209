"""How Telnyx delivers webhooks: signed, up to three attempts, 2 s to answer, and in any order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from local.standins import telnyx_wire as wire
from local.standins.base import Fault, Faults
from local.standins.delivery import Courier, Delivered, Pace
from shared.clock import Clock

PLATFORM_SEED = bytes(range(32))  # a test key: it signs nothing outside this machine
ATTEMPTS = 3
ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Account:
    """One customer of Telnyx: its key, its numbers with the webhook URL of each, the seed that signs its webhooks."""

    api_key: str
    profile_id: str
    numbers: dict[str, str]
    seed: bytes = field(default=PLATFORM_SEED, repr=False)

    @property
    def public_key(self) -> str:
        return wire.public_key(self.seed)


class Deliveries(Courier):
    """Everything on its way to webhooks; `close` ends it."""

    def __init__(self, faults: Faults, pace: Pace, clock: Clock, new_id: Callable[[], str]) -> None:
        super().__init__(clock)
        self._faults = faults
        self._pace = pace
        self._new_id = new_id

    async def received(self, account: Account, text: wire.Text, copies: int = 1) -> Delivered:
        return await self._deliver(account, "message.received", text, max(copies, self._fault(text).duplicate))

    async def reports(self, account: Account, states: list[wire.Text], show: Callable[[wire.Text], None]) -> None:
        """Each state in turn: a webhook, and `show` for the phone. The last one is final."""
        fault = self._fault(states[0])
        await asyncio.sleep(self._pace.report)
        for index, text in enumerate(reversed(states) if fault.reorder else states):
            await asyncio.sleep(self._pace.final if index else 0)
            show(text)
            kind = "message.sent" if text.completed_at is None else "message.finalized"
            await self._deliver(account, kind, text, fault.duplicate)

    def _fault(self, text: wire.Text) -> Fault:
        path = urlsplit(text.webhook_url or "").path or "/"
        return self._faults.take_delivery(path, f"{text.sender} {text.recipient} {text.text}".encode()) or Fault()

    async def _deliver(self, account: Account, kind: str, text: wire.Text, copies: int) -> Delivered:
        """The same event `copies` times at once, as Telnyx may repeat itself."""
        url = text.webhook_url
        if url is None:
            return Delivered(None, 0)
        event = wire.Event(kind, self._new_id(), self._clock.now(), text, url)
        return Delivered.of(await asyncio.gather(*(self._attempts(account, event) for _ in range(copies))))

    async def _attempts(self, account: Account, event: wire.Event) -> Delivered:
        for attempt in range(1, ATTEMPTS + 1):
            delivered = Delivered(await self._post(account, event, attempt), attempt)
            if delivered.taken:
                break
            await asyncio.sleep(self._pace.retry if attempt < ATTEMPTS else 0)
        return delivered

    async def _post(self, account: Account, event: wire.Event, attempt: int) -> int | None:
        body = wire.compact(event.body(attempt))
        headers = wire.signed(body, account.seed, self._clock.now())
        return await self.attempt(event.kind, event.text.id, event.delivered_to, body, headers, ANSWER_SECONDS)
