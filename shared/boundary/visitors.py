"""Who chats: a page of a business's site, which its browser names, and the widget's frame, which shows a session.

    page     the widget key in the path, the Origin header in the tenant's list
    frame    a session: ours, in time (`admitted`), of this tenant, and of a site that is still in the list

The boundary has refused every frame that is not ours before this is asked (`cors.expect_ours`), and every session that
opens nothing before it reads what was sent with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared import log, tenancy
from shared.boundary.call import Call
from shared.boundary.doors import lookups
from shared.boundary.networks import calls, calls_of_one
from shared.errors import Forbidden, NotFound, Unauthenticated
from shared.held import Held
from shared.store.documents import ON_SITE, Conversation
from shared.store.reading import Reader, Settings
from shared.store.settings_cache import settings_of, widget_of
from shared.store.widget import Widget
from shared.tenancy import Channel
from shared.vault.visits import Expired, Forged, Pass, Visit, visit_tokens


@dataclass(frozen=True, slots=True)
class Site:
    """A page that may show this tenant's widget."""

    channel: Channel
    widget: Widget
    origin: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever may take part in one conversation."""

    channel: Channel
    widget: Widget
    visit: Visit


async def site_of(call: Call) -> Site:
    """The page that calls. Raises NotFound for an unknown key, Forbidden for a page that is not in the list."""
    channel, widget = await widget_named(call.channel or "")
    origin = call.headers.get("origin", "")
    if not widget.allows(origin):
        log.info("a page is not in the list", count="site_refused")
        raise _not_in_the_list()
    return Site(channel, widget, origin)


async def widget_named(key: str) -> tuple[Channel, Widget]:
    """Raises NotFound for a key that nobody has, or whose widget is switched off; Unavailable where too many try."""
    return await _on_site(await lookups().find(key, tenancy.channel_named))


async def _on_site(channel: Channel | None) -> tuple[Channel, Widget]:
    if channel is None or channel.kind != ON_SITE:
        raise _unknown()
    log.bind(tenant=channel.tenant_id)
    widget = await widget_of(channel.tenant_id, Reader(tenancy.database_of(channel)))
    if not widget.enabled:
        raise _unknown()
    return channel, widget


_since_proven: Held[str, bool] = Held(seconds=Pass.SESSION.life.total_seconds())


def is_anothers(visit: Visit, conversation: Conversation | None) -> bool:
    """Whether somebody has proven who they are in it, since this session was drawn by whoever was there before."""
    since = not visit.proven and conversation is not None and bool(conversation.verified)
    if since:
        _since_proven.put(visit.conversation, True)
    return since


def expect_current(visit: Visit) -> None:
    """Raises Unauthenticated (session_expired) where this instance knows that it `is_anothers`."""
    if not visit.proven and _since_proven.get(visit.conversation):
        raise _over()


def admitted(headers: Mapping[str, str], now: datetime) -> Visit:
    """The visit that a session opens. Raises Unauthenticated (session_expired, session_invalid), TooManyRequests."""
    visit = _shown(headers, now)
    calls().expect_room(headers)
    calls_of_one().expect_room_of(visit.id)
    return visit


async def visitor_of(call: Call) -> Visitor:
    """Raises Unauthenticated (session_invalid), Forbidden (origin_refused), Unavailable."""
    visit = call.visit
    assert visit is not None  # opened by the boundary
    try:
        channel, widget = await _on_site(await tenancy.channel_named(visit.widget))  # a key that we signed is no guess
    except NotFound:
        raise _invalid() from None
    if channel.tenant_id != visit.tenant:
        raise _invalid()
    if not widget.allows(visit.origin):
        raise _not_in_the_list()
    log.bind(conversation=visit.conversation)
    return Visitor(channel, widget, visit)


async def settings_for(channel: Channel) -> Settings:
    """Its tenant's."""
    return (await settings_of(channel.tenant_id, Reader(tenancy.database_of(channel))))[0]


def _shown(headers: Mapping[str, str], now: datetime) -> Visit:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise _invalid()
    try:
        return visit_tokens().open(Pass.SESSION, token, now)
    except Expired:
        raise _over() from None
    except Forged:
        raise _invalid() from None


def _over() -> Unauthenticated:
    return Unauthenticated("this chat's session is over: open it again", code="session_expired")


def _invalid() -> Unauthenticated:
    return Unauthenticated("this is no session of this chat: open it again", code="session_invalid")


def _unknown() -> NotFound:
    sentence = "there is no widget with this key, or it is switched off (Settings → Widget)"
    return NotFound(sentence, code="unknown_widget")


def _not_in_the_list() -> Forbidden:
    sentence = "pages of this site may not show this widget (Settings → Widget → Sites)"
    return Forbidden(sentence, code="origin_refused")
