"""Twilio status callback: the state of a text of ours changed."""

from shared import log
from shared.boundary import Call, Reply, endpoint
from shared.boundary.doors import owner_of, verified_by_twilio
from shared.channels import twilio
from shared.channels.types import StateReport, Unsupported
from shared.conversations import bootstrap


@endpoint(caller="twilio")
async def twilio_sms_status(call: Call) -> Reply:
    door = await verified_by_twilio(call)
    match twilio.read_status(call.raw, call.query):
        case StateReport() as report:
            if channel := await owner_of(door, "sms", report.sender, provider="twilio"):
                await bootstrap.reporting(channel).record(report)
        case Unsupported() as event:
            log.info("unsupported event", count="unsupported_event", type=event.type)
    return Reply.xml(twilio.EMPTY_TWIML)
