"""Whose conversation this is: people take it over, give it back, close it, and write in it themselves.

    owner     take over   reply    hand back   resolve    a person is asked for   a new text
    ai        human       human    -           resolved   waiting                 -
    waiting   human       human    ai          resolved   -                       -
    human     human *     -        ai          resolved   -                       -
    resolved  human       human    ai          -          -                       ai, in its next episode (answering)

`epoch` rises by one with every change of the owner and only then, in the same commit: what the assistant wrote under
another epoch is never sent (PIPELINE §2, People). A step that is done already writes nothing, so a repeat is harmless.
(*) Another person takes it from the first one: `owned_by` changes, the owner does not.
A contact that is blocked is resolved with it, and stays so: what they write is stored, and opens nothing.

Every step is one commit on the version of the conversation that it read, tried a bounded number of times. Where the
customer opted out or is blocked nobody may write to them, so such a conversation can be resolved, blocked and
unblocked, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared import log
from shared.clock import Clock
from shared.conversations.drafts import Draft, outbound, queue
from shared.conversations.handoff import watch_person
from shared.conversations.owners import given_to, hands_of
from shared.conversations.timers import ANSWER_GRACE, MOST_TRIES
from shared.conversations.work import ANSWER, ESCALATE, Work
from shared.errors import Conflict, NotFound, Unavailable
from shared.ids import digest
from shared.store.changes import Changes
from shared.store.documents import Conversation, Message, Owner, State
from shared.store.reading import Reader, Settings, conversation, message
from shared.store.settings import SmsSettings
from shared.store.settings_cache import settings_of
from shared.tasks import TaskQueue
from shared.tenancy import Database

RESENDABLE = (State.FAILED, State.UNCONFIRMED)

_Plan = Callable[[Conversation], Conversation | None]


@dataclass(frozen=True, slots=True)
class _Words:
    """What a person sends. `takes`: they answer from now on, and what is open is answered with it."""

    id: str
    conversation_id: str
    text: str
    by: str
    takes: bool
    kind: str = "reply"
    language: str = "en"
    resend_of: str | None = None
    media: tuple[str, ...] = ()


class Hands:
    """What people do with the conversations of one tenant.

    Every method raises NotFound for what this tenant has not, Conflict for what may not be done, and Unavailable where
    it has to be tried again.
    """

    def __init__(self, db: Database, tenant_id: str, queue: TaskQueue, clock: Clock, name: str = "") -> None:
        """`name`: what a visitor of a site reads that the person is called."""
        self._name = name
        self._db = db
        self._tenant_id = tenant_id
        self._reader = Reader(db)
        self._work = Work(queue, tenant_id)
        self._clock = clock

    # -- whose it is

    async def take_over(self, conversation_id: str, by: str) -> Conversation:
        """From now on `by` answers."""

        def plan(found: Conversation) -> Conversation | None:
            _may_be_written_to(found)
            if found.owner is Owner.HUMAN and found.owned_by == by:
                return None
            return given_to(found, Owner.HUMAN, self._clock.now(), by, self._name)

        return await self._step(conversation_id, plan)

    async def hand_back(self, conversation_id: str, *, nothing_left: bool) -> Conversation:
        """From now on the assistant answers: what is open at once or, with `nothing_left`, only what comes."""

        def plan(found: Conversation) -> Conversation | None:
            _may_be_written_to(found)
            if found.owner is Owner.AI:
                return None
            after = given_to(found, Owner.AI, self._clock.now())
            return replace(after, open=()) if nothing_left else after

        after = await self._step(conversation_id, plan)
        if after.open:
            await self._work.answer_after_hand_back(after.id, after.epoch)
        return after

    async def resolve(self, conversation_id: str) -> Conversation:
        """It is finished, with whatever is open in it; the next text begins an episode of its own."""

        def plan(found: Conversation) -> Conversation | None:
            if found.owner is Owner.RESOLVED:
                return None
            return replace(given_to(found, Owner.RESOLVED, self._clock.now()), open=())

        return await self._step(conversation_id, plan)

    async def block(self, conversation_id: str, *, blocked: bool) -> Conversation:
        """Nobody answers and nobody writes here any more, and what is open is over; or, taken back, from the next text
        on somebody does again."""

        def plan(found: Conversation) -> Conversation | None:
            if found.blocked is blocked:
                return None
            after = given_to(found, Owner.RESOLVED, self._clock.now())
            return replace(after, blocked=blocked, open=())

        return await self._step(conversation_id, plan)

    async def _step(self, conversation_id: str, plan: _Plan) -> Conversation:
        """The conversation once it is as `plan` wants it, who is shown what is stored (None: it is so already)."""
        for _ in range(MOST_TRIES):
            settings, read = await settings_of(self._tenant_id, self._reader, conversation(conversation_id))
            found = _known(read.conversation(conversation_id))
            after = plan(found)
            if after is None:
                return found
            changes = Changes(self._db)
            changes.update_conversation(found, hands_of(after))
            if after.owner is Owner.AI and after.open:
                changes.put_pending(ANSWER, found.id, self._clock.now() + ANSWER_GRACE)
            due = watch_person(changes, after, settings, self._clock.now())
            if due is None:
                changes.drop_pending(ESCALATE, found.id)
            if await changes.try_commit() is not None:
                await self._watched(after.id, due)
                log.info("changed hands", count="owner_changed", conversation=found.id, owner=after.owner.value)
                return after
        raise _busy()

    # -- what they write

    async def expect_writable(self, conversation_id: str) -> None:
        """Before anything is kept for a reply. Raises NotFound or Conflict as `reply` would."""
        read = await self._reader.read([conversation(conversation_id)])
        _may_be_written_to(_known(read.conversation(conversation_id)))

    async def reply(
        self, conversation_id: str, text: str, by: str, *, request_id: str, media: Sequence[str] = ()
    ) -> str:
        """Queue `text` for the customer, taking the conversation over where no person has it; the message's id.

        `request_id` is the client's own for this reply: asked again, it is the same message. `media`: ids of pictures.
        """
        id = digest("reply", conversation_id, by, request_id)
        return await self._say(_Words(id, conversation_id, text, by, takes=True, media=tuple(media)))

    async def resend(self, message_id: str, by: str) -> str:
        """Send a text that failed, or that nobody confirmed, as a new message; its id. Once: else send the new one."""
        id = digest("resend", message_id)
        read = await self._reader.read([message(message_id), message(id)])
        sent = read.message(message_id)
        if sent is None or sent.state is None:
            raise NotFound("there is no such message of yours", code="unknown_message")
        if read.message(id) is not None:
            raise Conflict("this message was sent again already; look at the newer one", code="already_resent")
        if sent.state not in RESENDABLE:
            raise Conflict("only a message that failed or was not confirmed can be sent again", code="not_resendable")
        return await self._say(_again(id, sent, by))

    async def _say(self, words: _Words) -> str:
        """One commit: the message, its pending, and the conversation that it is next in."""
        for _ in range(MOST_TRIES):
            settings, read = await settings_of(
                self._tenant_id, self._reader, message(words.id), conversation(words.conversation_id)
            )
            known, found = read.message(words.id), _known(read.conversation(words.conversation_id))
            if known is not None:
                _expect_the_same(known, words)
                break
            _may_be_written_to(found)
            if await self._said(words, found, settings):
                break
        else:
            raise _busy()
        await self._work.deliver(found, words.id)
        return words.id

    async def _watched(self, conversation_id: str, due: datetime | None) -> None:
        if due is not None:
            await self._work.look_again(conversation_id, due)

    async def _said(self, words: _Words, found: Conversation, settings: Settings) -> bool:
        after = replace(found, last_out=words.id)
        if words.takes:
            after = replace(self._taken(after, words.by), open=())
        covers = found.open if words.takes else ()
        changes = Changes(self._db)
        fields = _fields(words, replace(found, epoch=after.epoch), covers, settings.sms) | self._signed()
        queue(changes, words.id, fields, self._clock.now())
        changes.update_conversation(found, hands_of(after) if words.takes else {"last_out": words.id})
        due = watch_person(changes, after, settings, self._clock.now())
        if await changes.try_commit() is None:
            return False
        await self._watched(found.id, due)
        log.info("person wrote", count="person_wrote", message_id=words.id, conversation=found.id)
        return True

    def _signed(self) -> dict[str, object]:
        return {"by_name": self._name} if self._name else {}

    def _taken(self, found: Conversation, by: str) -> Conversation:
        """A colleague may help in a conversation that somebody has: it stays theirs."""
        if found.owner is Owner.HUMAN:
            return found
        return given_to(found, Owner.HUMAN, self._clock.now(), by, self._name)


def _known(found: Conversation | None) -> Conversation:
    if found is None:
        raise NotFound("there is no such conversation", code="unknown_conversation")
    return found


def _may_be_written_to(found: Conversation) -> None:
    if found.opted_out:
        sentence = "this customer wants no texts: nobody may write to them before they text START"
        raise Conflict(sentence, code="opted_out")
    if found.blocked:
        raise Conflict("this contact is blocked: nobody may write to them before they are unblocked", code="blocked")


def _again(id: str, sent: Message, by: str) -> _Words:
    """The same words once more. As a confirmation they would pass an opt-out, so they are none."""
    kind = "notice" if sent.kind == "confirmation" else sent.kind
    language = sent.language or "en"
    return _Words(
        id, sent.conversation_id, sent.text, by, False, kind, language, resend_of=sent.id, media=sent.pictures
    )


def _fields(words: _Words, of: Conversation, covers: tuple[str, ...], sms: SmsSettings) -> dict[str, object]:
    draft = Draft(
        id=words.id,
        text=words.text,
        covers=covers,
        epoch=of.epoch,
        kind=words.kind,
        author="person",
        language=words.language,
    )
    extra: dict[str, object] = {"by": words.by}
    if words.resend_of is not None:
        extra["resend_of"] = words.resend_of
    if words.media:
        extra["media"] = list(words.media)
    return {**outbound(draft, of, sms), **extra}


def _expect_the_same(known: Message, words: _Words) -> None:
    if known.text != words.text:
        raise Conflict("this request id belongs to another text already; use a new one", code="request_id_used")


def _busy() -> Unavailable:
    return Unavailable("this conversation is too busy; try again")
