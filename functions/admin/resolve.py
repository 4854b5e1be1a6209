"""Resolve: this conversation is finished; the next text in it is a new episode."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.bodies import OfConversation, held
from shared.conversations import bootstrap


@endpoint(caller="member")
async def resolve(call: Call) -> Reply:
    member, wanted = call.person(), call.parse(OfConversation)
    return held(await bootstrap.hands(member).resolve(wanted.conversation))
