"""Something came from a customer: one commit without a read, then a task (PIPELINE §2, Receive).

The message's id derives from its provider's, so its creation is the de-duplication. What says STOP, START or HELP asks
nobody anything: code obeys and answers it (`shared.conversations.consent`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared import log
from shared.clock import Clock
from shared.conversations.consent import ANSWERS, Wish, answer_to, enter, gate
from shared.conversations.drafts import Draft, outbound, queue
from shared.conversations.keywords import Keyword
from shared.conversations.limits import hour_of, over
from shared.conversations.timers import ANSWER_GRACE, MOST_TRIES
from shared.conversations.work import ANSWER, Work
from shared.errors import Unavailable
from shared.ids import digest
from shared.store.changes import NOW, Changes, added, raised, removed
from shared.store.documents import Conversation
from shared.store.errors import Exists, Stale
from shared.store.reading import Reader, conversation, message
from shared.store.settings_cache import settings_of
from shared.tenancy import Database

_PREVIEW = 140


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came, whatever the channel.

    `of`: the conversation as far as this alone tells it, enough to answer a keyword, which waits for no read.
    `fields`: of the message. `heard`: what it tells of the conversation beside `of`. `address_id`: under which the
    ledger keeps what its sender wants. `answer_at`: when its task runs.
    """

    id: str
    of: Conversation
    text: str
    fields: Mapping[str, object]
    address_id: str
    wish: Wish | None
    answer_at: datetime
    heard: Mapping[str, object]

    @property
    def last_said(self) -> dict[str, object]:
        """What every message writes to its conversation."""
        return {
            "channel": self.of.channel,
            "channel_id": self.of.channel_id,
            "address": self.of.address,
            "our_address": self.of.our_address,
            "last_inbound_at": NOW,
            "preview": self.text[:_PREVIEW],
            **self.heard,
        }


def answers_to_a_wish(message_id: str) -> set[str]:
    """The ids that code's answer to this message may have."""
    return {_answer_id(kind, message_id) for _, kind in ANSWERS.values()}


def _answer_id(kind: str, message_id: str) -> str:
    return digest(kind, message_id)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Our own message to a wish: its id, and what is written of it."""

    id: str
    fields: Mapping[str, object]


class Arriving:
    def __init__(self, db: Database, tenant_id: str, work: Work, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._tenant_id = tenant_id
        self._work = work
        self._clock = clock

    async def store(self, came: Arrived) -> bool:
        """Store it and have it answered; whether it is new. Raises Unavailable where it may not be stored."""
        if came.wish is None:
            return await self._ask(came)
        return await self._honour(came.wish, came)

    # -- a question: somebody answers it

    async def _ask(self, came: Arrived) -> bool:
        changes = Changes(self._db)
        changes.create_message(came.id, came.fields)
        changes.merge_conversation(came.of.id, {**came.last_said, **self._counted(), "open": added(came.id)})
        changes.put_pending(ANSWER, came.of.id, came.answer_at + ANSWER_GRACE)
        new = await self._stored(changes, came)
        await self._work.answer(came.of.id, came.id, came.answer_at)
        return new

    # -- a wish: code obeys it

    async def _honour(self, wish: Wish, came: Arrived) -> bool:
        reply, new = await self._reply_to(wish, came), True
        if wish.certain:
            changes = self._obeyed(wish, came, reply)
            changes.merge_conversation(came.of.id, {**self._as_wished(wish, came, reply), **self._counted()})
            new = await self._stored(changes, came)
        elif not await self._obey_as_read(wish, came, reply):
            return await self._ask(came)
        log.info("wish obeyed", count="wish", wish=wish.word.value, source=wish.source, message_id=came.id)
        if reply is not None:
            await self._work.deliver(came.of, reply.id)
        return new

    def _obeyed(self, wish: Wish, came: Arrived, reply: _Answer | None) -> Changes:
        """The text, the ledger's entry, and our one answer to it."""
        changes = Changes(self._db)
        changes.create_message(came.id, came.fields)
        enter(changes, wish, came.of, came.address_id, came.id, came.text)
        if reply is not None:
            queue(changes, reply.id, reply.fields, self._clock.now())
        return changes

    def _as_wished(self, wish: Wish, came: Arrived, reply: _Answer | None) -> dict[str, object]:
        """What it changes in the conversation: whatever is written after our answer is sent after it."""
        written = {"last_out": reply.id} if reply is not None else {}
        return {**came.last_said, **gate(wish, came.id), **written, "open": removed(came.id)}

    async def _obey_as_read(self, wish: Wish, came: Arrived, reply: _Answer | None) -> bool:
        """On the version that was read: what only means STOP was judged beside it. Raises Unavailable.

        False from a phone of the staff, who tell a customer what they will stop: only a keyword is their own wish.
        """
        for _ in range(MOST_TRIES):
            key = came.of.id
            found = (await self._reader.read([conversation(key)])).conversation(key)
            if found is not None and found.about:
                return False
            changes = self._obeyed(wish, came, reply)
            fields = self._as_wished(wish, came, reply)
            if found is None:
                changes.create_conversation(key, {**fields, "epoch": 1})
            else:
                changes.update_conversation(found, fields)
            try:
                await self._stored(changes, came)
            except Stale:
                continue
            return True
        raise Unavailable("this conversation is too busy; deliver the text again")

    async def _reply_to(self, wish: Wish, came: Arrived) -> _Answer | None:
        """None where the provider has answered, or where too much was asked in this hour.

        A STOP is always confirmed, and its confirmation waits for nothing that was written before.
        """
        if wish.answered:
            return None
        from shared.assistant.language import decide  # few texts are a wish: no start pays for seven languages
        from shared.assistant.phrases import sentence

        of = came.of
        settings, read = await settings_of(self._tenant_id, self._reader, conversation(of.id))
        found = read.conversation(of.id)
        if wish.word is not Keyword.STOP and found is not None:
            if over(found, settings, self._clock.now()):
                return None
            of = replace(of, last_out=found.last_out)
        phrase, kind = answer_to(wish.word, of.channel)
        language = decide(settings.service.language, (came.text,))
        name = settings.profile.name or settings.tenant.name
        said = sentence(phrase, language, name, settings.profile.contact)
        draft = Draft(_answer_id(kind, came.id), said, (), 0, kind=kind, author="system", language=language)
        return _Answer(draft.id, outbound(draft, of, settings.sms))

    # -- what is written

    async def _stored(self, changes: Changes, came: Arrived) -> bool:
        """Whether it is new. Raises Stale where a version has passed, Unavailable where it is not stored."""
        try:
            await changes.commit()
        except Exists as refused:
            await self._expect_duplicate(came.id, refused)
            return False
        log.info("text stored", count="text_received", message_id=came.id, conversation=came.of.id)
        return True

    async def _expect_duplicate(self, id: str, refused: Exception) -> None:
        """A second delivery finds its message there. Anything else that was refused is not stored."""
        found = await self._reader.read([message(id)])
        if found.message(id) is None:
            raise Unavailable("the text could not be stored; deliver it again") from refused
        log.info("text delivered again", count="duplicate_delivery", message_id=id)

    def _counted(self) -> Mapping[str, object]:
        """One text more in this hour, for a merge."""
        return {"heard": {hour_of(self._clock.now()): raised()}}
