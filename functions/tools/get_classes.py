"""Tool get-classes: which classes have open spots (Jackrabbit)."""

from shared.assistant.factory import openings
from shared.assistant.tools.get_classes import GetClassesArgs, find_classes
from shared.boundary import Call, Reply, endpoint
from shared.boundary.tool_calls import arguments, tool_channel


@endpoint(caller="tool")
async def get_classes(call: Call) -> Reply:
    channel = await tool_channel(call, "get-classes")
    wanted = arguments(call, GetClassesArgs)
    org = channel.settings.service.jackrabbit_org
    found = await find_classes(openings(), channel.channel.tenant_id, org, wanted, deadline=8.0)
    return Reply({"ok": True, **found.output(), "say": found.say})
