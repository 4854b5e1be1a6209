"""Which door a signed request came through, and whose door that is (DESIGN §4).

The channel in the URL selects the key before anything is parsed; then the address in the payload must belong to that
same channel. The URL without a channel is the platform's own account: its key first, routed by address after, and only
to channels of that account. A tool's door (`tool_calls`) has one check more. An unknown channel and a bad signature get
the same bytes; at Telnyx after the same work, at Twilio not quite: a channel's account may have to be read first, and
once more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from shared import log, tenancy
from shared.boundary.call import Call
from shared.boundary.limits import Crowded, Lookups
from shared.channels import telnyx, twilio
from shared.channels.accounts import accounts_again, accounts_of, platform_twilio
from shared.channels.errors import BadSignature
from shared.channels.telnyx.signature import precheck
from shared.clock import SystemClock
from shared.config import config
from shared.errors import Forbidden, Unavailable
from shared.store.reading import Reader
from shared.tenancy import Channel
from shared.vault import Undecryptable, field_cipher


@cache
def lookups() -> Lookups:
    return Lookups(SystemClock())


async def _channel_named(key: str) -> Channel | None:
    """None too where too many are being tried: its provider is a stranger then, and delivers again, late, not lost."""
    try:
        return await lookups().find(key, tenancy.channel_named)
    except Crowded:
        return None


async def verified_by_telnyx(call: Call) -> Channel | None:
    """The channel that the URL names, its signature proven; None for the platform-wide URL.

    Raises Unauthenticated for whatever does not prove itself.
    """
    precheck(call.headers, now=call.now)
    if call.channel is None:
        telnyx.verify(call.raw, call.headers, public_key=config().telnyx_public_key, now=call.now)
        return None
    channel = await _channel_named(call.channel)
    key = channel.public_key if channel is not None else telnyx.DUMMY_KEY
    telnyx.verify(call.raw, call.headers, public_key=key, now=call.now)
    if channel is not None:
        log.bind(tenant=channel.tenant_id)
    return channel


async def verified_by_twilio(call: Call) -> Channel | None:
    """As `verified_by_telnyx`, over our public URL and the form: by the tenant's own account, else the platform's.

    Raises Unavailable as well, where the tenant's account cannot be opened.
    """
    twilio.precheck(call.headers)
    url = _public_url(call)

    def verify(account: twilio.Account) -> None:
        twilio.verify(url, call.raw, call.headers, account=account)

    if call.channel is None:
        verify(platform_twilio())
        return None
    channel = await _channel_named(call.channel)
    if channel is None or channel.provider != "twilio":
        verify(twilio.DUMMY)
        raise BadSignature("disabled")
    try:
        await _verify_as_its_own(channel, verify)
    except Undecryptable as damaged:
        said = "the tenant's Twilio account cannot be opened: it has to be entered again"
        log.error(said, count="account_damaged", tenant=channel.tenant_id)
        raise Unavailable("this cannot be checked at the moment; send it again") from damaged
    log.bind(tenant=channel.tenant_id)
    return channel


async def _verify_as_its_own(channel: Channel, verify: Callable[[twilio.Account], None]) -> None:
    """By the account that is held; where that does not fit, by what it has become since."""
    reader = Reader(tenancy.database_of(channel))
    held = await accounts_of(channel.tenant_id, reader)
    try:
        verify(held.twilio(field_cipher()))
    except (BadSignature, Undecryptable):
        newer = await accounts_again(held, reader)
        if newer is None:
            raise
        verify(newer.twilio(field_cipher()))


async def owner_of(door: Channel | None, kind: str, address: str, provider: str = "telnyx") -> Channel | None:
    """The channel that owns `address`, which must be the door's own where there is one; None if nobody owns it.

    Through the platform-wide URL, an address of a tenant with its own account is nobody's: that key did not sign.
    Raises Forbidden for a body that speaks of another channel's address.
    """
    if door is not None and door.address == address:
        return door
    owner = await tenancy.channel_at(kind, address)
    if door is not None and (owner is None or (owner.tenant_id, owner.id) != (door.tenant_id, door.id)):
        raise another_channel()
    if owner is None or (door is None and not await _on_the_platforms_account(owner, provider)):
        log.warning("nobody owns this address", count="no_route")
        return None
    log.bind(tenant=owner.tenant_id)
    return owner


async def _on_the_platforms_account(owner: Channel, provider: str) -> bool:
    if owner.provider != provider:
        return False
    if provider == "twilio":
        accounts = await accounts_of(owner.tenant_id, Reader(tenancy.database_of(owner)))
        return not accounts.has_own_twilio
    return owner.public_key == config().telnyx_public_key


def _public_url(call: Call) -> str:
    """Where the world called: from the configuration, for no header can be trusted to say it."""
    path = f"/{call.channel}" if call.channel else ""
    query = f"?{call.query}" if call.query else ""
    return f"{config().functions_url}/{call.function}{path}{query}"


def another_channel() -> Forbidden:
    """The door is one channel's, and the body speaks of another's address."""
    return Forbidden("this body is about an address of another channel", code="another_channel")
