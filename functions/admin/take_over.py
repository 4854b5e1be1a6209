"""Take over: a person answers this conversation from now on."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.bodies import OfConversation, held
from shared.conversations import bootstrap


@endpoint(caller="member")
async def take_over(call: Call) -> Reply:
    member, wanted = call.person(), call.parse(OfConversation)
    return held(await bootstrap.hands(member).take_over(wanted.conversation, member.uid))
