"""One text to the provider, at most once (PIPELINE §2, Send).

    queued ──claim──▶ sending ──2xx──▶ sent          ──report──▶ delivered | failed
      ▲                  ├──refused for now──▶ queued, attempt + 1
      │                  ├──refused for good──▶ failed
      │                  │   (where the trouble is our own number's, and there is another line: queued, attempt + 1)
      │                  └──no answer, or the claim ran out──▶ uncertain ──no report──▶ unconfirmed
      └── not allowed any more ──▶ cancelled (what it covered is open again)

The claim is one commit on the message and its conversation: no claim commits after an opt-out or a take-over, and one
claim at a time keeps the order. The call follows within seconds of the claim, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared import log
from shared.channels.types import Accepted, OutboundText, Outcome, Refused
from shared.clock import Clock
from shared.conversations.consent import Mirror
from shared.conversations.drafts import new_id
from shared.conversations.gates import QUIET, allowed_at, not_allowed
from shared.conversations.outgoing import unsendable
from shared.conversations.senders import FAILOVER, Senders, Way
from shared.conversations.states import conclude, raise_state
from shared.conversations.timers import (
    ANSWER_GRACE,
    CLAIM,
    CLAIM_TO_CALL,
    MOST_REFUSALS,
    PARK_AFTER,
    REPORT_WAIT,
    SEND_GRACE,
)
from shared.conversations.work import ANSWER, SEND, Work
from shared.errors import Unavailable
from shared.segments import count
from shared.store.changes import Changes, added
from shared.store.documents import Claim, Conversation, Message, Owner, State
from shared.store.errors import Stale, Unanswered
from shared.store.reading import Found, Key, Reader, conversation, media, message, pending
from shared.store.settings import SmsSettings
from shared.tasks import TaskQueue
from shared.tenancy import Database
from shared.vault import AddressHashes

LATE = "late"
NOT_CALLED = "the provider was not called in time"


class Sending:
    """Sends the messages of one tenant."""

    def __init__(
        self,
        db: Database,
        tenant_id: str,
        senders: Senders,
        queue: TaskQueue,
        hashes: AddressHashes,
        clock: Clock,
    ) -> None:
        self._db = db
        self._mirror = Mirror(db, tenant_id, hashes)
        self._reader = Reader(db)
        self._senders = senders
        self._work = Work(queue, tenant_id)
        self._clock = clock

    async def send(self, message_id: str, conversation_id: str | None = None) -> None:
        """Take the message one step further. Raises Unavailable where the same task must come again."""
        sent, of = await self._found(message_id, conversation_id)
        if sent is None or sent.state is None or sent.state.settled or of is None:
            await self._nothing_left(message_id, swept=conversation_id is None)
            return
        if sent.state is State.QUEUED:
            await self._send_queued(sent, of)
        elif sent.state is State.SENDING:
            await self._expire(sent)
        elif sent.state is State.UNCERTAIN:
            await self._wait_for_report(sent)

    async def park(self, message_id: str, why: str) -> None:
        """Give a long overdue message up, visibly: `failed` if nobody is calling for it, else `unconfirmed`.

        One that was never tried is tried first. Raises Unavailable where the message changed meanwhile.
        """
        found = await self._reader.read([message(message_id), pending(SEND, message_id)])
        sent, due = found.message(message_id), found.due_at(SEND, message_id)
        if sent is None or sent.state is None or sent.state.settled:
            await self._nothing_left(message_id, swept=True)
            return
        if due is None or self._clock.now() - due <= PARK_AFTER:
            return
        if sent.state is State.QUEUED and sent.attempt == 0:
            await self.send(message_id, sent.conversation_id)
            return
        state = State.FAILED if sent.state is State.QUEUED else State.UNCONFIRMED
        fields = {"state": state.value, "reason": why, "error": {"code": "parked", "sentence": why}}
        await conclude(self._db, sent, fields)
        log.error("message parked", count="parked", message_id=message_id, why=why)

    async def _nothing_left(self, message_id: str, *, swept: bool) -> None:
        """A pending that the sweeper found has nothing behind it: gone with it, or it comes back for ever."""
        if swept:
            changes = Changes(self._db)
            changes.drop_pending(SEND, message_id)
            await changes.commit()

    # -- S1

    async def _found(self, message_id: str, conversation_id: str | None) -> tuple[Message | None, Conversation | None]:
        keys = [message(message_id)] + ([conversation(conversation_id)] if conversation_id else [])
        found = await self._reader.read(keys)
        sent = found.message(message_id)
        if sent is None:
            return None, None
        of = found.conversation(sent.conversation_id)
        if of is None:
            of = (await self._reader.read([conversation(sent.conversation_id)])).conversation(sent.conversation_id)
        return sent, of

    async def _send_queued(self, sent: Message, of: Conversation) -> None:
        why = not_allowed(sent, of)
        if why is not None:
            await self._cancel(sent, of, why)
            return
        settings, before = await self._senders.settings_and(self._before(sent, of))
        at = allowed_at(sent, of, settings, self._clock.now())
        if at is not None:
            await self._defer(sent, at)
            return
        await self._wait_for_order(sent, of, before)
        if sent.pictures and (wrong := unsendable(sent, before)) is not None:
            await conclude(self._db, sent, {"state": State.FAILED.value} | _error(Refused("media", wrong)))
            return
        way = await self._senders.way(settings, sent)
        urls = [self._senders.media_url(id, self._clock.now()) for id in sent.pictures]
        started = self._clock.monotonic()
        claimed = await self._claim(sent, of)
        outcome: Outcome = Refused(LATE, NOT_CALLED, again=True)
        if self._clock.monotonic() - started < CLAIM_TO_CALL:
            outcome = await way.sender.send(_text(claimed, way, urls))
        await self._record(claimed, outcome, settings.sms)

    def _before(self, sent: Message, of: Conversation) -> list[Key]:
        ids = {sent.prev, of.last_claim} - {None, sent.id}
        return [*(message(id) for id in ids if id is not None), *map(media, sent.pictures)]

    async def _wait_for_order(self, sent: Message, of: Conversation, before: Found) -> None:
        """What was written before must not be about to go out: `uncertain` is fine, its call is over.

        One that waits for the morning is looked at again: with this one the conversation goes on.
        """
        for id in (sent.prev, of.last_claim):
            earlier = before.message(id)
            if earlier is None or earlier.id == sent.id or earlier.state not in (State.QUEUED, State.SENDING):
                continue
            if earlier.reason == QUIET:
                await self._work.send_before(of.id, earlier.id, sent.id)
            raise Unavailable("an earlier message of this conversation is on its way")

    # -- quiet hours

    async def _defer(self, sent: Message, at: datetime) -> None:
        """To be looked at again then: consent, owner and what was written since may have changed."""
        fields = {"state": State.QUEUED.value, "reason": QUIET}
        await conclude(self._db, sent, fields, pending_until=at + SEND_GRACE)
        log.info("message deferred", count="quiet_hours", message_id=sent.id, until=at.isoformat())
        await self._work.send_deferred(sent.conversation_id, sent.id, at)

    # -- S2

    async def _claim(self, sent: Message, of: Conversation) -> Message:
        """The message, ours to send. Raises Unavailable where somebody else has it, or the conversation changed."""
        now = self._clock.now()
        claim = Claim(new_id(), now, now + CLAIM)
        changes = Changes(self._db)
        changes.update_message(
            sent,
            {"state": State.SENDING.value, "claim": {"id": claim.id, "at": claim.at, "until": claim.until}},
        )
        confirms = {"confirmed": sent.id} if sent.kind == "confirmation" else {}
        changes.update_conversation(of, {"last_claim": sent.id, **confirms})
        try:
            version = (await changes.commit())[sent.id]
        except Stale as refused:
            raise Unavailable("the conversation changed; the message is looked at again") from refused
        except Unanswered:
            return await self._own_claim(sent.id, claim)
        return replace(sent, version=version, state=State.SENDING, claim=claim)

    async def _own_claim(self, id: str, claim: Claim) -> Message:
        """The commit's reply was lost: the claim is ours if its random id is."""
        now = (await self._reader.read([message(id)])).message(id)
        if now is None or now.claim is None or now.claim.id != claim.id:
            raise Unavailable("the message could not be claimed")
        return now

    # -- S4

    async def _record(self, claimed: Message, outcome: Outcome, sms: SmsSettings) -> None:
        """What the provider said, if it raises the rank. Raises Unavailable where the task must come again."""
        match outcome:
            case Accepted(provider_id):
                await raise_state(self._db, claimed, {"state": State.SENT.value, "provider_id": provider_id})
                segments = count(claimed.text).segments  # what carriers charge for
                log.info("accepted", count="accepted", message_id=claimed.id, segments=segments)
            case Refused() as refused if fails_over(claimed, refused, sms):
                log.warning("fails over", count="failed_over", message_id=claimed.id, code=refused.error_code)
                await raise_state(self._db, claimed, _next_attempt(claimed) | {"via": FAILOVER} | _error(refused))
                raise Unavailable(f"this number was refused ({refused.error_code}); another one sends the text")
            case Refused(again=True) as refused:
                await raise_state(self._db, claimed, _next_attempt(claimed) | _error(refused))
                raise Unavailable(f"the provider refused for now ({refused.error_code})")
            case Refused() as refused:
                if refused.opted_out:
                    await self._mirror.opted_out(claimed, refused.error)
                await raise_state(self._db, claimed, {"state": State.FAILED.value} | _error(refused))
            case _:
                await self._uncertain(claimed, outcome.reason)

    async def _uncertain(self, sent: Message, reason: str) -> None:
        log.warning("no answer from the provider", count="uncertain", message_id=sent.id, reason=reason)
        fields = {"state": State.UNCERTAIN.value, "reason": reason}
        await conclude(self._db, sent, fields, pending_until=self._clock.now() + REPORT_WAIT)

    async def _expire(self, sent: Message) -> None:
        """A claim that ran out: its caller died, so nobody knows. Never called again."""
        if sent.claim is not None and sent.claim.until > self._clock.now():
            raise Unavailable("somebody is sending this message")
        await self._uncertain(sent, "the claim ran out")

    async def _wait_for_report(self, sent: Message) -> None:
        since = sent.claim.at if sent.claim is not None else None
        if since is not None and self._clock.now() < since + REPORT_WAIT:
            raise Unavailable("the provider may still report")
        fields = {"state": State.UNCONFIRMED.value, "reason": "the provider never reported"}
        await conclude(self._db, sent, fields)
        log.warning("message unconfirmed", count="unconfirmed", message_id=sent.id)

    # -- not allowed any more

    async def _cancel(self, sent: Message, of: Conversation, why: str) -> None:
        """Its turn is over. What it covered is open again, unless the customer wants nothing from us, or a person has
        closed the conversation with it."""
        changes = Changes(self._db)
        changes.update_message(sent, {"state": State.CANCELLED.value, "reason": why})
        changes.drop_pending(SEND, sent.id)
        reopened = bool(sent.covers) and not (of.opted_out or of.blocked or of.owner is Owner.RESOLVED)
        changes.update_conversation(of, {"open": added(*sent.covers)} if reopened else {"last_claim": of.last_claim})
        again = reopened and of.owner == "ai"
        if again:
            changes.put_pending(ANSWER, of.id, self._clock.now() + ANSWER_GRACE)
        try:
            await changes.commit()
        except (Stale, Unanswered) as refused:
            raise Unavailable("the conversation changed; the message is looked at again") from refused
        log.info("message cancelled", count="cancelled", message_id=sent.id, why=why)
        if again:
            await self._work.answer_after_cancel(of.id, sent.id)


def fails_over(claimed: Message, refused: Refused, sms: SmsSettings) -> bool:
    """Whether the tenant's second line takes over: from a definite refusal of the first, once.

    Only where the trouble is our number's or account's, or where the provider has said "not now" three times: another
    number changes nothing about the recipient or the consent. A silence is no refusal.
    """
    if claimed.via is not None or sms.failover is None or sms.line_of(claimed.sender) is not sms.primary:
        return False
    tired = refused.again and refused.error_code != LATE and claimed.attempt + 1 >= MOST_REFUSALS
    return refused.ours or tired


def _next_attempt(claimed: Message) -> dict[str, object]:
    return {"state": State.QUEUED.value, "attempt": claimed.attempt + 1, "claim": None}


def _text(claimed: Message, way: Way, media_urls: Sequence[str]) -> OutboundText:
    return OutboundText(
        sender=way.number,
        recipient=claimed.recipient,
        text=claimed.text,
        idempotency_key=claimed.idempotency_key,
        reference=claimed.reference,
        status_url=way.status_url,
        media_urls=tuple(media_urls),
    )


def _error(refused: Refused) -> dict[str, object]:
    return {"error": {"code": refused.error_code, "sentence": refused.error}}
