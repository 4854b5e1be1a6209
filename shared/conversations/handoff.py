"""A person is asked for: `ai → waiting`, told and watched by code and not by the model.

    owner      event                                   becomes    in the same commit
    ai         a tool or a failure asks for a person   waiting    the customer is told, staff are notified, watch begins
    waiting    nobody has acknowledged in time         waiting    the next in line are notified, once
    waiting    nobody came until the return timer      ai         what is open is answered by the assistant
    ai|waiting a person writes or takes over           human      `hands`, `staff_phone`
    human      quiet for the tenant's return timer     ai         what is open is answered by the assistant
    any        a person resolves it                    resolved   `hands`
    resolved   a text arrives                          ai         a new episode: nothing of the old request is left

Every step is on the version that was read and raises the epoch. `pending/e-{conversation}` is the watch: it says when
to look again, and the sweeper finds it when its task was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared import log
from shared.clock import Clock
from shared.config import config
from shared.conversations.drafts import Draft, outbound, queue
from shared.conversations.limits import hour_of
from shared.conversations.naming import called
from shared.conversations.owners import given_to, hands_of
from shared.conversations.timers import ANSWER_GRACE, divided
from shared.conversations.work import ANSWER, ESCALATE, Work
from shared.errors import Unavailable
from shared.held import Held
from shared.ids import digest
from shared.store.changes import GONE, Changes, removed
from shared.store.documents import Conversation, Owner
from shared.store.reading import Reader, Settings, conversation, pending
from shared.store.settings import HandOff, SmsSettings
from shared.store.settings_cache import settings_of
from shared.tasks import TaskQueue
from shared.tenancy import Database
from shared.vault import AddressHashes

MOST_NOTIFIED = 5  # phones for one request
MOST_TOLD = 20  # customers of whom one phone is told within an hour: of more visitors, who pay nothing, the inbox tells
MOST_ABOUT = 50  # customers of whom one phone is reminded; the rules leave room for requests of the same instant
NOBODY_CAME = "nobody has acknowledged the request for a person"
CUSTOMER_ASKED = "customer_asked"
REASONS: Mapping[str, str] = {
    CUSTOMER_ASKED: "asks for a person",
    "assistant_failed": "could not be answered by the assistant",
    "budget_spent": "wrote after today's budget for the assistant was spent",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A text to one phone of the staff, in that phone's own conversation, which remembers whom it is `about`."""

    conversation: Conversation
    draft: Draft
    about: str

    def write(self, changes: Changes, settings: Settings, now: datetime) -> None:
        to = _from_our_line(self.conversation, settings.sms)
        fields = {"channel": "sms", "channel_id": to.channel_id, "address": to.address, "our_address": to.our_address}
        about = {**dict.fromkeys(self._over(), GONE), self.about: now}
        changes.merge_conversation(to.id, {**fields, "open": removed(self.draft.id), "about": about})
        queue(changes, self.draft.id, outbound(self.draft, to, settings.sms), now)

    def _over(self) -> list[str]:
        """Whom the phone was asked about so long ago that there is no room for them any more."""
        asked = self.conversation.about
        newest_first = sorted(asked.keys() - {self.about}, key=lambda id: asked[id], reverse=True)
        return newest_first[MOST_ABOUT - 1 :]


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a person that is to be written with a commit on `of`."""

    of: Conversation
    reason: str
    notices: tuple[Notice, ...]
    settings: Settings
    now: datetime

    @property
    def fields(self) -> dict[str, object]:
        asked = {"reason": self.reason, "at": self.now, "level": 0}
        return {"owner": Owner.WAITING.value, "epoch": self.of.epoch + 1, "handoff": asked}

    @property
    def due(self) -> datetime:
        return self.now + _minutes(self.settings.service.handoff.acknowledge_minutes)

    def write(self, changes: Changes) -> None:
        """Everything but `fields`, which belong into the commit's one update of the conversation."""
        for notice in self.notices:
            notice.write(changes, self.settings, self.now)
        changes.put_pending(ESCALATE, self.of.id, self.due)

    async def enqueue(self, work: Work) -> None:
        for notice in self.notices:
            await work.send(notice.conversation.id, notice.draft.id)
        await work.escalate(self.of.id, f"e{self.of.epoch + 1}", self.due)

    async def enqueue_or_leave(self, work: Work) -> None:
        """It is stored and watched: a task that cannot be had now is the sweeper's, and no failure for who asked."""
        try:
            await self.enqueue(work)
        except Unavailable:
            log.warning("could not enqueue", count="handoff_enqueue_failed", conversation=self.of.id)


_told_lately: Held[str, frozenset[str]] = Held(seconds=3600)  # of which visitors this instance told, by phone and hour


class Notices:
    """Makes notices of one tenant."""

    def __init__(self, reader: Reader, tenant_id: str, hashes: AddressHashes) -> None:
        self._reader = reader
        self._tenant_id = tenant_id
        self._hashes = hashes

    async def request(self, of: Conversation, reason: str, settings: Settings, now: datetime) -> Request:
        notices = await self.to(settings.service.handoff.notify, of, reason, settings, now, level=0)
        return Request(of, reason, notices, settings, now)

    async def to(
        self, phones: tuple[str, ...], of: Conversation, reason: str, settings: Settings, now: datetime, *, level: int
    ) -> tuple[Notice, ...]:
        told = list(dict.fromkeys(phone for phone in phones if phone != of.address))[:MOST_NOTIFIED]
        ids = {self._hashes.conversation(self._tenant_id, phone): phone for phone in told}
        known = await self._reader.read(map(conversation, ids))
        phones_asked = [known.conversation(id) or Conversation(id, None, address=phone) for id, phone in ids.items()]
        if of.on_site:
            phones_asked = [theirs for theirs in phones_asked if self._has_room(theirs, of, now)]
        words = _told(of, reason, level)
        return tuple(
            notice(theirs, of, digest("handoff", of.id, str(of.epoch), str(level), theirs.address), words, settings)
            for theirs in phones_asked
        )

    def _has_room(self, theirs: Conversation, of: Conversation, now: datetime) -> bool:
        """By what is stored, and by what this instance has told in this hour and may not have stored yet."""
        key = f"{theirs.id} {hour_of(now)}"
        told = _told_lately.get(key) or frozenset()
        lately = {id for id, asked in theirs.about.items() if asked > now - timedelta(hours=1)}
        if len((lately | told) - {of.id}) >= MOST_TOLD:
            log.warning("a phone is told of no more visitors", count="notices_limited", conversation=theirs.id)
            return False
        _told_lately.put(key, told | {of.id})
        return True


def notice(theirs: Conversation, of: Conversation, id: str, words: str, settings: Settings) -> Notice:
    """A text to a phone of the staff about `of`, from the number that the customer wrote to, or from the first one
    about a visitor, who wrote to none. It waits for no other: what their conversation says last is written without a
    condition."""
    line = settings.sms.primary
    channel, ours = (line.channel, line.number) if of.on_site else (of.channel_id, of.our_address)
    theirs = replace(theirs, channel_id=channel, our_address=ours, epoch=0, last_out=None)
    return Notice(theirs, Draft(id, words, (), 0, kind="notice", author="system"), of.id)


def _from_our_line(to: Conversation, sms: SmsSettings) -> Conversation:
    """A visitor of a site has written to no number of ours."""
    if to.our_address:
        return to
    return replace(to, channel_id=sms.primary.channel, our_address=sms.primary.number)


def _minutes(number: int) -> timedelta:
    return divided(60 * number)


def _told(of: Conversation, reason: str, level: int) -> str:
    """What a member of the staff reads; who answers it, answers the customer."""
    still = "Still waiting: " if level else ""
    link = f" {config().admin_origin}/inbox/{of.id}" if config().admin_origin else ""
    why = REASONS.get(reason, REASONS[CUSTOMER_ASKED])
    return f"{still}{called(of)} {why}. Reply to this text and they get your words.{link}"


def watch_person(changes: Changes, after: Conversation, settings: Settings, now: datetime) -> datetime | None:
    """A person has it from now on, or has just written: when to look whether they are still there, None for never."""
    minutes = settings.service.handoff.return_minutes
    if after.owner is not Owner.HUMAN or not minutes:
        return None
    due = now + _minutes(minutes)
    changes.put_pending(ESCALATE, after.id, due)
    return due


class Escalating:
    """Looks at a conversation whose watch is due."""

    def __init__(self, db: Database, tenant_id: str, queue: TaskQueue, hashes: AddressHashes, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._tenant_id = tenant_id
        self._notices = Notices(self._reader, tenant_id, hashes)
        self._work = Work(queue, tenant_id)
        self._clock = clock

    async def escalate(self, conversation_id: str) -> None:
        """Take the watch one step further. Raises Unavailable where the same task must come again."""
        keys = [conversation(conversation_id), pending(ESCALATE, conversation_id)]
        settings, read = await settings_of(self._tenant_id, self._reader, *keys)
        found, due = read.conversation(conversation_id), read.due_at(ESCALATE, conversation_id)
        if due is None:
            return
        if self._clock.now() < due:  # a person wrote meanwhile, and moved it
            await self._work.look_again(conversation_id, due)
        elif found is None or found.owner not in (Owner.WAITING, Owner.HUMAN):
            await self._end(conversation_id, found)
        elif found.owner is Owner.WAITING:
            await self._waiting(found, settings)
        else:
            await self._human(found, settings.service.handoff)

    async def _end(self, conversation_id: str, found: Conversation | None) -> None:
        changes = Changes(self._db)
        changes.drop_pending(ESCALATE, conversation_id)
        if found is not None:
            changes.update_conversation(found, {"handoff": None})
        await _commit(changes)

    async def _waiting(self, found: Conversation, settings: Settings) -> None:
        line = settings.service.handoff
        comes_back = _minutes(line.return_minutes)
        if found.handoff_level == 0 and line.escalate_to:
            await self._next_in_line(found, settings)
        elif not line.return_minutes:
            await self._give_up(found)
        elif found.handoff_at is None or self._clock.now() >= found.handoff_at + comes_back:
            await self._back(found)
        else:
            await self._later(found, found.handoff_at + comes_back)

    async def _next_in_line(self, found: Conversation, settings: Settings) -> None:
        now, line = self._clock.now(), settings.service.handoff
        notices = await self._notices.to(line.escalate_to, found, found.handoff_reason, settings, now, level=1)
        due = now + _minutes(line.acknowledge_minutes)
        changes = self._at_level(found, 1, due)
        for notice in notices:
            notice.write(changes, settings, now)
        await _commit(changes)
        log.warning("hand-off escalated", count="handoff_escalated", conversation=found.id, notified=len(notices))
        for notice in notices:
            await self._work.send(notice.conversation.id, notice.draft.id)
        await self._work.escalate(found.id, f"e{found.epoch}-1", due)

    async def _later(self, found: Conversation, at: datetime) -> None:
        await _commit(self._at_level(found, 2, at))
        await self._work.escalate(found.id, f"e{found.epoch}-2", at)

    def _at_level(self, found: Conversation, level: int, due: datetime) -> Changes:
        changes = Changes(self._db)
        asked = {"reason": found.handoff_reason, "at": found.handoff_at or self._clock.now(), "level": level}
        changes.update_conversation(found, {"handoff": asked})
        changes.put_pending(ESCALATE, found.id, due)
        return changes

    async def _give_up(self, found: Conversation) -> None:
        """The tenant wants nobody but a person to answer: it stays theirs, and says so where they look."""
        changes = Changes(self._db)
        changes.update_conversation(found, {"parked": NOBODY_CAME})
        changes.drop_pending(ESCALATE, found.id)
        await _commit(changes)
        log.error("nobody acknowledged a hand-off", count="handoff_unacknowledged", conversation=found.id)

    async def _human(self, found: Conversation, line: HandOff) -> None:
        if line.return_minutes:
            await self._back(found)
        else:
            await self._end(found.id, found)

    async def _back(self, found: Conversation) -> None:
        """The assistant's again, with everything that is open."""
        changes = Changes(self._db)
        changes.update_conversation(found, hands_of(given_to(found, Owner.AI, self._clock.now())))
        changes.drop_pending(ESCALATE, found.id)
        if found.open:
            changes.put_pending(ANSWER, found.id, self._clock.now() + ANSWER_GRACE)
        await _commit(changes)
        log.info("handed back by the timer", count="handed_back", conversation=found.id)
        if found.open:
            await self._work.answer_after_hand_back(found.id, found.epoch + 1)


async def _commit(changes: Changes) -> None:
    if await changes.try_commit() is None:
        raise Unavailable("the conversation changed; it is looked at again")
