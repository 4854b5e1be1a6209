"""What an answer looks back on: a conversation as it really happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from shared.store.documents import Message, State

UNSENT = (State.CANCELLED, State.FAILED)


def arrival(text: Message) -> datetime:
    return text.received_at or datetime.max.replace(tzinfo=UTC)


def as_it_happened(history: Iterable[Message], open_texts: list[Message]) -> tuple[Message, ...]:
    """What was really said before: not what was never sent, nor a text that a later answer will be about."""
    newest = arrival(open_texts[-1]) if open_texts else datetime.max.replace(tzinfo=UTC)
    return tuple(item for item in history if item.state not in UNSENT and arrival(item) <= newest)
