"""Chat handoff: a visitor wants a person; staff are told, and the conversation waits for them."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.guest_forms import Asked, told
from shared.boundary.visitors import settings_for, visitor_of
from shared.boundary.work_proof import expect_work
from shared.conversations import bootstrap


@endpoint(caller="visitor", max_body=16 * 1024)
async def chat_handoff(call: Call) -> Reply:
    visitor, asked = await visitor_of(call), call.parse(Asked)
    await expect_work(visitor, asked.work)
    found = await bootstrap.asking(visitor.channel, visitor.visit).person()
    return told(found, await settings_for(visitor.channel), call.now)
