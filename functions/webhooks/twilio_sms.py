"""Twilio SMS webhook: a text arrived."""

from shared import log
from shared.boundary import Call, Reply, endpoint
from shared.boundary.doors import owner_of, verified_by_twilio
from shared.channels import twilio
from shared.channels.types import InboundText, Unsupported
from shared.conversations import bootstrap


@endpoint(caller="twilio")
async def twilio_sms(call: Call) -> Reply:
    door = await verified_by_twilio(call)
    match twilio.read_text(call.raw, call.now):
        case InboundText() as text:
            if channel := await owner_of(door, "sms", text.recipient, provider="twilio"):
                await bootstrap.receiving(channel).receive(text)
        case Unsupported() as event:
            log.info("unsupported event", count="unsupported_event", type=event.type)
    return Reply.xml(twilio.EMPTY_TWIML)
