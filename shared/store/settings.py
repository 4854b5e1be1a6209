"""A tenant's configuration documents, `tenants/{t}/config/{name}`, as types.

Each `parse` takes what Firestore returned, or None where the document does not exist, and never fails on a field that
is missing: a tenant that has configured nothing yet is a state to say ("no assistant connected"), not a crash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.opening_hours import DAY, DAYS, Holiday, Interval, OpeningHours
from shared.phones import is_e164
from shared.store.values import flag, integer, mapping, mappings, text, texts

Fields = Mapping[str, object]

DEFAULT_MODEL = "gemini-3.8-flash"
FALLBACK_MODEL = "gemini-3.5-flash-lite"
DEFAULT_WINDOW_SECONDS = 3
ACKNOWLEDGE_MINUTES = 10
RETURN_MINUTES = 120
TEXTS_PER_HOUR = 30
ANSWERS_PER_HOUR = 1_000
TOKENS_PER_DAY = 5_000_000
MOST_INTERVALS = 4  # of one day
MOST_HOLIDAYS = 100

_INTERVAL = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be sent to customers. `id` is what the model says, `url` is what the customer gets."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class FactText:
    """One thing the business says about itself ("Parking", "Free behind the building.")."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BusinessProfile:
    """config/business_profile: facts, and the links that may be sent."""

    name: str = ""
    description: str = ""
    contact: str = ""  # how to reach a person: shown to customers when the assistant cannot help
    facts: tuple[FactText, ...] = ()
    links: tuple[Link, ...] = ()
    hours: OpeningHours | None = None  # None: nobody has told them, which is not "closed"

    @classmethod
    def parse(cls, fields: Fields | None) -> BusinessProfile:
        data = fields or {}
        return cls(
            name=text(data, "name"),
            description=text(data, "description"),
            contact=text(data, "contact"),
            facts=tuple(FactText(text(f, "id"), text(f, "title"), text(f, "text")) for f in mappings(data, "facts")),
            links=tuple(Link(text(k, "id"), text(k, "title"), text(k, "url")) for k in mappings(data, "links")),
            hours=_opening_hours(data),
        )


def _opening_hours(data: Fields) -> OpeningHours | None:
    """`hours` as {"mon": ["09:00-12:00", "13:00-24:00"], …}: a day that is not there is closed, no day at all unknown.

    An interval is one text, as Firestore keeps no list in a list. "20:00-02:00" runs past midnight.
    """
    week = mapping(data, "hours")
    if not any(isinstance(week.get(day), list) for day in DAYS):
        return None
    told = mappings(data, "holidays")[:MOST_HOLIDAYS]
    holidays = tuple(
        Holiday(day, text(one, "name"), _intervals(one, "hours"))
        for one in told
        if (day := _date(text(one, "date"))) is not None
    )
    return OpeningHours(tuple(_intervals(week, day) for day in DAYS), holidays)


def _intervals(data: Fields, name: str) -> tuple[Interval, ...]:
    return tuple(_read_intervals(texts(data, name)[:MOST_INTERVALS]))


def _read_intervals(written: tuple[str, ...]) -> Iterator[Interval]:
    for one in written:
        match = _INTERVAL.fullmatch(one)
        if match is None:
            continue
        begins, ends = _minute(match[1], match[2]), _minute(match[3] or "24", match[4] or "00")
        if begins != ends:
            yield Interval(begins, ends if ends > begins else ends + DAY)


def _minute(hour: str, minute: str) -> int:
    return int(hour) * 60 + int(minute)


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class HandOff:
    """Who is told when a person is asked for (E.164, by text), and how long each step lasts.

    What is no such number is nobody: a request must not fail for it.
    `return_minutes`: after so long without a person's word the assistant answers again; 0: never.
    """

    notify: tuple[str, ...] = ()
    escalate_to: tuple[str, ...] = ()
    acknowledge_minutes: int = ACKNOWLEDGE_MINUTES
    return_minutes: int = RETURN_MINUTES

    @property
    def phones(self) -> frozenset[str]:
        return frozenset((*self.notify, *self.escalate_to))

    @classmethod
    def parse(cls, data: Fields) -> HandOff:
        return cls(
            notify=tuple(filter(is_e164, texts(data, "notify"))),
            escalate_to=tuple(filter(is_e164, texts(data, "escalate_to"))),
            acknowledge_minutes=integer(data, "acknowledge_minutes", ACKNOWLEDGE_MINUTES),
            return_minutes=integer(data, "return_minutes", RETURN_MINUTES),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What one customer and the whole tenant may use; see `shared.conversations.limits`."""

    texts_per_hour: int = TEXTS_PER_HOUR
    answers_per_hour: int = ANSWERS_PER_HOUR
    tokens_per_day: int = TOKENS_PER_DAY

    @classmethod
    def parse(cls, data: Fields) -> Limits:
        return cls(
            texts_per_hour=integer(data, "texts_per_hour", TEXTS_PER_HOUR),
            answers_per_hour=integer(data, "answers_per_hour", ANSWERS_PER_HOUR),
            tokens_per_day=integer(data, "tokens_per_day", TOKENS_PER_DAY),
        )


@dataclass(frozen=True, slots=True)
class CustomerService:
    """config/customer_service: the assistant and the integrations.

    `connected` is False until an owner has connected the assistant: then texts are stored and answered by nobody but
    an honest sentence. `window_seconds`: how long a customer must be quiet before an answer is written.
    """

    connected: bool = False
    model: str = DEFAULT_MODEL
    fallback_model: str = FALLBACK_MODEL
    thinking: str = "LOW"
    language: str = "en"
    tools: tuple[str, ...] = ()
    window_seconds: int = DEFAULT_WINDOW_SECONDS
    jackrabbit_org: str = ""
    handoff: HandOff = HandOff()
    limits: Limits = Limits()

    def without_phones(self) -> CustomerService:
        """Of a business without a number to text from: nobody of its staff can be told of anything."""
        return replace(self, handoff=replace(self.handoff, notify=(), escalate_to=()))

    @classmethod
    def parse(cls, fields: Fields | None) -> CustomerService:
        data = fields or {}
        assistant = mapping(data, "assistant")
        return cls(
            connected=flag(assistant, "connected"),
            model=text(assistant, "model") or DEFAULT_MODEL,
            fallback_model=text(assistant, "fallback_model") or FALLBACK_MODEL,
            thinking=text(assistant, "thinking") or "LOW",
            language=text(assistant, "language") or "en",
            tools=texts(assistant, "tools"),
            window_seconds=integer(assistant, "window_seconds", DEFAULT_WINDOW_SECONDS),
            jackrabbit_org=text(mapping(data, "jackrabbit"), "org_id"),
            handoff=HandOff.parse(mapping(data, "handoff")),
            limits=Limits.parse(mapping(data, "limits")),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A number at a provider. `channel` names our webhook URL, `/telnyx-sms/{channel}` or `/twilio-sms/{channel}`.

    `messaging_profile_id`: at Twilio the id of a Messaging Service, if there is one.
    """

    provider: str = ""
    number: str = ""
    channel: str = ""
    messaging_profile_id: str = ""

    @classmethod
    def of(cls, data: Fields) -> Line:
        return cls(
            provider=text(data, "provider"),
            number=text(data, "number"),
            channel=text(data, "channel"),
            messaging_profile_id=text(data, "messaging_profile_id"),
        )


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """config/sms: the line a tenant texts through, and the one that takes over when that one is refused for good."""

    primary: Line = field(default_factory=Line)
    failover: Line | None = None

    @property
    def provider(self) -> str:
        return self.primary.provider

    def line_of(self, number: str) -> Line:
        """The line with this number of ours; the primary one for a number that is not ours any more."""
        return self.failover if self.failover is not None and self.failover.number == number else self.primary

    @classmethod
    def parse(cls, fields: Fields | None) -> SmsSettings:
        data = fields or {}
        failover = Line.of(mapping(data, "failover"))
        return cls(primary=Line.of(data), failover=failover if failover.provider and failover.number else None)


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """tenants/{t}: what a tenant is called and where it lives."""

    name: str = ""
    status: str = ""
    time_zone: str = "UTC"
    locale: str = "en"

    @property
    def zone(self) -> ZoneInfo:
        """UTC where the name is not one that this machine knows."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @property
    def country(self) -> str:
        """Where a number without a country code is dialled (ISO 3166): the locale's; the United States without one."""
        match = re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?[-_]([A-Za-z]{2})", self.locale)
        return match[1].upper() if match else "US"

    @classmethod
    def parse(cls, fields: Fields | None) -> TenantFacts:
        data = fields or {}
        return cls(
            name=text(data, "name"),
            status=text(data, "status"),
            time_zone=text(data, "time_zone") or "UTC",
            locale=text(data, "locale") or "en",
        )
