"""When a text that we start ourselves may go out: within hours where the customer may be, and where the business is.

47 CFR 64.1200(c)(1) allows 8:00 to 21:00 of the recipient's local time. A number's area code is no address, so every
zone where the number may be counts, and the business's own on top. Answers to a customer's text are exempt: nobody asks
here for them.

Which zones count, the strictest that leaves any time within two days:

    recipient's and tenant's    the rule
    recipient's alone           where both have no hour in common: the law speaks of the recipient's day
    tenant's alone              where even the recipient's zones have none in common, or are not known

A number of the whole North American plan (toll-free: 42 zones from Guam to Barbados) is taken for one of the contiguous
United States: its four zones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OPENS = time(8)
CLOSES = time(21)
MOST_WAIT = timedelta(days=2)
CONTIGUOUS = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")

_MOST_ZONES = 16  # of one country code's numbers: Russia's and Kazakhstan's. Only "+1, somewhere" has more
_STEP = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


def next_allowed(
    now: datetime,
    recipient_zones: Sequence[str],
    tenant_zone: str,
    *,
    opens: time = OPENS,
    closes: time = CLOSES,
) -> datetime:
    """The earliest moment from `now` (aware) on that is within hours in every zone that counts: `now` itself, or UTC.

    `recipient_zones`: as `phones.zones` tells them; names that this machine does not know are left out. Within hours
    is `opens` <= the clock on the wall < `closes`, through every change of the clocks. At most MOST_WAIT after `now`.
    """
    if opens >= closes:
        raise ValueError("opens must be before closes")
    theirs, ours = _theirs(recipient_zones), _zone(tenant_zone) or UTC
    for zones in (dict.fromkeys((*theirs, ours)), theirs, (ours,)):
        found = _earliest(now, tuple(zones), opens, closes) if zones else None
        if found is not None:
            return found
    return now + MOST_WAIT  # hours that the clocks of the tenant skip on both days: an instant within a gap


def _theirs(names: Sequence[str]) -> tuple[tzinfo, ...]:
    counted = CONTIGUOUS if len(names) > _MOST_ZONES else names
    return tuple(zone for name in counted if (zone := _zone(name)) is not None)


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder of the zones
        return None


def _earliest(now: datetime, zones: Sequence[tzinfo], opens: time, closes: time) -> datetime | None:
    """Hours begin where a clock strikes `opens` or is changed, so no other moment can be the first one."""
    moments = {moment for zone in zones for moment in (*_openings(now, zone, opens), *_changes(now, zone))}
    later = sorted(moment for moment in moments if now < moment <= now + MOST_WAIT)
    return next((moment for moment in (now, *later) if _open(moment, zones, opens, closes)), None)


def _open(moment: datetime, zones: Iterable[tzinfo], opens: time, closes: time) -> bool:
    return all(opens <= moment.astimezone(zone).time() < closes for zone in zones)


def _openings(now: datetime, zone: tzinfo, opens: time) -> Iterator[datetime]:
    """Where the clock shows `opens` on the days that may matter; both times where it does so twice."""
    first = now.astimezone(zone).date() - timedelta(days=1)
    for day in _days(first, first + MOST_WAIT + timedelta(days=2)):
        for fold in (0, 1):
            yield datetime.combine(day, opens, zone).replace(fold=fold).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _changes(now: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The moments within MOST_WAIT at which the clock is put forward or back, to the second."""
    start = now.astimezone(UTC).replace(microsecond=0)
    while start < now + MOST_WAIT:
        end = start + _STEP
        if _offset(start, zone) != _offset(end, zone):
            yield _change(start, end, zone)
        start = end


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        before, after = (middle, after) if _offset(middle, zone) == _offset(before, zone) else (before, middle)
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
