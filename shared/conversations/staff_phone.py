"""A member of the staff answers a customer from their own phone: a person's reply, as if written in the inbox.

Their phone has a conversation of its own, which remembers about whom it was asked, and when (`about`). What they text
goes to that customer in one commit: on the version of both conversations, so it is relayed once or not at all. Whose
that conversation is does not matter: a colleague may have taken it over, and it relays all the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from shared import log
from shared.clock import Clock
from shared.conversations.drafts import Draft, outbound, queue
from shared.conversations.handoff import Notice, notice, watch_person
from shared.conversations.limits import over, recent
from shared.conversations.naming import called, digits_of
from shared.conversations.owners import given_to, hands_of
from shared.conversations.timers import HISTORY
from shared.conversations.work import ANSWER, Work
from shared.ids import digest
from shared.segments import MOST_CARRIED
from shared.store.changes import Changes, removed
from shared.store.documents import Conversation, Message, Owner
from shared.store.reading import Found, Reader, Settings, conversation, message
from shared.tenancy import Database

NOBODY = "Nobody is waiting for you here. Open the inbox to write to a customer."
OPTED_OUT = "This customer does not want texts any more. Your text was not sent; call them instead."
BLOCKED = "This contact is blocked, so your text was not sent. Open the inbox to unblock them."
NO_PICTURES = "Pictures cannot be passed on from here. Nothing was sent: send your words alone, or use the inbox."
TOO_LONG = "This is too long for one text to a customer. Nothing was sent: send it in parts of 1,600 characters."

MOST_NAMED = 10
LATELY = timedelta(days=1)  # after they were asked about somebody, words may still be meant for them
_NAMED = re.compile(r"\s*\+?(\d{4,15})\b[\s:,.-]*(?=\S)")  # more digits where four are not enough


@dataclass(frozen=True, slots=True)
class _Said:
    """What is read at once of a phone's conversation (`theirs`). `read`: the texts' ids. `pictures`: it has some."""

    theirs: Conversation
    read: tuple[str, ...]
    words: str
    pictures: bool


class StaffPhone:
    def __init__(self, db: Database, work: Work, clock: Clock) -> None:
        self._db = db
        self._reader = Reader(db)
        self._work = work
        self._clock = clock

    def writes(self, theirs: Conversation, settings: Settings) -> bool:
        """Whether something waits that came from a phone which the tenant has named, and which was asked about
        somebody."""
        if not theirs.open or theirs.opted_out or theirs.blocked:
            return False
        return bool(theirs.about) and theirs.address in settings.service.handoff.phones

    async def relay(self, theirs: Conversation, settings: Settings) -> bool:
        """What they wrote first, to the customer whom they mean.

        False where a conversation changed meanwhile, or where more is open, for somebody else perhaps: read again.
        """
        first = theirs.open[:HISTORY]
        found = await self._reader.read([*map(conversation, theirs.about), *map(message, first)])
        said = _together(theirs, [text for text in map(found.message, first) if text is not None])
        return await self._relay(said, found, settings) and said.read == theirs.open

    async def _relay(self, said: _Said, found: Found, settings: Settings) -> bool:
        about = said.theirs.about
        known = [one for one in map(found.conversation, about) if one is not None]
        waiting = [one for one in known if _waits_for(one, said.theirs)]
        lately = self._clock.now() - LATELY
        left = {one.id for one in waiting} | {id for id, asked in about.items() if asked > lately}
        customer, words = _meant(waiting, said.words, certain=len(left) == 1)
        if said.pictures:
            return await self._tell(said, NO_PICTURES, settings)
        if len(words) > MOST_CARRIED:
            return await self._tell(said, TOO_LONG, settings)
        if customer is None:
            return await self._tell(said, _whom(waiting) if waiting else NOBODY, settings)
        if customer.opted_out or customer.blocked:
            return await self._tell(said, OPTED_OUT if customer.opted_out else BLOCKED, settings)
        changes = self._heard(said, {"about": {id: asked for id, asked in about.items() if id in left}})
        return await self._reply(replace(said, words=words), customer, changes, settings)

    async def told(self, customer: Conversation, cause: str | None, settings: Settings) -> Notice | None:
        """What the phone that answers this customer hears of their newest text (`cause`); None where it is nobody's,
        or was told already. Without it, whoever answers from a phone would not know that they were written to."""
        text_id = cause or (customer.open[-1] if customer.open else "")
        phones = settings.service.handoff.phones
        if customer.owned_by is None or text_id not in customer.open or not phones:
            return None
        if customer.opted_out or customer.blocked or over(customer, settings, self._clock.now()):
            return None
        id = digest("customer-wrote", text_id)
        read = await self._reader.read([conversation(customer.owned_by), message(text_id), message(id)])
        theirs, text = read.conversation(customer.owned_by), read.message(text_id)
        if theirs is None or theirs.address not in phones or text is None or read.message(id) is not None:
            return None
        return notice(theirs, customer, id, _quoted(customer, text), settings)

    async def _reply(self, said: _Said, customer: Conversation, changes: Changes, settings: Settings) -> bool:
        now, by = self._clock.now(), said.theirs.id
        taken = customer if customer.owner is Owner.HUMAN else given_to(customer, Owner.HUMAN, now, by)
        draft = Draft(digest("staff-reply", *said.read), said.words, customer.open, taken.epoch, author="person")
        fields = outbound(draft, replace(customer, epoch=taken.epoch), settings.sms)
        queue(changes, draft.id, {**fields, "by": by}, now)
        changes.update_conversation(customer, hands_of(replace(taken, open=(), last_out=draft.id)))
        due = watch_person(changes, taken, settings, now)
        if await changes.try_commit() is None:
            return False
        if due is not None:
            await self._work.look_again(customer.id, due)
        log.info("a person replied by phone", count="staff_reply", message_id=draft.id, conversation=customer.id)
        await self._work.deliver(customer, draft.id)
        return True

    async def _tell(self, said: _Said, sentence: str, settings: Settings) -> bool:
        draft = Draft(digest("staff-note", *said.read), sentence, said.read, 0, kind="notice", author="system")
        changes = self._heard(said)
        queue(changes, draft.id, outbound(draft, said.theirs, settings.sms), self._clock.now())
        if await changes.try_commit() is None:
            return False
        await self._work.send(said.theirs.id, draft.id)
        return True

    def _heard(self, said: _Said, fields: Mapping[str, object] | None = None) -> Changes:
        """What was read of their own conversation is not open any more; what is left has its pending still."""
        theirs, changes = said.theirs, Changes(self._db)
        if said.read == theirs.open:
            changes.drop_pending(ANSWER, theirs.id)
        done = {
            "open": removed(*said.read),
            "lease": None,
            "attempts": 0,
            "heard": recent(theirs, self._clock.now()),
        }
        changes.update_conversation(theirs, {**done, **(fields or {})})
        return changes


def _quoted(customer: Conversation, text: Message) -> str:
    sort = "file" if text.pictures else "picture"
    words = f"{text.text} (with a {sort}: open the inbox)" if text.media_ids else text.text
    return f"{called(customer)}: {words}"[:MOST_CARRIED]


def _together(theirs: Conversation, texts: list[Message]) -> _Said:
    """The first text, and what goes on from it: up to one that names a customer itself, or that has no room."""
    taken = texts[:1]
    for text in texts[1:]:
        if _NAMED.match(text.text) or sum(len(one.text) + 1 for one in (*taken, text)) > MOST_CARRIED:
            break
        taken.append(text)
    read = theirs.open.index(taken[-1].id) + 1 if taken else HISTORY
    words = "\n".join(text.text for text in taken)
    return _Said(theirs, theirs.open[:read], words, any(text.attached for text in taken))


def _waits_for(customer: Conversation, theirs: Conversation) -> bool:
    """For anybody of the staff, or for the one whose phone this is: not one that a colleague has taken."""
    if customer.owner is Owner.HUMAN:
        return customer.owned_by in (None, theirs.id)
    return customer.owner is Owner.WAITING


def _meant(waiting: list[Conversation], said: str, *, certain: bool) -> tuple[Conversation | None, str]:
    """Whom the words are for, and the words: whoever was asked about several customers says which one they mean.

    A guess would show one customer what was meant for another, and so would digits that name nobody who waits.
    """
    named = _NAMED.match(said)
    meant = [one for one in waiting if named and digits_of(one).endswith(named[1])]
    if not said.strip():
        return None, ""
    if named:
        return (meant[0], said[named.end() :]) if len(meant) == 1 else (None, "")
    return (waiting[0], said) if certain and waiting else (None, "")


def _whom(waiting: list[Conversation]) -> str:
    numbers = [digits_of(one) for one in waiting]
    ends = Counter(number[-4:] for number in numbers)
    named = ", ".join(number[-4:] if ends[number[-4:]] == 1 else number for number in numbers[:MOST_NAMED])
    return f"Who is this for? Begin your text with the last digits of their number: {named}."
