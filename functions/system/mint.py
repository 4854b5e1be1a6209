"""Mint: the only function that makes identities, for other functions alone."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.mint_desk import MintRequest, desk


@endpoint(caller="functions")
async def mint(call: Call) -> Reply:
    assert call.caller is not None  # proven by the boundary
    return Reply(await desk().hand_out(call.parse(MintRequest), call.caller))
