"""Chat rate: what a visitor thinks of their conversation."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.guest_forms import Rated, told
from shared.boundary.visitors import settings_for, visitor_of
from shared.conversations import bootstrap


@endpoint(caller="visitor", max_body=16 * 1024)
async def chat_rate(call: Call) -> Reply:
    visitor, rated = await visitor_of(call), call.parse(Rated)
    found = await bootstrap.guest(visitor.channel, visitor.visit).rate(rated.rating())
    return told(found, await settings_for(visitor.channel), call.now)
