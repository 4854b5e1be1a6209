"""A text arrived: one commit without a read, then a task (PIPELINE §2, Receive).

The message's id derives from the provider's, so its creation is the de-duplication. Whatever this does not answer with
200, the provider delivers again. A text that says STOP, START or HELP asks nobody anything: code obeys and answers it
(`shared.conversations.consent`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from shared import log
from shared.assistant.language import decide
from shared.assistant.phrases import sentence
from shared.channels.types import InboundText
from shared.clock import Clock
from shared.conversations.consent import ANSWERS, Wish, enter, gate, wish_of
from shared.conversations.drafts import Draft, outbound, queue
from shared.conversations.keywords import Keyword
from shared.conversations.limits import hour_of, over
from shared.conversations.timers import ANSWER_GRACE, MOST_TRIES, PICTURE_GRACE, divided
from shared.conversations.work import ANSWER, Work
from shared.errors import Unavailable
from shared.ids import digest, message_id
from shared.store.changes import NOW, Changes, added, raised, removed
from shared.store.documents import Conversation
from shared.store.errors import Exists, Stale
from shared.store.reading import Reader, conversation, message
from shared.store.settings import DEFAULT_WINDOW_SECONDS
from shared.store.settings_cache import settings_of
from shared.tasks import TaskQueue
from shared.tenancy import Channel, Database
from shared.vault import AddressHashes

MOST_TEXT = 10_000  # characters; carriers carry 1,600
MOST_MEDIA = 20
_PREVIEW = 140
_WINDOW = divided(DEFAULT_WINDOW_SECONDS)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Our own message to a wish: its id, and what is written of it."""

    id: str
    fields: Mapping[str, object]


class Receiving:
    def __init__(self, db: Database, channel: Channel, queue: TaskQueue, hashes: AddressHashes, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._channel = channel
        self._work = Work(queue, channel.tenant_id)
        self._hashes = hashes
        self._clock = clock

    async def receive(self, text: InboundText, window: timedelta = _WINDOW) -> str:
        """Store the text and have it answered; answers the message's id.

        Raises Unavailable where it is not certain that the text is stored.
        """
        id = message_id(text.provider, "sms", text.provider_id)
        wish = wish_of(text)
        if wish is None:
            await self._ask(id, text, window)
        else:
            await self._honour(wish, id, text, window)
        if text.media:
            await self._work.fetch_media(id)
        return id

    # -- a question: somebody answers it

    async def _ask(self, id: str, text: InboundText, window: timedelta) -> None:
        conversation_id, now = self._conversation_id(text), self._clock.now()
        changes = Changes(self._db)
        changes.create_message(id, self._message(conversation_id, text))
        changes.merge_conversation(conversation_id, {**self._heard(text), **self._counted(), "open": added(id)})
        changes.put_pending(ANSWER, conversation_id, now + window + ANSWER_GRACE)
        await self._stored(changes, id, conversation_id)
        await self._work.answer(conversation_id, id, now + window + (PICTURE_GRACE if text.media else timedelta()))

    # -- a wish: code obeys it

    async def _honour(self, wish: Wish, id: str, text: InboundText, window: timedelta) -> None:
        of = self._as_heard(text)
        reply = await self._reply_to(wish, id, text)
        if wish.certain:
            changes = self._obeyed(wish, id, text, reply)
            changes.merge_conversation(of.id, {**self._as_wished(wish, id, text, reply), **self._counted()})
            await self._stored(changes, id, of.id)
        elif not await self._obey_as_read(wish, id, text, reply):
            await self._ask(id, text, window)
            return
        log.info("wish obeyed", count="wish", wish=wish.word.value, source=wish.source, message_id=id)
        if reply is not None:
            await self._work.send(of.id, reply.id)

    def _obeyed(self, wish: Wish, id: str, text: InboundText, reply: _Answer | None) -> Changes:
        """The text, the ledger's entry, and our one answer to it."""
        of = self._as_heard(text)
        changes = Changes(self._db)
        changes.create_message(id, self._message(of.id, text))
        address_id = self._hashes.address(self._channel.tenant_id, text.sender)
        enter(changes, wish, of, address_id, id, text.text[:MOST_TEXT])
        if reply is not None:
            queue(changes, reply.id, reply.fields, self._clock.now())
        return changes

    def _as_wished(self, wish: Wish, id: str, text: InboundText, reply: _Answer | None) -> dict[str, object]:
        """What it changes in the conversation: whatever is written after our answer is sent after it."""
        written = {"last_out": reply.id} if reply is not None else {}
        return {**self._heard(text), **gate(wish, id), **written, "open": removed(id)}

    async def _obey_as_read(self, wish: Wish, id: str, text: InboundText, reply: _Answer | None) -> bool:
        """On the version that was read: what only means STOP was judged beside it. Raises Unavailable.

        False from a phone of the staff, who tell a customer what they will stop: only a keyword is their own wish.
        """
        for _ in range(MOST_TRIES):
            key = self._conversation_id(text)
            found = (await self._reader.read([conversation(key)])).conversation(key)
            if found is not None and found.about:
                return False
            changes = self._obeyed(wish, id, text, reply)
            fields = self._as_wished(wish, id, text, reply)
            if found is None:
                changes.create_conversation(key, {**fields, "epoch": 1})
            else:
                changes.update_conversation(found, fields)
            try:
                await self._stored(changes, id, key)
            except Stale:
                continue
            return True
        raise Unavailable("this conversation is too busy; deliver the text again")

    async def _reply_to(self, wish: Wish, id: str, text: InboundText) -> _Answer | None:
        """None where the provider has answered, or where too much was asked in this hour.

        A STOP is always confirmed, and its confirmation waits for nothing that was written before.
        """
        if wish.answered:
            return None
        of = self._as_heard(text)
        settings, read = await settings_of(self._channel.tenant_id, self._reader, conversation(of.id))
        found = read.conversation(of.id)
        if wish.word is not Keyword.STOP and found is not None:
            if over(found, settings, self._clock.now()):
                return None
            of = replace(of, last_out=found.last_out)
        phrase, kind = ANSWERS[wish.word]
        language = decide(settings.service.language, (text.text,))
        name = settings.profile.name or settings.tenant.name
        said = sentence(phrase, language, name, settings.profile.contact)
        draft = Draft(digest(kind, id), said, (), 0, kind=kind, author="system", language=language)
        return _Answer(draft.id, outbound(draft, of, settings.sms))

    # -- what is written

    async def _stored(self, changes: Changes, id: str, conversation_id: str) -> None:
        """Raises Stale where a version has passed, Unavailable where it is not stored."""
        try:
            await changes.commit()
            log.info("text stored", count="text_received", message_id=id, conversation=conversation_id)
        except Exists as refused:
            await self._expect_duplicate(id, refused)

    async def _expect_duplicate(self, id: str, refused: Exception) -> None:
        """A second delivery finds its message there. Anything else that was refused is not stored."""
        found = await self._reader.read([message(id)])
        if found.message(id) is None:
            raise Unavailable("the text could not be stored; deliver it again") from refused
        log.info("text delivered again", count="duplicate_delivery", message_id=id)

    def _conversation_id(self, text: InboundText) -> str:
        return self._hashes.conversation(self._channel.tenant_id, text.sender)

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

    def _heard(self, text: InboundText) -> Mapping[str, object]:
        """What every text writes to its conversation."""
        return {
            "channel": "sms",
            "channel_id": self._channel.id,
            "address": text.sender,
            "our_address": text.recipient,
            "last_inbound_at": NOW,
            "preview": text.text[:_PREVIEW],
        }

    def _counted(self) -> Mapping[str, object]:
        """One text more in this hour, for a merge."""
        return {"heard": {hour_of(self._clock.now()): raised()}}

    def _as_heard(self, text: InboundText) -> Conversation:
        """The conversation as far as the text alone tells it: enough to answer a keyword, which waits for no read."""
        unread = Conversation(self._conversation_id(text), None, channel_id=self._channel.id)
        return replace(unread, address=text.sender, our_address=text.recipient)
