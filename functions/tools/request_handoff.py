"""Tool request-handoff: the caller wants a person; staff are told, and the conversation waits for them."""

from shared.assistant.tools.request_handoff import RequestHandoffArgs
from shared.boundary import Call, Reply, endpoint
from shared.boundary.tool_calls import arguments, caller, tool_channel
from shared.conversations import bootstrap


@endpoint(caller="tool")
async def request_handoff(call: Call) -> Reply:
    channel = await tool_channel(call, "request-handoff")
    arguments(call, RequestHandoffArgs)
    callers = bootstrap.callers(channel.channel)
    asked = await callers.ask_person(caller(call).number, channel.settings)
    told = bool(channel.settings.service.handoff.notify)
    say = "I have told the team; someone will get back to you." if told else "I have noted it for the team."
    return Reply({"ok": True, "asked": asked, "say": say})
