"""One answer to everything that a customer has written since the last one (PIPELINE §2, Answer).

    read (A1) → nothing to do (A6) | lease (A2) → history (A3) → model (A4) → commit on the version (A5)

The commit is conditional on the conversation as it was read, so a text, an opt-out or a person that came meanwhile
refuses it; what was refused is decided by reading once more. The lease saves model calls and excludes nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared import log
from shared.assistant import Assistant
from shared.clock import Clock
from shared.conversations.audience import Audience, Nobody
from shared.conversations.drafts import ContactOf, Draft, contact_for, is_ours, new_id, propose
from shared.conversations.gallery import Gallery
from shared.conversations.handoff import Notices, Request
from shared.conversations.histories import UNSENT, arrival, as_it_happened
from shared.conversations.limits import MACHINE, TOO_MANY, Budget, hour_of, keep_spent, over, recent, talks_to_a_machine
from shared.conversations.owners import given_to, hands_of
from shared.conversations.speaking import Speaker
from shared.conversations.staff_phone import StaffPhone
from shared.conversations.timers import (
    HISTORY,
    LEASE,
    MOST_ATTEMPTS,
    MOST_OPEN,
    MOST_ROUNDS,
    MOST_TRIES,
    PARK_AFTER,
    WINDOW_MOST,
    divided,
)
from shared.conversations.work import ANSWER, Work
from shared.errors import Problem, Unavailable
from shared.store.changes import Changes
from shared.store.documents import Conversation, Owner
from shared.store.reading import Reader, Settings, address, conversation, message, pending
from shared.store.settings_cache import settings_of
from shared.tasks import TaskQueue
from shared.tenancy import Database
from shared.vault import AddressHashes


class Answering:
    """Answers conversations of one tenant."""

    def __init__(
        self,
        db: Database,
        tenant_id: str,
        assistant: Assistant,
        queue: TaskQueue,
        hashes: AddressHashes,
        clock: Clock,
        gallery: Gallery | None = None,
        audience: Audience | None = None,
    ) -> None:
        self._audience: Audience = audience or Nobody()
        self._db = db
        self._reader = Reader(db)
        self._tenant_id = tenant_id
        self._speaker = Speaker(assistant, tenant_id, Budget(self._reader, tenant_id, clock), clock, gallery)
        self._work = Work(queue, tenant_id)
        self._notices = Notices(self._reader, tenant_id, hashes)
        self._staff = StaffPhone(db, self._work, clock)
        self._me = new_id()  # who holds the lease
        self._hashes = hashes
        self._clock = clock

    async def answer(self, conversation_id: str, cause: str | None = None) -> None:
        """Answer what is open. `cause`: the text whose task this is, None for the sweeper's and a cancel's.

        Raises Unavailable where the same task must come again.
        """
        settings, current = await settings_of(self._tenant_id, self._reader, conversation(conversation_id))
        found = current.conversation(conversation_id)
        for _ in range(MOST_TRIES):
            if found is None:
                await self._drop_pending(conversation_id)
                return
            if self._staff.writes(found, settings):
                if await self._too_early(found, cause, settings) or await self._relay(found, settings):
                    return
            elif found.owner == Owner.RESOLVED and found.open and not found.opted_out and not found.blocked:
                await self._reopen(found)
            elif not is_ours(found) or not found.open:
                if await self._nothing_to_do(found, cause, settings):
                    return
            elif await self._too_early(found, cause, settings) or await self._attempt(found, settings):
                return
            found = await self._read(conversation_id)
        raise Unavailable("this conversation is too busy to be answered now")

    async def park(self, conversation_id: str, why: str) -> None:
        """Give what is long overdue to a person, visibly; what nobody has tried yet is answered first.

        Raises Stale where the conversation changed meanwhile.
        """
        both = await self._reader.read([conversation(conversation_id), pending(ANSWER, conversation_id)])
        found, due = both.conversation(conversation_id), both.due_at(ANSWER, conversation_id)
        if due is None or self._clock.now() - due <= PARK_AFTER:
            return
        if found is None or found.attempts == 0 or not is_ours(found) or not found.open:
            await self.answer(conversation_id)
        elif not self._leased_by_another(found):
            await self._park(found, why)

    async def _park(self, found: Conversation, why: str) -> None:
        changes = Changes(self._db)
        changes.update_conversation(found, {"open": [], "lease": None, "attempts": 0, "parked": why})
        changes.drop_pending(ANSWER, found.id)
        await changes.commit()
        log.error("conversation parked", count="parked", conversation=found.id, why=why)
        self._audience.silent(found)

    async def _drop_pending(self, conversation_id: str) -> None:
        """There is no such conversation: work for it would come back for ever."""
        changes = Changes(self._db)
        changes.drop_pending(ANSWER, conversation_id)
        await changes.commit()
        self._audience.silent(Conversation(conversation_id, None))

    # -- A1

    async def _read(self, conversation_id: str) -> Conversation | None:
        return (await self._reader.read([conversation(conversation_id)])).conversation(conversation_id)

    async def _too_early(self, found: Conversation, cause: str | None, settings: Settings) -> bool:
        """Whether this task may leave the work to a later text's. Raises Unavailable while somebody has the lease.

        The newest text's own task never leaves it, nor does one that belongs to no text (the sweeper's: the text's own
        may be lost): it comes again until the customer has been quiet long enough.
        """
        now = self._clock.now()
        if self._leased_by_another(found):
            raise Unavailable("somebody is answering this conversation")
        if found.on_site:  # who waits before a screen is answered at once
            return False
        window = divided(settings.service.window_seconds)
        if found.last_inbound_at is None or now - found.last_inbound_at >= window:
            return False
        if await self._waited_most(found, now):
            return False
        if cause is None or cause == found.open[-1]:
            raise Unavailable("the customer may still be typing")
        return True

    async def _waited_most(self, found: Conversation, now: datetime) -> bool:
        """Whether the first open text is so old that its customer has waited long enough."""
        texts = await self._reader.read(message(id) for id in found.open[:HISTORY])
        arrived = [text.received_at for text in map(texts.message, found.open[:HISTORY]) if text and text.received_at]
        return bool(arrived) and now - min(arrived) >= WINDOW_MOST

    def _leased_by_another(self, found: Conversation) -> bool:
        alive = found.lease_until is not None and found.lease_until > self._clock.now()
        return alive and found.lease_by != self._me

    async def _reopen(self, found: Conversation) -> None:
        """A text after the end is an episode of its own: what was asked for in the last one is over with it."""
        again = given_to(found, Owner.AI, self._clock.now())
        await self._try(found, {**hands_of(again), "episode": found.episode + 1})

    async def _nothing_to_do(self, found: Conversation, cause: str | None, settings: Settings) -> bool:
        """A6. False where the conversation changed meanwhile: a text may just have arrived."""
        notice = await self._staff.told(found, cause, settings)
        fields: dict[str, object] = {"lease": None, "attempts": 0, "heard": recent(found, self._clock.now())}
        if found.opted_out or found.blocked:
            fields["open"] = []
        changes = Changes(self._db)
        changes.drop_pending(ANSWER, found.id)
        changes.update_conversation(found, fields)
        if notice is not None:
            notice.write(changes, settings, self._clock.now())
        if await changes.try_commit() is None:
            return False
        self._audience.silent(found)
        if notice is not None:
            await self._work.send(notice.conversation.id, notice.draft.id)
        return True

    async def _try(self, found: Conversation, fields: Mapping[str, object]) -> Conversation | None:
        """The conversation with `fields` written, or None where it changed meanwhile."""
        changes = Changes(self._db)
        changes.update_conversation(found, fields)
        versions = await changes.try_commit()
        return None if versions is None else replace(found, version=versions[found.id])

    # -- a member of the staff, from their own phone

    async def _relay(self, found: Conversation, settings: Settings) -> bool:
        """Their words to the customer whom they mean; a phone that answers by itself is no member of the staff."""
        if not talks_to_a_machine(await self._reader.history(found.id, HISTORY)):
            return await self._staff.relay(found, settings)
        await self._park(found, MACHINE)
        return True

    # -- A2 to A5

    async def _attempt(self, found: Conversation, settings: Settings) -> bool:
        """Lease, draft, commit. False where it has to be read again from the start."""
        if found.attempts >= MOST_ATTEMPTS:
            await self._park(found, "the assistant failed on this conversation several times")
            return True
        now = self._clock.now()
        if over(found, settings, now) and found.limited == hour_of(now):
            await self._park(found, TOO_MANY)
            return True
        until = now + LEASE
        leased = await self._try(found, {"lease": {"by": self._me, "until": until}, "attempts": found.attempts + 1})
        if leased is None:
            return False
        self._audience.began()
        try:
            return await self._rounds(leased, settings)
        except Problem:
            # Given up for now: the next one need not wait for the lease to end.
            await self._try(leased, {"lease": None})
            raise

    async def _rounds(self, leased: Conversation, settings: Settings) -> bool:
        for last in (False,) * (MOST_ROUNDS - 1) + (True,):
            draft = await self._draft(leased, settings)
            if draft is None:
                await self._park(leased, MACHINE)
                return True
            # What a visitor has read already answers what they wrote before; what came since is answered next.
            newer: Conversation | bool = False
            try:
                newer = await self._settle(draft, leased, settings, last_round=last or self._audience.has_heard)
            finally:
                if newer is not True:
                    await self._audience.took_back()
                    await keep_spent(self._db, draft.id, draft.spent, self._clock.now())
            if not isinstance(newer, Conversation):
                return newer
            leased = newer
        return False

    async def _draft(self, found: Conversation, settings: Settings) -> Draft | None:
        """What to say; None to a machine."""
        known = {item.id: item for item in await self._reader.history(found.id, HISTORY)}
        shown = found.open[-MOST_OPEN:]
        older = await self._reader.read([message(id) for id in shown if id not in known])
        texts = (known.get(id) or older.message(id) for id in shown)
        open_texts = sorted((text for text in texts if text is not None), key=arrival)
        if talks_to_a_machine([item for item in known.values() if item.state not in UNSENT]):
            return None
        history = (item for item in known.values() if item.id not in found.open)
        before = as_it_happened(history, open_texts)
        return await self._speaker.draft(found, settings, before, tuple(open_texts), self._audience)

    async def _settle(
        self, draft: Draft, found: Conversation, settings: Settings, *, last_round: bool
    ) -> Conversation | bool:
        """Commit the draft. True: done; False: drop it and read from the start; a conversation: one more round."""
        contact = await self._contact(found)
        for _ in range(MOST_TRIES):
            changes, now = Changes(self._db), self._clock.now()
            request = await self._notices.request(found, draft.asks, settings, now) if draft.asks else None
            propose(changes, draft, found, now, settings.sms, contact, request)
            if await changes.try_commit() is not None:
                return await self._done(draft, found, request)
            newer = await self._read(found.id)
            if newer is None or not draft.fits(newer):
                if newer is not None and newer.last_out == draft.id:
                    return await self._done(draft, newer, request)
                return False
            if newer.last_out == draft.id:
                return await self._done(draft, newer, request)
            if not set(draft.covers) <= set(newer.open):
                return False
            if set(newer.open) != set(draft.covers) and not last_round:
                return newer
            found, contact = newer, await self._contact(newer)
        raise Unavailable("this conversation is too busy to be answered now")

    async def _contact(self, found: Conversation) -> ContactOf | None:
        address_id = self._hashes.address(self._tenant_id, found.address)
        wanted = contact_for(found, address_id)
        if wanted is None:
            return None
        known = (await self._reader.read([address(address_id)])).contact_of(address_id)
        return replace(wanted, id=known, new=False) if known else wanted

    async def _done(self, draft: Draft, found: Conversation, request: Request | None) -> bool:
        log.info(
            "answer written", count="answered", message_id=draft.id, conversation=found.id, covers=len(draft.covers)
        )
        self._audience.wrote(draft, found)
        await self._work.deliver(found, draft.id)
        if request is not None:
            await request.enqueue(self._work)
        return True
