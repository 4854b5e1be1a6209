"""The state of an outbound message only rises (PIPELINE §1, §5): who is told it twice, or in the wrong order, harms
nothing.

    queued 0 < sending 1 < uncertain 2 < unconfirmed 3 < sent 4 < delivered = failed = cancelled 5

A definite refusal for now is the only way down: from `sending` to `queued`, as the next attempt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.conversations.timers import MOST_TRIES
from shared.conversations.work import SEND
from shared.errors import Unavailable
from shared.store.changes import Changes
from shared.store.documents import Message, State
from shared.store.errors import Stale, Unanswered
from shared.store.reading import Reader, message
from shared.tenancy import Database


def may_move(now: Message, state: State, attempt: int) -> bool:
    """Whether `now` may become `state` at `attempt`."""
    if now.state is None:
        return False
    if state is State.QUEUED:
        return now.state is State.SENDING and attempt == now.attempt + 1
    return state.rank > now.state.rank


async def raise_state(db: Database, sent: Message, fields: Mapping[str, object]) -> None:
    """Write what the provider said (`fields`, with "state", and "attempt" for the next one) if that is a way up.

    Conditional on the version; where that changed, what is stored is read and decides: the provider's word stays true,
    except that a refusal or a silence of an earlier attempt says nothing of a later one. Raises Unavailable when every
    try lost.
    """
    state, attempt = State(str(fields["state"])), fields.get("attempt", sent.attempt)
    now: Message | None = sent
    for _ in range(MOST_TRIES):
        if now is None or not isinstance(attempt, int) or not may_move(now, state, attempt):
            return
        if now.attempt != sent.attempt and state not in (State.SENT, State.DELIVERED):
            return
        try:
            await _write(db, now, fields)
            return
        except (Stale, Unanswered):
            now = (await Reader(db).read([message(sent.id)])).message(sent.id)
    raise Unavailable("the message's state could not be recorded; try again")


async def conclude(
    db: Database, sent: Message, fields: Mapping[str, object], pending_until: datetime | None = None
) -> None:
    """Write what we concluded from the message as it was read, on that version only.

    A conclusion drawn from an older state must not meet a newer one. Raises Unavailable where it changed: look again.
    """
    try:
        await _write(db, sent, fields, pending_until)
    except (Stale, Unanswered) as changed:
        raise Unavailable("the message changed; it is looked at again") from changed


async def _write(
    db: Database, now: Message, fields: Mapping[str, object], pending_until: datetime | None = None
) -> None:
    """On the version. A settled message has no work left: its pending goes in the same commit."""
    state = State(str(fields["state"]))
    changes = Changes(db)
    changes.update_message(now, {**fields, **_CLEAN} if state in (State.SENT, State.DELIVERED) else fields)
    if state.settled and not (now.state is not None and now.state.settled):
        changes.drop_pending(SEND, now.id)
    elif pending_until is not None:
        changes.put_pending(SEND, now.id, pending_until, now.attempt)
    await changes.commit()


# It went well in the end: what went wrong before is not shown any more.
_CLEAN: Mapping[str, object] = {"error": None, "reason": None}
