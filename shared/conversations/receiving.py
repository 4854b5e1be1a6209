"""A text arrived: one commit without a read, then a task (PIPELINE §2, Receive).

The message's id derives from the provider's, so its creation is the de-duplication. Whatever this does not answer with
200, the provider delivers again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared import log
from shared.channels.types import InboundText
from shared.clock import Clock
from shared.conversations.timers import ANSWER_GRACE, divided
from shared.conversations.work import ANSWER, Work
from shared.errors import Unavailable
from shared.ids import message_id
from shared.store.changes import NOW, Changes, added, raised
from shared.store.errors import Exists, Refused
from shared.store.reading import Reader, message
from shared.store.settings import DEFAULT_WINDOW_SECONDS
from shared.tasks import TaskQueue
from shared.tenancy import Channel, Database
from shared.vault import AddressHashes

MOST_TEXT = 10_000  # characters; carriers carry 1,600
MOST_MEDIA = 20
_PREVIEW = 140
_WINDOW = divided(DEFAULT_WINDOW_SECONDS)


def _consent(word: str) -> dict[str, object]:
    """What a STOP or START means that the provider has acted on, and answered, itself: nobody answers it again."""
    if word == "HELP":
        return {}
    return {"opted_out": word == "STOP", "epoch": raised()}


class Receiving:
    def __init__(self, db: Database, channel: Channel, queue: TaskQueue, hashes: AddressHashes, clock: Clock) -> None:
        self._db = db
        self._channel = channel
        self._work = Work(queue, channel.tenant_id)
        self._hashes = hashes
        self._clock = clock

    async def receive(self, text: InboundText, window: timedelta = _WINDOW) -> str:
        """Store the text and have it answered; answers the message's id.

        Raises Unavailable where it is not certain that the text is stored.
        """
        id = message_id(text.provider, "sms", text.provider_id)
        conversation_id = self._hashes.conversation(self._channel.tenant_id, text.sender)
        now = self._clock.now()
        try:
            await self._commit(id, conversation_id, text, now + window + ANSWER_GRACE)
            log.info("text stored", count="text_received", message_id=id, conversation=conversation_id)
        except (Exists, Refused) as refused:
            await self._expect_duplicate(id, refused)
        if text.opt_out is None:
            await self._work.answer(conversation_id, id, now + window)
        return id

    async def _commit(self, id: str, conversation_id: str, text: InboundText, due_at: datetime) -> None:
        changes = Changes(self._db)
        changes.create_message(id, self._message(conversation_id, text))
        if text.opt_out is None:
            changes.merge_conversation(conversation_id, {**self._conversation(text), "open": added(id)})
            changes.put_pending(ANSWER, conversation_id, due_at)
        else:
            changes.merge_conversation(conversation_id, {**self._conversation(text), **_consent(text.opt_out)})
        await changes.commit()

    async def _expect_duplicate(self, id: str, refused: Exception) -> None:
        """A second delivery finds its message there. Anything else that was refused is not stored."""
        found = await Reader(self._db).read([message(id)])
        if found.message(id) is None:
            raise Unavailable("the text could not be stored; deliver it again") from refused
        log.info("text delivered again", count="duplicate_delivery", message_id=id)

    def _message(self, conversation_id: str, text: InboundText) -> dict[str, object]:
        return {
            "conversation_id": conversation_id,
            "direction": "in",
            "channel": "sms",
            "channel_id": self._channel.id,
            "provider": text.provider,
            "provider_id": text.provider_id,
            "author": "customer",
            "text": text.text[:MOST_TEXT],
            "sender": text.sender,
            "recipient": text.recipient,
            "sent_at": text.received_at,
            "media": [{"url": m.url, "content_type": m.content_type, "size": m.size} for m in text.media[:MOST_MEDIA]],
        }

    def _conversation(self, text: InboundText) -> dict[str, object]:
        return {
            "channel": "sms",
            "channel_id": self._channel.id,
            "address": text.sender,
            "our_address": text.recipient,
            "last_inbound_at": NOW,
            "preview": text.text[:_PREVIEW],
        }
