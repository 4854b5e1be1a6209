"""Tool capture-lead: the caller wants to be contacted; the business finds it among its leads."""

from shared.assistant.answer import KeepLead
from shared.assistant.tools.capture_lead import CaptureLeadArgs
from shared.boundary import Call, Reply, endpoint
from shared.boundary.tool_calls import arguments, caller, tool_channel
from shared.conversations import bootstrap


@endpoint(caller="tool")
async def capture_lead(call: Call) -> Reply:
    channel = await tool_channel(call, "capture-lead")
    lead = arguments(call, CaptureLeadArgs)
    await bootstrap.callers(channel.channel).keep_lead(KeepLead(lead.name, lead.wish), caller(call).number)
    return Reply({"ok": True, "say": "I have noted that; someone will contact you."})
