"""What the chat functions get and give (docs/chat.md): the widget's forms, and ours as JSON.

A visitor sees what was said in this one conversation. Whose contact it is, what else that contact wrote, what the staff
note: none of it is in any form here.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractContextManager, aclosing
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field, StringConstraints, field_validator, model_validator

from shared import tenancy
from shared.boundary.bodies import Id, RequestId, Strict, Work
from shared.boundary.call import Event
from shared.boundary.visitors import is_anothers, settings_for
from shared.clock import Clock, SystemClock
from shared.conversations import visits
from shared.conversations.chatting import AnsweredBefore, Stored
from shared.conversations.drafts import Draft
from shared.conversations.on_site import MOST_FILES, MOST_TEXT, Said
from shared.conversations.outgoing import link
from shared.conversations.pictures import IN_PAGES
from shared.conversations.turns import Answered, Failed, Happened, Happening, Silent, Still, TakenBack, Typing, Unit
from shared.opening_hours import as_json
from shared.store.documents import ON_SITE, Conversation, Message, Owner, State
from shared.store.media import MediaFile
from shared.store.reading import Found, Reader, Settings, media
from shared.tenancy import Channel
from shared.vault.links import media_links
from shared.vault.visits import Visit

Json = dict[str, object]
# As browsers write it, in ASCII: the rules count UTF-16 units.
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[!-~]+$")]
_UNIT = re.compile(r"([0-9a-f]{32}):([0-9]{1,9})")


class Written(Strict):
    """A visitor's message. `work`: the proof of work of a visit's first one, where it is demanded."""

    id: RequestId
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_TEXT)] = ""
    files: Annotated[tuple[Id, ...], Field(max_length=MOST_FILES)] = ()
    page: Url | None = None
    work: Work | None = None

    @field_validator("files", mode="before")
    @classmethod
    def _listed(cls, files: object) -> object:
        return tuple(files) if isinstance(files, list) else files

    @model_validator(mode="after")
    def _says_something(self) -> Written:
        if not self.text and not self.files:
            raise ValueError("text or files: a message says or shows something")
        return self

    def said(self) -> Said:
        return Said(self.id, self.text, self.files, self.page or "")


class Seen(Strict):
    """`seen`: the newest message that the visitor has had on the screen."""

    seen: Id | None = None


def conversation(found: Conversation | None, settings: Settings, now: datetime) -> Json:
    """`found` is None before the first message."""
    of = found or Conversation("", None)
    person = of.owner is Owner.HUMAN
    known = {**of.claims, **of.verified}
    return {
        "owner": of.owner.value,
        "by": of.owner_name if person else None,
        "opted_out": of.opted_out,
        "blocked": of.blocked,
        "identified": bool(of.verified),
        "claims": {name: of.claims.get(name) for name in ("name", "email", "phone")},
        "rating": None if of.rating is None else {"score": of.rating.score, "comment": of.rating.comment},
        "asks_contact": of.owner is Owner.WAITING and not (known.get("email") or known.get("phone")),
        "hours": as_json(settings.profile.hours, settings.tenant.zone, now),
    }


def message(said: Message, files: Found, tenant_id: str, now: datetime) -> Json:
    mine = said.direction == "in"
    return {
        "id": said.id,
        "client_id": (said.provider_id or "").partition("|")[2] if mine else None,
        "author": "visitor" if mine else said.author,
        "name": said.by_name,
        "text": said.text,
        "at": _moment(said.received_at or now),
        "kind": said.kind or "reply",
        "language": said.language,
        "state": said.state.value if said.state is not None else "sent",
        "files": [_file(id, files, tenant_id, now) for id in said.pictures],
        "cards": [_card(card) for card in said.cards],
    }


def _card(of: Mapping[str, object]) -> Json:
    """A class as a card shows it. No price is none that is known; it is in dollars, as the tool says it."""
    times = "-".join(str(of[name]) for name in ("start_time", "end_time") if of.get(name))
    fee = of.get("fee")
    price = f"${fee:,.2f}" if isinstance(fee, int | float) and fee else None
    shown = {name: of.get(name) for name in ("name", "location", "days", "openings")}
    return {"id": str(of.get("id", "")), **shown, "times": times, "fee": price}


def _file(id: str, files: Found, tenant_id: str, now: datetime) -> Json:
    known = files.media(id)
    if known is None or not known.stored:
        return {"id": id, "name": "", "type": "", "size": 0, "url": None}
    return file(known, tenant_id, now)


def file(kept: MediaFile, tenant_id: str, now: datetime) -> Json:
    """A picture stands in the page; what is put away has its name in the link."""
    url = link(media_links(), tenant_id, kept.id, now)
    if kept.content_type not in IN_PAGES:
        url = f"{url}?{urlencode({'name': kept.name})}"
    return {"id": kept.id, "name": kept.name, "type": kept.content_type, "size": kept.size, "url": url}


def _moment(at: datetime) -> str:
    """Always with its microseconds: the widget orders moments as texts."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Teller:
    """Turns what happens in a conversation into the events of docs/chat.md."""

    def __init__(self, settings: Settings, reader: Reader, tenant_id: str, clock: Clock) -> None:
        self._settings = settings
        self._reader = reader
        self._tenant_id = tenant_id
        self._clock = clock

    @classmethod
    async def of(cls, channel: Channel) -> Teller:
        reader = Reader(tenancy.database_of(channel))
        return cls(await settings_for(channel), reader, channel.tenant_id, SystemClock())

    async def visit(
        self, happens: AsyncGenerator[visits.Event], visit: Visit, seat: AbstractContextManager[None]
    ) -> AsyncGenerator[Event | None]:
        """An open page's events. The conversation is watched, and the `seat` taken, as long as this is read.

        Where somebody has proven who they are since this session was drawn, it shows nothing of them: the stream ends.
        """
        with seat:
            async with aclosing(happens):
                async for happening in happens:
                    if not isinstance(happening, Still) and is_anothers(visit, happening.conversation):
                        break
                    yield None if isinstance(happening, Still) else await self._changed(happening)
        yield Event("end")

    async def _changed(self, happening: visits.State | visits.Changed) -> Event:
        files = await self._reader.read(media(id) for said in happening.messages for id in said.pictures)
        told = {
            "conversation": conversation(happening.conversation, self._settings, self._clock.now()),
            "messages": [self._message(said, files) for said in happening.messages],
        }
        if isinstance(happening, visits.State):
            return Event("state", {**told, "whole": True}, happening.cursor)
        return Event("changed", told, happening.cursor)

    async def turn(
        self, happenings: AsyncGenerator[Stored | AnsweredBefore | Happening], heard: str | None
    ) -> AsyncGenerator[Event | None]:
        """`heard`: the id of the last event that the widget has had of this stream before it broke."""
        async with aclosing(happenings):
            async for happening in happenings:
                yield None if isinstance(happening, Still) else self._event(happening, heard or "")
        yield Event("end")

    def _event(self, happening: Stored | AnsweredBefore | Happened, heard: str) -> Event | None:
        match happening:
            case Stored(received):
                return Event("accepted", {"message": self._message(received.message, received.files)})
            case Typing():
                return Event("typing")
            case Unit():
                return _unit(happening, heard)
            case TakenBack():
                return Event("replaced", {"answer": happening.answer})
            case Answered(draft, _):
                return Event("answer", {"message": self._message(_as_written(draft), NO_FILES)})
            case AnsweredBefore(message, files):
                return Event("answer", {"message": self._message(message, files)})
            case Silent(of):
                return Event("waiting", {"conversation": conversation(of, self._settings, self._clock.now())})
            case Failed(problem):
                return Event("error", {"error": problem.code, "detail": problem.detail})

    def _message(self, said: Message, files: Found) -> Json:
        return message(said, files, self._tenant_id, self._clock.now())


NO_FILES = Found({})


def _as_written(draft: Draft) -> Message:
    """As good as read: only its moment is ours."""
    return Message(
        draft.id,
        None,
        conversation_id="",
        direction="out",
        channel=ON_SITE,
        author=draft.author,
        text=draft.text,
        sender="",
        recipient="",
        kind=draft.kind,
        language=draft.language,
        cards=draft.cards,
        state=State.SENT,
    )


def _unit(unit: Unit, heard: str) -> Event | None:
    """None for a piece that was heard before the stream broke."""
    known = _UNIT.fullmatch(heard)
    if known is not None and known[1] == unit.answer and unit.end <= int(known[2]):
        return None
    return Event("text", {"answer": unit.answer, "text": unit.text}, f"{unit.answer}:{unit.end}")
