"""A visitor asks for a person by a button: once, and told by code in the commit that asks (the table: `handoff`).

What they have written and nobody has answered stays open, for the person to answer.
"""

from __future__ import annotations

from dataclasses import replace

from shared import log
from shared.clock import Clock
from shared.conversations.drafts import Draft, propose
from shared.conversations.guests import BUSY, begun
from shared.conversations.handoff import CUSTOMER_ASKED, Notices
from shared.conversations.honest import brief_of, by_code, or_parked
from shared.conversations.timers import HISTORY, MOST_TRIES
from shared.conversations.work import Work
from shared.errors import BadRequest, Unavailable
from shared.store.changes import Changes
from shared.store.documents import Conversation, Owner
from shared.store.reading import Reader, Settings, conversation
from shared.store.settings_cache import settings_of
from shared.tasks import TaskQueue
from shared.tenancy import Database
from shared.vault import AddressHashes
from shared.vault.visits import Visit

SILENT = "This chat is silent because you wrote STOP. Write START to go on."


class Asking:
    def __init__(self, db: Database, visit: Visit, queue: TaskQueue, hashes: AddressHashes, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._visit = visit
        self._notices = Notices(self._reader, visit.tenant, hashes)
        self._work = Work(queue, visit.tenant)
        self._clock = clock

    async def person(self) -> Conversation:
        """The conversation, once a person is asked for, or has it, or has blocked it. Raises BadRequest, Unavailable.

        A visitor who has not written yet gets a conversation, so that there is something to hand over.
        """
        id = self._visit.conversation
        for _ in range(MOST_TRIES):
            settings, read = await settings_of(self._visit.tenant, self._reader, conversation(id))
            found = read.conversation(id)
            if found is None:
                await self._begin()
            elif found.blocked or found.owner in (Owner.WAITING, Owner.HUMAN):
                return found
            elif found.opted_out:
                raise BadRequest(SILENT)
            else:
                await self._ask(found, settings)
        raise Unavailable(BUSY)

    async def _begin(self) -> None:
        changes = Changes(self._db)
        changes.merge_conversation(self._visit.conversation, begun(self._visit))
        await changes.commit()

    async def _ask(self, found: Conversation, settings: Settings) -> None:
        """What is stored then is read again, and decides: nobody can tell otherwise whether it was written."""
        draft, changes, now = await self._told(found, settings), Changes(self._db), self._clock.now()
        request = await self._notices.request(found, CUSTOMER_ASKED, settings, now)
        propose(changes, draft, found, now, settings.sms, None, request)
        if await changes.try_commit() is not None:
            log.info("a person is asked for", count="handoff_requested", conversation=found.id)
            await request.enqueue_or_leave(self._work)

    async def _told(self, found: Conversation, settings: Settings) -> Draft:
        """In the language of their last words, which are what a lead keeps."""
        history = await self._reader.history(found.id, HISTORY)
        texts = tuple(said.text for said in history if said.direction == "in" and said.text.strip())[-1:]
        brief = brief_of(self._visit.tenant, found, settings, self._clock.now(), (), texts)
        draft = replace(by_code(found, brief, brief.handed_off), covers=(), asks=CUSTOMER_ASKED)
        return or_parked(draft, found, settings, brief)
