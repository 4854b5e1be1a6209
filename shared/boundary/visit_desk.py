"""A page asks for the chat: what its launcher shows, and a session for a visit that begins or goes on."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from shared.assistant.language import spoken
from shared.boundary.bodies import Strict
from shared.boundary.signed_in import identified, is_identified, may_identify
from shared.boundary.visitors import Site, settings_for
from shared.config import config
from shared.opening_hours import as_json
from shared.vault.visits import LONGEST, Expired, Forged, Pass, Visit, visit_tokens

Json = dict[str, object]
Token = Annotated[str, StringConstraints(max_length=LONGEST)]


class Start(Strict):
    """`resume`: what an earlier start answered. `identity`: what the site's server signed. `locale`: BCP 47.

    An identity of whatever length is refused as one, for the widget to begin without it.
    """

    resume: Token | None = None
    identity: str | None = None
    locale: Annotated[str, StringConstraints(max_length=35)] = ""
    page: Annotated[str, StringConstraints(max_length=2000)] = ""


async def shown(site: Site, now: datetime) -> Json:
    """Everything that the launcher and the app show before anybody has spoken. Public."""
    widget, key = site.widget, site.channel.id
    settings = await settings_for(site.channel)
    return {
        "functions": config().functions_url,
        "frame": f"{config().widget_origin}/chat-frame/{key}",
        "name": settings.profile.name or settings.tenant.name,
        "color": widget.color,
        "scheme": widget.scheme,
        "position": widget.position,
        "locale": widget.locale,
        "greeting": widget.greeting,
        "greetings": [asdict(greeting) for greeting in widget.greetings],
        "suggestions": widget.suggestions,
        "form": asdict(widget.form) if widget.form is not None else None,
        "hours": as_json(settings.profile.hours, settings.tenant.zone, now),
        "uploads": True,
        "identity": await may_identify(site),
    }


async def begun(site: Site, wanted: Start, now: datetime) -> Json:
    """A session for the visit that is resumed, or for a new one.

    Nothing is written before the visitor speaks, unless an identity is attached. Raises Forbidden where it does not
    hold: the widget then begins without.
    """
    resumed = _resumed(site, wanted.resume, now)
    known = resumed is not None and await is_identified(site, resumed)
    if resumed is not None and known and not resumed.proven and wanted.identity is None:
        resumed, known = None, False  # kept by whoever had this browser before somebody proved who they are
    visit = _spoken_with(site, resumed, spoken(wanted.locale) or site.widget.locale)
    if wanted.identity is not None:
        visit, known = await identified(site, visit, wanted.identity, now), True
    fresh = resumed is None or visit.id != resumed.id
    asks_work = not known and site.widget.work_bits > 0  # of the first message, whenever that comes
    return {
        "session": visit_tokens().sign(Pass.SESSION, visit, now),
        "expires_in": int(Pass.SESSION.life.total_seconds()),
        "resume": visit_tokens().sign(Pass.RESUME, visit, now),
        "visit": visit.id,
        "fresh": fresh,
        "identified": known,
        "work": {"bits": site.widget.work_bits} if asks_work else None,
    }


def _spoken_with(site: Site, resumed: Visit | None, language: str) -> Visit:
    if resumed is not None:
        return replace(resumed, language=language)
    return Visit.begun(site.channel.tenant_id, site.channel.id, site.origin, language)


def _resumed(site: Site, token: str | None, now: datetime) -> Visit | None:
    """None where there is nothing to go on with: a token that is over, or another site's or widget's."""
    if token is None:
        return None
    try:
        visit = visit_tokens().open(Pass.RESUME, token, now)
    except (Expired, Forged):
        return None
    same = (visit.tenant, visit.widget, visit.origin) == (site.channel.tenant_id, site.channel.id, site.origin)
    return visit if same else None
