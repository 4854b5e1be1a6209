"""Media: a file of a conversation, for whoever holds its link: the provider that delivers it, a page that shows it."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.files import handed_out
from shared.store.linked import linked_file


@endpoint(caller="public", methods=("GET", "HEAD"), link=True)
async def media(call: Call) -> Reply:
    return handed_out(await linked_file(call.channel or "", call.now), call.query)
