"""A text arrived at one of a tenant's numbers. Whatever this does not answer with 200, the provider delivers again."""

from __future__ import annotations

from datetime import timedelta

from shared.channels.types import InboundText
from shared.clock import Clock
from shared.conversations.arriving import Arrived, Arriving
from shared.conversations.consent import wish_of
from shared.conversations.timers import PICTURE_GRACE, divided
from shared.conversations.work import Work
from shared.ids import message_id
from shared.store.documents import Conversation
from shared.store.settings import DEFAULT_WINDOW_SECONDS
from shared.tasks import TaskQueue
from shared.tenancy import Channel, Database
from shared.vault import AddressHashes

MOST_TEXT = 10_000  # characters; carriers carry 1,600
MOST_MEDIA = 20
_WINDOW = divided(DEFAULT_WINDOW_SECONDS)


class Receiving:
    def __init__(self, db: Database, channel: Channel, queue: TaskQueue, hashes: AddressHashes, clock: Clock) -> None:
        self._channel = channel
        self._work = Work(queue, channel.tenant_id)
        self._arriving = Arriving(db, channel.tenant_id, self._work, clock)
        self._hashes = hashes
        self._clock = clock

    async def receive(self, text: InboundText, window: timedelta = _WINDOW) -> str:
        """Store the text and have it answered; answers the message's id.

        Raises Unavailable where it is not certain that the text is stored.
        """
        came = self._arrived(text, window)
        await self._arriving.store(came)
        if text.media:
            await self._work.fetch_media(came.id)
        return came.id

    def _arrived(self, text: InboundText, window: timedelta) -> Arrived:
        tenant_id = self._channel.tenant_id
        of = Conversation(
            self._hashes.conversation(tenant_id, text.sender),
            None,
            channel_id=self._channel.id,
            address=text.sender,
            our_address=text.recipient,
        )
        return Arrived(
            id=message_id(text.provider, "sms", text.provider_id),
            of=of,
            text=text.text[:MOST_TEXT],
            fields=self._message(of, text),
            address_id=self._hashes.address(tenant_id, text.sender),
            wish=wish_of(text),
            answer_at=self._clock.now() + window + (PICTURE_GRACE if text.media else timedelta()),
            heard={},
        )

    def _message(self, of: Conversation, text: InboundText) -> dict[str, object]:
        return {
            "conversation_id": of.id,
            "direction": "in",
            "channel": of.channel,
            "channel_id": of.channel_id,
            "provider": text.provider,
            "provider_id": text.provider_id,
            "author": "customer",
            "text": text.text[:MOST_TEXT],
            "sender": text.sender,
            "recipient": text.recipient,
            "sent_at": text.received_at,
            "media": [{"url": m.url, "content_type": m.content_type, "size": m.size} for m in text.media[:MOST_MEDIA]],
        }
