"""Limits that fail closed: whoever is past one is answered by code, and a person looks.

    window    what is counted                               where                              past it
    contact   texts of one customer in an hour              a transform in the receive commit  said once, then parked
    tenant    answers of an hour that cost a model's call   counted over the messages, and     a person is asked
    budget    tokens of a day where the tenant is           over what was paid for nothing     a person is asked
    files     bytes of an hour that visitors upload         summed over the files              refused, said why
    machine   two that answer each other                    what an answer looks back on       parked

A tenant's figures are asked of the database once a minute and instance, and what this instance adds counts at once:
a document that every text of a tenant increments would be the one that they all wait for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile

from shared import log
from shared.clock import Clock
from shared.conversations.timers import QUICK
from shared.errors import Problem
from shared.held import Held
from shared.store.changes import Changes
from shared.store.documents import ON_SITE, Conversation, Message
from shared.store.reading import Reader, Settings
from shared.tenancy import Database

TOO_MANY = "this customer has sent too many texts in an hour"
MACHINE = "two machines seem to be answering each other"
KEPT_HOURS = 2  # of a conversation's counters
COUNTED = timedelta(days=2)  # how long what was paid for nothing is kept: a budget's day is over before
UPLOADED_PER_HOUR = 500 * 1024 * 1024  # bytes, of all visitors of a tenant

SAME_WORDS = 4  # times that a customer answers us with the same within SAME_WITHIN
SAME_WITHIN = timedelta(minutes=10)
SHORT = 15  # characters: "yes" and "hello?" are said again and again by people too
QUICK_TURNS = 9  # texts in a row that each came within QUICK of ours: nearly all that an answer looks back on


def hour_of(moment: datetime) -> str:
    """The counter's name: hours since the epoch, so that they can be compared."""
    return f"h{int(moment.timestamp()) // 3600}"


def over(found: Conversation, settings: Settings, now: datetime) -> bool:
    """Whether this customer has sent more texts in this hour than are answered."""
    return found.heard.get(hour_of(now), 0) > settings.service.limits.texts_per_hour


def recent(found: Conversation, now: datetime) -> dict[str, int]:
    """The counters that still matter: what an answering commit leaves of them."""
    kept = {hour_of(now - timedelta(hours=back)) for back in range(KEPT_HOURS)}
    return {hour: count for hour, count in found.heard.items() if hour in kept}


def talks_to_a_machine(history: Sequence[Message]) -> bool:
    """Whether what a customer says looks like another assistant's: the same again and again, or faster than reading.

    `history`: oldest first, open texts included.
    """
    return _said_again(history) >= SAME_WORDS or _quick_turns(history) >= QUICK_TURNS


_Turn = tuple[Message, Message]  # ours, and theirs that came next


def _turns(history: Sequence[Message]) -> list[_Turn]:
    return [pair for pair in pairwise(history) if (pair[0].direction, pair[1].direction) == ("out", "in")]


def _said_again(history: Sequence[Message]) -> int:
    """How often the newest answer of theirs was given lately. A short one counts only where we said the same too."""
    turns = _turns(history)
    lately = [turn for turn in turns if _at(turns[-1][1]) - _at(turn[1]) <= SAME_WITHIN]
    said = [(_folded(ours) if len(_folded(theirs)) < SHORT else "", _folded(theirs)) for ours, theirs in lately]
    return said.count(said[-1]) if said and said[-1][1] else 0


def _folded(said: Message) -> str:
    return " ".join(said.text.casefold().split())


def _at(text: Message) -> datetime:
    return text.received_at or datetime.max.replace(tzinfo=UTC)


def _quick_turns(history: Sequence[Message]) -> int:
    """How many of the newest turns were theirs within QUICK of ours, in a row."""
    return len(list(takewhile(lambda turn: _within(*turn), reversed(_turns(history)))))


def _within(ours: Message, theirs: Message) -> bool:
    """From when it went out, where that is known: an answer may wait a while after it was written.

    Before a screen people do answer that fast, with one touch.
    """
    if theirs.channel == ON_SITE:
        return False
    sent = ours.claim.at if ours.claim is not None else _at(ours)
    return _at(theirs) - sent <= QUICK


@dataclass(slots=True)
class _Figures:
    answers: int
    tokens: int


_figures: Held[str, _Figures] = Held()


class Budget:
    """What a tenant's assistant has cost lately, and whether it may cost more."""

    def __init__(self, reader: Reader, tenant_id: str, clock: Clock) -> None:
        self._reader = reader
        self._tenant_id = tenant_id
        self._clock = clock

    async def spent(self, settings: Settings) -> bool:
        """Whether an hour's answers or a day's tokens are used up. Raises Unanswered where that cannot be known."""
        limits, figures = settings.service.limits, await self._known(settings)
        return figures.answers >= limits.answers_per_hour or figures.tokens >= limits.tokens_per_day

    async def add(self, settings: Settings, tokens: int) -> None:
        """One more answer of this instance's."""
        figures = await self._known(settings)
        figures.answers += 1
        figures.tokens += tokens

    async def _known(self, settings: Settings) -> _Figures:
        found = _figures.get(self._tenant_id)
        if found is None:
            now = self._clock.now()
            found = _Figures(
                await self._reader.answers_in(hour_of(now)),
                await self._reader.tokens_on(day_of(now, settings)),
            )
            _figures.put(self._tenant_id, found)
        return found


@dataclass(slots=True)
class _Bytes:
    uploaded: int


_uploaded: Held[tuple[str, str], _Bytes] = Held()  # by tenant and hour


class UploadBudget:
    """How much all visitors of a tenant have uploaded in this hour, and whether there is room for more."""

    def __init__(self, reader: Reader, tenant_id: str) -> None:
        self._reader = reader
        self._tenant_id = tenant_id

    async def take(self, size: int, now: datetime) -> bool:
        """Whether these bytes fit; then they count. Raises Unanswered where that cannot be known."""
        known = await self._known(hour_of(now))
        if known.uploaded + size > UPLOADED_PER_HOUR:
            return False
        known.uploaded += size
        return True

    async def _known(self, hour: str) -> _Bytes:
        found = _uploaded.get((self._tenant_id, hour))
        if found is None:
            found = _Bytes(await self._reader.uploaded_in(hour))
            _uploaded.put((self._tenant_id, hour), found)
        return found


def day_of(now: datetime, settings: Settings) -> str:
    """The date where the tenant is."""
    return f"{now.astimezone(settings.tenant.zone):%Y-%m-%d}"


def spent_by(now: datetime, settings: Settings, tokens: int) -> dict[str, object]:
    """What an answer's message carries, for the sums above."""
    return {"day": day_of(now, settings), "hour": hour_of(now), "tokens": tokens}


async def keep_spent(db: Database, id: str, spent: Mapping[str, object], now: datetime) -> None:
    """A model's call was paid for, and nobody is told what it said. `id`: the draft's."""
    if not spent:
        return
    changes = Changes(db)
    changes.create_spent(id, spent, now + COUNTED)
    try:
        await changes.commit()
    except Problem as problem:
        log.warning("what an answer cost is not counted", count="spent_lost", code=problem.code)


def forget() -> None:
    """Ask the database again (tests that spend)."""
    _figures.clear()
    _uploaded.clear()
