"""Health: this revision starts, and its configuration is one to start with."""

from shared.boundary import Call, Reply, endpoint
from shared.config import config


@endpoint(caller="public", methods=("GET",))
async def health(_call: Call) -> Reply:
    return Reply({"ok": True, "project": config().project})
