"""Reply: a person writes to the customer, and takes the conversation over with it."""

from typing import Annotated

from pydantic import StringConstraints

from shared.boundary import Call, Reply, endpoint
from shared.boundary.bodies import OfConversation, RequestId
from shared.conversations import bootstrap

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1600)]  # what carriers carry


class PersonsReply(OfConversation):
    """`request_id`: the client's own, so that the same reply asked for twice is one message."""

    text: Text
    request_id: RequestId


@endpoint(caller="member")
async def reply(call: Call) -> Reply:
    member, wanted = call.person(), call.parse(PersonsReply)
    hands = bootstrap.hands(member)
    id = await hands.reply(wanted.conversation, wanted.text, member.uid, request_id=wanted.request_id)
    return Reply({"ok": True, "message": id})
