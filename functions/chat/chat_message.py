"""Chat message: a visitor writes, and reads the answer while it is written."""

from shared.boundary import Call, Stream, endpoint
from shared.boundary.chat_forms import Teller, Written
from shared.boundary.visitors import visitor_of
from shared.boundary.work_proof import expect_work
from shared.conversations import bootstrap


@endpoint(caller="visitor", max_body=32 * 1024)
async def chat_message(call: Call) -> Stream:
    visitor, written = await visitor_of(call), call.parse(Written)
    await expect_work(visitor, written.work)
    happenings = await bootstrap.chatting(visitor.channel, visitor.visit).say(written.said())
    teller = await Teller.of(visitor.channel)
    return Stream(teller.turn(happenings, call.headers.get("last-event-id")))
