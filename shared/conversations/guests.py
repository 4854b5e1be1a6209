"""What a visitor does in their conversation beside writing: says how they can be reached, and rates it.

What they type of themselves is a claim of this conversation and of nothing else: it finds no contact and makes none,
and a number in it is nobody's consent to be texted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared import log
from shared.conversations.timers import MOST_TRIES
from shared.errors import NotFound, Unavailable
from shared.store.changes import Changes, removed
from shared.store.documents import ON_SITE, Conversation, Rating
from shared.store.reading import Reader, conversation
from shared.tenancy import Database
from shared.vault.visits import Visit

NOTHING_TO_RATE = "There is nothing to rate yet. Write a message first."
BUSY = "This chat is very busy. Try again in a moment."


class Guest:
    def __init__(self, db: Database, visit: Visit) -> None:
        self._db = db
        self._reader = Reader(db)
        self._visit = visit

    async def rate(self, rating: Rating) -> Conversation:
        """In place of an earlier one. Raises NotFound before they have written, Unavailable."""
        for _ in range(MOST_TRIES):
            found = await self._found()
            if found is None or found.last_inbound_at is None:
                raise NotFound(NOTHING_TO_RATE, code="unknown_conversation")
            changes = Changes(self._db)
            changes.update_conversation(found, {"rating": {"score": rating.score, "comment": rating.comment}})
            if await changes.try_commit() is not None:
                log.info("conversation rated", count="rated", conversation=found.id, score=rating.score)
                return replace(found, rating=rating)
        raise Unavailable(BUSY)

    async def claim(self, claims: Mapping[str, str]) -> Conversation:
        """Beside what they have claimed before, or in its place; before their first message too. Raises Unavailable."""
        changes = Changes(self._db)
        changes.merge_conversation(self._visit.conversation, {**begun(self._visit), "claims": dict(claims)})
        await changes.commit()
        log.info("a visitor can be reached", count="claimed", conversation=self._visit.conversation)
        found = await self._found()
        if found is None:
            raise Unavailable(BUSY)
        return found

    async def _found(self) -> Conversation | None:
        id = self._visit.conversation
        return (await self._reader.read([conversation(id)])).conversation(id)


def begun(visit: Visit) -> dict[str, object]:
    """What a visit's conversation is from its first moment, for a merge: nothing is open by it, and nothing closed."""
    return {
        "channel": ON_SITE,
        "channel_id": visit.widget,
        "address": "",
        "our_address": "",
        "language": visit.language,
        "open": removed(visit.conversation),
    }
