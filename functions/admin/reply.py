"""Reply: a person writes to the customer, and takes the conversation over with it."""

from typing import Annotated

from pydantic import Base64Bytes, Field, StringConstraints, model_validator

from shared.boundary import Call, Reply, endpoint
from shared.boundary.bodies import OfConversation, RequestId
from shared.conversations import bootstrap
from shared.segments import MOST_CARRIED

MOST_BODY = 2 * 1024 * 1024  # bytes: a megabyte of pictures in base64, and words
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_CARRIED)]


class PersonsReply(OfConversation):
    """`request_id`: the client's own, so that the same reply asked for twice is one message. `pictures`: base64."""

    text: Text = ""
    pictures: Annotated[tuple[Base64Bytes, ...], Field(max_length=10)] = ()
    request_id: RequestId

    @model_validator(mode="after")
    def _says_something(self) -> "PersonsReply":
        if not self.text and not self.pictures:
            raise ValueError("text or pictures: a reply says or shows something")
        return self


@endpoint(caller="member", max_body=MOST_BODY)
async def reply(call: Call) -> Reply:
    member, wanted = call.person(), call.parse(PersonsReply)
    hands = bootstrap.hands(member)
    await hands.expect_writable(wanted.conversation)
    shown = await bootstrap.outgoing(member).add_all(wanted.conversation, wanted.pictures, wanted.request_id)
    id = await hands.reply(wanted.conversation, wanted.text, member.uid, request_id=wanted.request_id, media=shown)
    return Reply({"ok": True, "message": id})
