"""A link to the customer at the other end of a call, as a text: once per call and link.

The text is next in the conversation's chain, so it waits for what was written before and is gated like everything else.
"""

from __future__ import annotations

from shared import log
from shared.clock import Clock
from shared.conversations.drafts import Draft, outbound, queue
from shared.conversations.timers import MOST_TRIES
from shared.conversations.work import Work
from shared.errors import Conflict, NotFound, Unavailable
from shared.ids import digest
from shared.store.changes import Changes
from shared.store.documents import Conversation
from shared.store.reading import Reader, Settings, conversation, message
from shared.store.settings import Link
from shared.store.settings_cache import settings_of
from shared.tasks import TaskQueue
from shared.tenancy import Channel, Database
from shared.vault import AddressHashes


class Linking:
    def __init__(self, db: Database, channel: Channel, queue: TaskQueue, hashes: AddressHashes, clock: Clock) -> None:
        self._db = db
        self._tenant_id = channel.tenant_id
        self._reader = Reader(db)
        self._work = Work(queue, channel.tenant_id)
        self._hashes = hashes
        self._clock = clock

    async def settings(self) -> Settings:
        return (await settings_of(self._tenant_id, self._reader))[0]

    async def send(self, link: Link, *, call_id: str, customer: str) -> None:
        """Text `link` to `customer` (E.164), who must have a conversation with this tenant.

        Raises NotFound for a number never heard of, Conflict for one that opted out or is blocked.
        """
        settings = await self.settings()
        conversation_id = self._hashes.conversation(self._tenant_id, customer)
        id = digest("send-link", call_id, link.id)
        for _ in range(MOST_TRIES):
            found = (await self._reader.read([conversation(conversation_id)])).conversation(conversation_id)
            if await self._written(id, link, found, settings):
                await self._work.send(conversation_id, id)
                return
        raise Unavailable("this conversation is too busy; try again")

    async def _written(self, id: str, link: Link, found: Conversation | None, settings: Settings) -> bool:
        """Whether the text is stored, now or before. False: the conversation changed, read it again."""
        if found is None:
            raise NotFound("there is no conversation with this number", code="unknown_conversation")
        if found.opted_out:
            raise Conflict("this customer does not want texts", code="opted_out")
        if found.blocked:
            raise Conflict("this contact is blocked", code="blocked")
        draft = Draft(
            id=id, text=_words(link, found, settings), covers=(), epoch=found.epoch, kind="link", author="system"
        )
        changes = Changes(self._db)
        queue(changes, id, outbound(draft, found, settings.sms), self._clock.now())
        changes.update_conversation(found, {"last_out": id})
        if await changes.try_commit() is None:
            return (await self._reader.read([message(id)])).message(id) is not None
        log.info("link sent", count="link_sent", message_id=id, conversation=found.id, link=link.id)
        return True


def _words(link: Link, found: Conversation, settings: Settings) -> str:
    """The first text of a thread names the business and the way out, as a caller's first link does."""
    words = f"{link.title}: {link.url}"
    if found.last_out is not None:
        return words
    from shared.assistant.form import introduced  # few links are a first text: no start pays for it
    from shared.assistant.phrases import introduction

    name = settings.profile.name or settings.tenant.name
    return introduced(words, introduction(name, settings.service.language))
