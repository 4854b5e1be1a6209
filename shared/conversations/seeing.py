"""What a visitor has had on the screen counts as delivered: the business sees it there."""

from __future__ import annotations

from contextlib import suppress

from shared.conversations.states import raise_state
from shared.errors import Unavailable
from shared.held import Held
from shared.store.documents import State
from shared.store.reading import Reader, message
from shared.tenancy import Database

MARKED_FOR = 3600.0  # seconds in which an instance remembers
MOST_MARKED = 10  # messages at once: of ours in a row, before the visitor looked

_marked: Held[str, bool] = Held(seconds=MARKED_FOR)


class Seeing:
    """What one visitor's page has shown."""

    def __init__(self, db: Database, conversation_id: str) -> None:
        self._db = db
        self._reader = Reader(db)
        self._conversation_id = conversation_id

    async def seen(self, message_id: str | None) -> None:
        """Mark this message of ours, and those before it up to one that is marked. It is no reason to fail.

        A page tells it again each time that it opens its stream: what was marked here is not read again.
        """
        with suppress(Unavailable):
            for _ in range(MOST_MARKED):
                if message_id is None or _marked.get(message_id):
                    return
                message_id = await self._mark(message_id)

    async def _mark(self, message_id: str) -> str | None:
        """The one before it, where that may still have to be marked."""
        said = (await self._reader.read([message(message_id)])).message(message_id)
        if said is None or said.conversation_id != self._conversation_id:
            return None
        await raise_state(self._db, said, {"state": State.DELIVERED.value})
        _marked.put(message_id, True)
        return said.prev if said.state is State.SENT else None
