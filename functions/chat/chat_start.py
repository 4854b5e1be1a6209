"""Chat start: a page of a business's site asks what to show, and for a session of its visitor."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.networks import starts
from shared.boundary.visit_desk import Start, begun, shown
from shared.boundary.visitors import site_of


@endpoint(caller="site", methods=("GET", "POST"), max_body=16 * 1024)
async def chat_start(call: Call) -> Reply:
    if call.method == "GET":
        return Reply(await shown(await site_of(call), call.now), headers={"cache-control": "public, max-age=300"})
    starts().expect_room(call.headers)
    return Reply(await begun(await site_of(call), call.parse(Start), call.now))
