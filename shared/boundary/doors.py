"""Which door a signed request came through, and whose door that is (DESIGN §4).

The channel in the URL selects the key before anything is parsed; then the address in the payload must belong to that
same channel. The URL without a channel is the platform's own account: its key first, routed by address after. An
unknown channel and a bad signature get the same bytes after the same work.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared import log, tenancy
from shared.boundary.call import Call
from shared.channels import telnyx
from shared.config import config
from shared.errors import Forbidden, Unauthenticated, Unprocessable
from shared.store.reading import Reader, Settings
from shared.store.settings_cache import settings_of
from shared.tenancy import Channel


async def verified_by_telnyx(call: Call) -> Channel | None:
    """The channel that the URL names, its signature proven; None for the platform-wide URL.

    Raises Unauthenticated for whatever does not prove itself.
    """
    if call.channel is None:
        telnyx.verify(call.raw, call.headers, public_key=config().telnyx_public_key, now=call.now)
        return None
    channel = await tenancy.channel_named(call.channel)
    key = channel.public_key if channel is not None else telnyx.DUMMY_KEY
    telnyx.verify(call.raw, call.headers, public_key=key, now=call.now)
    if channel is not None:
        log.bind(tenant=channel.tenant_id)
    return channel


async def owner_of(door: Channel | None, kind: str, address: str) -> Channel | None:
    """The channel that owns `address`, which must be the door's own where there is one; None if nobody owns it.

    Raises Forbidden for a body that speaks of another channel's address.
    """
    if door is not None and door.address == address:
        return door
    owner = await tenancy.channel_at(kind, address)
    if door is not None and (owner is None or owner.id != door.id):
        raise Forbidden("this body is about an address of another channel", code="another_channel")
    if owner is None:
        log.warning("nobody owns this address", count="no_route")
        return None
    log.bind(tenant=owner.tenant_id)
    return owner


@dataclass(frozen=True, slots=True)
class ToolChannel:
    """The channel whose assistant called a tool, and its tenant's settings."""

    channel: Channel
    settings: Settings


async def tool_channel(call: Call, tool: str) -> ToolChannel:
    """The channel that the URL names, its signature proven, if its tenant has switched `tool` on.

    Raises Unauthenticated, or Unprocessable with what the owner has to do.
    """
    channel = await verified_by_telnyx(call)
    if channel is None:
        raise Unauthenticated("caller not authenticated")
    settings, _ = await settings_of(channel.tenant_id, Reader(tenancy.database_of(channel)))
    if tool not in settings.service.tools:
        raise Unprocessable(f"{tool} is switched off (Settings → Customer service → Tools).", code="tool_off")
    return ToolChannel(channel, settings)
