"""Hand back: the assistant answers this conversation again."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.bodies import OfConversation, held
from shared.conversations import bootstrap


class HandBack(OfConversation):
    """`nothing_left`: what is open needs no answer any more."""

    nothing_left: bool = False


@endpoint(caller="member")
async def hand_back(call: Call) -> Reply:
    member, wanted = call.person(), call.parse(HandBack)
    hands = bootstrap.hands(member)
    return held(await hands.hand_back(wanted.conversation, nothing_left=wanted.nothing_left))
