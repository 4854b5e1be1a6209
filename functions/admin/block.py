"""Block: nobody answers this contact, and nobody writes to them, until a person takes it back."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.bodies import OfConversation, held
from shared.conversations import bootstrap


class Block(OfConversation):
    """`blocked`: false to take it back."""

    blocked: bool = True


@endpoint(caller="member")
async def block(call: Call) -> Reply:
    member, wanted = call.person(), call.parse(Block)
    return held(await bootstrap.hands(member).block(wanted.conversation, blocked=wanted.blocked))
