"""Chat frame: the document in which the widget runs, for pages of the tenant's list alone."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.frame import document
from shared.boundary.visitors import widget_named


@endpoint(caller="site", methods=("GET", "HEAD"))
async def chat_frame(call: Call) -> Reply:
    channel, widget = await widget_named(call.channel or "")
    return document(channel.id, widget)
