"""Chat events: what is said in a visitor's conversation, and what becomes of it, as long as the page is open."""

from shared.boundary import Call, Stream, endpoint
from shared.boundary.chat_forms import Seen, Teller
from shared.boundary.networks import seats
from shared.boundary.visitors import expect_current, visitor_of
from shared.conversations import bootstrap


@endpoint(caller="visitor", max_body=16 * 1024)
async def chat_events(call: Call) -> Stream:
    visitor, seen = await visitor_of(call), call.parse(Seen)
    expect_current(visitor.visit)
    seats().expect_room(call.headers, visitor.visit.id)
    await bootstrap.seeing(visitor.channel, visitor.visit).seen(seen.seen)
    happens = bootstrap.visits(visitor.channel).follow(visitor.visit.conversation, call.headers.get("last-event-id"))
    teller = await Teller.of(visitor.channel)
    return Stream(teller.visit(happens, visitor.visit, seats().taken(call.headers, visitor.visit.id)))
