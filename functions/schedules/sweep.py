"""Sweep, every minute: work whose task was lost gets another one."""

from shared.boundary import Call, Reply, endpoint
from shared.conversations import bootstrap


@endpoint(caller="scheduler")
async def sweep(_call: Call) -> Reply:
    swept = await bootstrap.sweeping().sweep()
    return Reply({"again": swept.again, "parked": swept.parked})
