"""Chat contact: how a visitor says that they are called and can be reached. It proves nothing."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.guest_forms import Reachable, told
from shared.boundary.visitors import settings_for, visitor_of
from shared.boundary.work_proof import expect_work
from shared.conversations import bootstrap


@endpoint(caller="visitor", max_body=16 * 1024)
async def chat_contact(call: Call) -> Reply:
    visitor, reachable = await visitor_of(call), call.parse(Reachable)
    await expect_work(visitor, reachable.work)
    settings = await settings_for(visitor.channel)
    claims = reachable.claims(settings.tenant.country)
    found = await bootstrap.guest(visitor.channel, visitor.visit).claim(claims)
    return told(found, settings, call.now)
