"""What a voice assistant asks for in the name of the customer at the other end of a call: a person, or a call back.

The number is the one that the provider has verified. A customer who was never heard of gets a conversation, so that
there is something to hand over.
"""

from __future__ import annotations

from shared import log
from shared.assistant.answer import KeepLead
from shared.clock import Clock
from shared.conversations.drafts import keep_lead
from shared.conversations.handoff import CUSTOMER_ASKED, Notices
from shared.conversations.timers import MOST_TRIES
from shared.conversations.work import Work
from shared.errors import Unavailable
from shared.store.changes import Changes, removed
from shared.store.documents import Conversation, Owner
from shared.store.reading import Reader, Settings, conversation
from shared.tasks import TaskQueue
from shared.tenancy import Channel, Database
from shared.vault import AddressHashes


class Callers:
    def __init__(self, db: Database, channel: Channel, queue: TaskQueue, hashes: AddressHashes, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._channel = channel
        self._notices = Notices(self._reader, channel.tenant_id, hashes)
        self._work = Work(queue, channel.tenant_id)
        self._hashes = hashes
        self._clock = clock

    async def ask_person(self, customer: str, settings: Settings) -> bool:
        """Hand the conversation with `customer` (E.164) over. Raises Unavailable.

        False where a person has it already, or has blocked the contact.

        Asked twice is asked once: what waits for a person, or is a person's, stays as it is.
        """
        for _ in range(MOST_TRIES):
            found = await self._conversation(customer)
            if found.blocked or found.owner in (Owner.WAITING, Owner.HUMAN):
                return False
            request = await self._notices.request(found, CUSTOMER_ASKED, settings, self._clock.now())
            changes = Changes(self._db)
            request.write(changes)
            changes.update_conversation(found, request.fields)
            if await changes.try_commit() is not None:
                log.info("a person is asked for", count="handoff_requested", conversation=found.id)
                await request.enqueue_or_leave(self._work)
                return True
        raise Unavailable("this conversation is too busy; try again")

    async def keep_lead(self, lead: KeepLead, customer: str) -> None:
        """Raises Unavailable where it is not certain that it is stored."""
        found = await self._conversation(customer)
        changes = Changes(self._db)
        keep_lead(changes, lead, found)
        await changes.commit()
        log.info("lead kept", count="lead_kept", conversation=found.id)

    async def _conversation(self, customer: str) -> Conversation:
        id = self._hashes.conversation(self._channel.tenant_id, customer)
        for _ in range(MOST_TRIES):
            found = (await self._reader.read([conversation(id)])).conversation(id)
            if found is not None:
                return found
            changes = Changes(self._db)
            ours = {"channel": "sms", "channel_id": self._channel.id, "our_address": self._channel.address}
            changes.merge_conversation(id, {**ours, "address": customer, "open": removed(id)})
            await changes.commit()
        raise Unavailable("this conversation is too busy; try again")
