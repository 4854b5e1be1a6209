"""A member of the staff answers a customer from their own phone: a person's reply, as if written in the inbox.

Their phone has a conversation of its own, which remembers about whom it was last asked (`about`). What they text goes
to that customer in one commit: on the version of both conversations, so it is relayed once or not at all.
"""

from __future__ import annotations

from dataclasses import replace

from shared import log
from shared.clock import Clock
from shared.conversations.drafts import Draft, outbound
from shared.conversations.handoff import watch_person
from shared.conversations.owners import given_to, hands_of
from shared.conversations.timers import HISTORY, SEND_GRACE
from shared.conversations.work import ANSWER, SEND, Work
from shared.ids import digest
from shared.store.changes import Changes, removed
from shared.store.documents import Conversation, Owner
from shared.store.reading import Reader, Settings, conversation, message
from shared.tenancy import Database

NOBODY = "Nobody is waiting for you here. Open the inbox to write to a customer."
OPTED_OUT = "This customer does not want texts any more. Your text was not sent; call them instead."


class StaffPhone:
    def __init__(self, db: Database, work: Work, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._work = work
        self._clock = clock

    def is_staff(self, theirs: Conversation, settings: Settings) -> bool:
        """Whether this is a phone that the tenant has named, and that was asked about somebody."""
        return theirs.about is not None and theirs.address in settings.service.handoff.phones

    async def relay(self, theirs: Conversation, settings: Settings) -> bool:
        """What they wrote, to the customer. False where a conversation changed meanwhile: read again."""
        texts = await self._reader.read([conversation(theirs.about or ""), *map(message, theirs.open[:HISTORY])])
        customer = texts.conversation(theirs.about or "")
        said = [text.text for text in map(texts.message, theirs.open[:HISTORY]) if text is not None]
        if customer is None or customer.owner not in (Owner.WAITING, Owner.HUMAN):
            return await self._tell(theirs, NOBODY, settings)
        if customer.opted_out:
            return await self._tell(theirs, OPTED_OUT, settings)
        return await self._reply(theirs, customer, "\n".join(said), settings)

    async def _reply(self, theirs: Conversation, customer: Conversation, said: str, settings: Settings) -> bool:
        now = self._clock.now()
        taken = customer if customer.owner is Owner.HUMAN else given_to(customer, Owner.HUMAN, now, theirs.id)
        draft = Draft(digest("staff-reply", *theirs.open), said, customer.open, taken.epoch, author="person")
        changes = self._heard(theirs)
        fields = outbound(draft, replace(customer, epoch=taken.epoch), settings.sms)
        changes.create_message(draft.id, {**fields, "by": theirs.id})
        changes.put_pending(SEND, draft.id, now + SEND_GRACE)
        changes.update_conversation(customer, hands_of(replace(taken, open=(), last_out=draft.id)))
        due = watch_person(changes, taken, settings, now)
        if await changes.try_commit() is None:
            return False
        if due is not None:
            await self._work.look_again(customer.id, due)
        log.info("a person replied by phone", count="staff_reply", message_id=draft.id, conversation=customer.id)
        await self._work.send(customer.id, draft.id)
        return True

    async def _tell(self, theirs: Conversation, sentence: str, settings: Settings) -> bool:
        draft = Draft(digest("staff-note", *theirs.open), sentence, theirs.open, 0, kind="notice", author="system")
        changes = self._heard(theirs)
        changes.create_message(draft.id, outbound(draft, theirs, settings.sms))
        changes.put_pending(SEND, draft.id, self._clock.now() + SEND_GRACE)
        if await changes.try_commit() is None:
            return False
        await self._work.send(theirs.id, draft.id)
        return True

    def _heard(self, theirs: Conversation) -> Changes:
        """Their own conversation has nothing open any more."""
        changes = Changes(self._db)
        changes.drop_pending(ANSWER, theirs.id)
        changes.update_conversation(theirs, {"open": removed(*theirs.open), "lease": None, "attempts": 0})
        return changes
