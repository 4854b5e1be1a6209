"""Whether a business is open, and when that changes: of its weekly hours, its holidays, its zone and the clock.

A day's hours are what the clock on the wall shows. A time that it shows twice is the first one; one that it leaves out
is the moment at which it is put past it. Hours may run past midnight into the next day, unless that is a holiday: a
holiday has its own hours, from midnight on, and nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60  # minutes
AHEAD = timedelta(days=30)  # how far anybody looks for the next change
MOST_HOLIDAYS_TOLD = 10

_ONE = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Minutes since the midnight with which its day begins. `closes` is past DAY where it runs into the next day."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date with hours of its own instead of its weekday's; none: closed all day."""

    day: date
    name: str
    hours: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """`week`: each weekday's intervals, Monday first. What a business has told; who has told nothing has none of it."""

    week: tuple[tuple[Interval, ...], ...]
    holidays: tuple[Holiday, ...] = ()

    def holiday(self, day: date) -> Holiday | None:
        return next((holiday for holiday in self.holidays if holiday.day == day), None)

    def on(self, day: date) -> tuple[Interval, ...]:
        holiday = self.holiday(day)
        return self.week[day.weekday()] if holiday is None else holiday.hours


@dataclass(frozen=True, slots=True)
class Status:
    """`closes_at`: while open; `opens_at`: while closed; None where it does not happen within AHEAD. Both in the zone.

    `holiday`: the name of the one that it is closed for, else "".
    """

    open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    holiday: str = ""


def status(hours: OpeningHours, zone: tzinfo, now: datetime) -> Status:
    """What is so at `now` (aware)."""
    now = now.astimezone(UTC)  # two moments of one zone are compared by what the clock shows, however it was changed
    for opens, closes in _spans(hours, zone, now):
        if now < opens:
            return Status(False, opens_at=_soon(opens, zone, now), holiday=_reason(hours, zone, now))
        if now < closes:
            return Status(True, closes_at=_soon(closes, zone, now))
    return Status(False, holiday=_reason(hours, zone, now))


def as_json(hours: OpeningHours | None, zone: ZoneInfo, now: datetime) -> dict[str, object] | None:
    """`hours` of the web chat (docs/chat.md); None where the business has told none."""
    if hours is None:
        return None
    is_now = status(hours, zone, now)
    return {
        "open": is_now.open,
        "closes_at": is_now.closes_at.isoformat() if is_now.closes_at else None,
        "opens_at": is_now.opens_at.isoformat() if is_now.opens_at else None,
        "time_zone": zone.key,
    }


def in_words(hours: OpeningHours, zone: tzinfo, now: datetime) -> str:
    """One line for a model: what is so now, the week, and the holidays to come."""
    today = now.astimezone(zone).date()
    to_come = sorted((one for one in hours.holidays if one.day >= today), key=lambda holiday: holiday.day)
    week = (f"{name.capitalize()} {_times(day)}" for name, day in zip(DAYS, hours.week, strict=True))
    dates = (f"{one.day:%a %Y-%m-%d} {one.name}: {_times(one.hours)}" for one in to_come[:MOST_HOLIDAYS_TOLD])
    return "; ".join((_now_in_words(status(hours, zone, now), today), *week, *dates))


def _now_in_words(is_now: Status, today: date) -> str:
    state = "open now" if is_now.open else f"closed now{f' ({is_now.holiday})' if is_now.holiday else ''}"
    at = is_now.closes_at or is_now.opens_at
    if at is None:
        return state
    when = f"{at:%H:%M}" if at.date() == today else f"{at:%A %Y-%m-%d %H:%M}"
    return f"{state} until {when}" if is_now.open else f"{state}, opens {when}"


def _times(hours: Iterable[Interval]) -> str:
    return ", ".join(f"{_clock(one.opens)}-{_clock(one.closes)}" for one in hours) or "closed"


def _clock(minute: int) -> str:
    """Midnight is 00:00 at an end too: there is no 24:00 that an answer could repeat."""
    return "{:02}:{:02}".format(*divmod(minute % DAY, 60))


def _soon(at: datetime, zone: tzinfo, now: datetime) -> datetime | None:
    return at.astimezone(zone) if at <= now + AHEAD else None


def _reason(hours: OpeningHours, zone: tzinfo, now: datetime) -> str:
    """A holiday without any hours is why it is closed; one with hours only where it would be open without it."""
    today = now.astimezone(zone).date()
    holiday = hours.holiday(today)
    if holiday is None:
        return ""
    without = OpeningHours(hours.week, tuple(one for one in hours.holidays if one.day != today))
    return holiday.name if not holiday.hours or status(without, zone, now).open else ""


def _spans(hours: OpeningHours, zone: tzinfo, now: datetime) -> Sequence[tuple[datetime, datetime]]:
    """From when to when it is open, in UTC and in order, from the day before `now` on; what adjoins is one."""
    merged: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(_each(hours, zone, now)):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


def _each(hours: OpeningHours, zone: tzinfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    today = now.astimezone(zone).date()
    for number in range(-1, AHEAD.days + 2):
        day = today + number * _ONE
        ends = _reached(day + _ONE, 0, zone) if hours.holiday(day + _ONE) else None
        for interval in hours.on(day):
            opens, closes = _reached(day, interval.opens, zone), _reached(day, interval.closes, zone)
            closes = closes if ends is None else min(closes, ends)
            if opens < closes:
                yield opens, closes


def _reached(day: date, minute: int, zone: tzinfo) -> datetime:
    """The first moment at which the clock on the wall has reached that minute of that day."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    after, before = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    if before <= after:
        return before
    # The clock never shows it: it is put past it somewhere between the two.
    moments = range((before - after) // _SECOND + 1)
    passed = bisect_left(moments, wall, key=lambda number: _wall(after + number * _SECOND, zone))
    return after + passed * _SECOND


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
