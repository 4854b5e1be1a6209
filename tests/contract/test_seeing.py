"""What a visitor has had on the screen becomes delivered, and a database that does not answer stops no page."""

from __future__ import annotations

from google.api_core.exceptions import ServiceUnavailable

from shared.conversations.seeing import Seeing
from shared.store.documents import State
from tests.contract.pipeline_support import PARKING, House, LossyDatabase
from tests.contract.visitor_support import Visitor

QUESTION = "Where can I park?"


class Mute(LossyDatabase):
    """Answers no read, or nobody who writes."""

    reads = False

    async def commit(self, **_request: object) -> object:
        raise ServiceUnavailable("nobody is there")

    async def batch_get_documents(self, **request: object) -> object:
        if not self.reads:
            raise ServiceUnavailable("nobody is there")
        return await super().__getattr__("batch_get_documents")(**request)  # type: ignore[operator]


async def states(visitor: Visitor) -> list[State | None]:
    return [said.state for said in await visitor.heard()]


async def test_what_was_seen_and_everything_before_it_is_delivered(house: House) -> None:
    visitor = Visitor(house)
    for _ in range(2):
        await visitor.write(QUESTION)
        await visitor.is_answered(PARKING)
    assert await states(visitor) == [State.SENT, State.SENT]
    await Seeing(house.db, visitor.id).seen((await visitor.heard())[-1].id)
    assert await states(visitor) == [State.DELIVERED, State.DELIVERED]


async def test_nothing_is_marked_from_another_visit(house: House) -> None:
    visitor, stranger = Visitor(house), Visitor(house)
    await visitor.write(QUESTION)
    await visitor.is_answered(PARKING)
    await Seeing(house.db, stranger.id).seen((await visitor.heard())[-1].id)
    assert await states(visitor) == [State.SENT]


async def test_what_could_not_be_recorded_is_recorded_when_the_page_tells_it_again(house: House) -> None:
    visitor, mute = Visitor(house), Mute(house.db.session, house.tenant)
    await visitor.write(QUESTION)
    await visitor.is_answered(PARKING)
    seen = (await visitor.heard())[-1].id
    for mute.reads in (False, True):
        await Seeing(mute, visitor.id).seen(seen)
        assert await states(visitor) == [State.SENT]
    await Seeing(house.db, visitor.id).seen(seen)
    assert await states(visitor) == [State.DELIVERED]
