"""A page says who is signed in there: what its server signed is checked, and the visit becomes that person's."""

from __future__ import annotations

from datetime import datetime

from shared import log, tenancy
from shared.boundary.visitors import Site
from shared.channels.webchat.identity import Identity, is_usable, verify
from shared.channels.webchat.keys import identity_key
from shared.conversations import bootstrap
from shared.errors import Forbidden
from shared.signed_tokens import CallerRefused
from shared.store.reading import Reader, conversation
from shared.vault.visits import Visit

# For whoever sets it up. What comes behind `signature` is said only of a token that is signed with the right key.
WHY = {
    "disabled": "this business has no key for it, or one shorter than 32 bytes (Settings → Widget → Identity)",
    "malformed": "it is no JWT of at most 4,096 characters, or a name in it comes twice",
    "algorithm": "it must be signed with HS256, and demand nothing by `crit`",
    "signature": "it is not signed with this business's key (Settings → Widget → Identity)",
    "audience": "`aud` must be this widget's key",
    "times": "`iat` and `exp` must be there, in seconds",
    "expired": "`exp` has passed",
    "future": "`iat` or `nbf` is in the future",
    "life": "`exp` must be at most an hour after `iat`",
    "sub": "`sub` must be a text of 1 to 200 characters",
    "jti": "`jti` must be a text of 1 to 200 characters",
}


async def identified(site: Site, visit: Visit, token: str, now: datetime) -> Visit:
    """The visit that belongs to whom `token` names: this one, or a new one where it is somebody else's.

    Raises Forbidden (identity_refused, identity_replayed), Unavailable.
    """
    return await bootstrap.identifying(site.channel).attach(visit, await _proven(site, token, now))


async def may_identify(site: Site) -> bool:
    """Whether the tenant has a key for it."""
    return is_usable(await identity_key(site.channel.tenant_id, _reader(site)))


async def is_identified(site: Site, visit: Visit) -> bool:
    found = (await _reader(site).read([conversation(visit.conversation)])).conversation(visit.conversation)
    return found is not None and bool(found.verified)


async def _proven(site: Site, token: str, now: datetime) -> Identity:
    key = await identity_key(site.channel.tenant_id, _reader(site))
    try:
        return verify(token, key, widget=site.channel.id, now=now)
    except CallerRefused as refused:
        log.info("an identity was refused", count="identity_refused", reason=refused.reason)
        why = f"the identity token is refused: {WHY[refused.reason]}"
        raise Forbidden(why, code="identity_refused") from None


def _reader(site: Site) -> Reader:
    return Reader(tenancy.database_of(site.channel))
