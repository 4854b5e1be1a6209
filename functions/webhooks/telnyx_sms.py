"""Telnyx SMS webhook: a text arrived, or the state of one of ours changed."""

from shared import log
from shared.boundary import Call, Reply, endpoint
from shared.boundary.doors import owner_of, verified_by_telnyx
from shared.channels.telnyx import read
from shared.channels.types import InboundText, StateReport, Unsupported
from shared.conversations import bootstrap


@endpoint(caller="telnyx")
async def telnyx_sms(call: Call) -> Reply:
    door = await verified_by_telnyx(call)
    match read(call.raw):
        case InboundText() as text:
            if channel := await owner_of(door, "sms", text.recipient):
                await bootstrap.receiving(channel).receive(text)
        case StateReport() as report:
            if channel := await owner_of(door, "sms", report.sender):
                await bootstrap.reporting(channel).record(report)
        case Unsupported() as event:
            log.info("unsupported event", count="unsupported_event", type=event.type)
    return Reply.accepted()
