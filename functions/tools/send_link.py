"""Tool send-link: texts the caller a link of the business's own list."""

from shared.assistant.tools.send_link import SendLinkArgs, allowed_link
from shared.boundary import Call, Reply, endpoint
from shared.boundary.tool_calls import arguments, caller, tool_channel
from shared.conversations import bootstrap


@endpoint(caller="tool")
async def send_link(call: Call) -> Reply:
    channel = await tool_channel(call, "send-link")
    wanted, who = arguments(call, SendLinkArgs), caller(call)
    linking = bootstrap.linking(channel.channel)
    link = allowed_link(channel.settings.profile, wanted.link)
    await linking.send(link, call_id=who.call_id, customer=who.number)
    return Reply({"ok": True, "link": link.id, "say": f"I have texted you the link: {link.title}."})
