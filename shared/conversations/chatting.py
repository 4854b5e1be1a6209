"""A visitor writes, and reads along until they are answered."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from shared.conversations.answering import Answering
from shared.conversations.arriving import answers_to_a_wish
from shared.conversations.on_site import OnSite, Received, Said
from shared.conversations.timers import HISTORY
from shared.conversations.turns import Happening, Silent, Turn, turns
from shared.store.documents import Message, Owner
from shared.store.reading import Found, Reader, conversation, media
from shared.tenancy import Database


@dataclass(frozen=True, slots=True)
class Stored:
    """The visitor's message is stored."""

    received: Received


@dataclass(frozen=True, slots=True)
class AnsweredBefore:
    """What has answered it, as it is stored: by whomever, with whatever files."""

    message: Message
    files: Found


class Chatting:
    """`answering` makes the answer step for an audience."""

    def __init__(self, db: Database, on_site: OnSite, answering: Callable[[Turn], Answering]) -> None:
        self._reader = Reader(db)
        self._on_site = on_site
        self._answering = answering

    async def say(self, said: Said) -> AsyncGenerator[Stored | AnsweredBefore | Happening]:
        """Store it; then everything that happens to it. Raises, before anything happens, as `OnSite.receive` does."""
        received = await self._on_site.receive(said)
        return self._told(received)

    async def _told(self, received: Received) -> AsyncGenerator[Stored | AnsweredBefore | Happening]:
        yield Stored(received)
        message, of = received.message, received.message.conversation_id
        if not received.new or not received.asks:
            answer = await self._stored_answer(message)
            if answer is not None:
                yield answer
                return
        async for happening in turns(of, message.id, lambda turn: self._answering(turn).answer(of, message.id)):
            yield await self._or_stored(happening, message)

    async def _or_stored(self, happening: Happening, to: Message) -> AnsweredBefore | Happening:
        """Where nothing is open any more, another instance may have answered it."""
        if not isinstance(happening, Silent) or happening.of.owner is not Owner.AI:
            return happening
        return await self._stored_answer(to) or happening

    async def _stored_answer(self, to: Message) -> AnsweredBefore | Silent | None:
        """What answered it before; None where nobody has."""
        read = await self._reader.read([conversation(to.conversation_id)])
        found = read.conversation(to.conversation_id)
        newest = await self._reader.history(to.conversation_id, HISTORY)
        if found is None:
            return None
        for message in reversed(newest):
            if to.id in message.covers or message.id in answers_to_a_wish(to.id):
                return AnsweredBefore(message, await self._reader.read(map(media, message.pictures)))
        return None if to.id in found.open else Silent(found)
