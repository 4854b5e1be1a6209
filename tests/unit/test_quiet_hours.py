"""Quiet hours: never outside them anywhere that counts, never later than need be, however the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.conversations.quiet_hours import CLOSES, CONTIGUOUS, MOST_WAIT, OPENS, next_allowed
from shared.phones import E164, zones

NAMES = sorted(
    name for name in available_timezones() if not name.startswith(("posix", "right")) and name != "localtime"
)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
MINUTE = timedelta(minutes=1)
CHICAGO, NEW_YORK, ANGELES, TOKYO = "America/Chicago", "America/New_York", "America/Los_Angeles", "Asia/Tokyo"

CHANGES = [  # spring, autumn, half an hour, at midnight, a day left out, and over midnight backwards
    (CHICAGO, datetime(2026, 3, 8, 8, tzinfo=UTC)),
    (CHICAGO, datetime(2026, 11, 1, 7, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, 22, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 10, 24, 21, tzinfo=UTC)),
]


def within(moment: datetime, names: tuple[str, ...], opens: time = OPENS, closes: time = CLOSES) -> bool:
    return all(opens <= moment.astimezone(ZoneInfo(name)).time() < closes for name in names)


def minutes(start: datetime, end: datetime) -> list[datetime]:
    """Every full minute in between; all clocks of these years change, and all hours begin, at a full minute."""
    first = start.replace(second=0, microsecond=0) + MINUTE
    return [first + MINUTE * number for number in range(max(0, -((first - end) // MINUTE)))]


def at(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))


@settings(max_examples=400, deadline=None)
@given(MOMENTS, st.lists(st.sampled_from(NAMES), max_size=2), st.sampled_from(NAMES))
def test_the_moment_is_within_hours_in_every_zone_and_none_before_it_is(
    now: datetime, theirs: list[str], ours: str
) -> None:
    found = next_allowed(now, theirs, ours)
    ahead = (now, *minutes(now, now + MOST_WAIT))
    counting = [names for names in ((*theirs, ours), tuple(theirs), (ours,)) if names]
    allowed = next(fine for names in counting if (fine := [one for one in ahead if within(one, names)]))
    assert found == allowed[0]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(CHANGES),
    st.integers(-36 * 60, 6 * 60),
    st.integers(0, 23 * 60),
    st.integers(1, 23 * 60),
)
@example(CHANGES[1], 10, 90, 120)  # 1:10 for the second time, and hours that begin at 1:30
@example(CHANGES[0], -10, 150, 120)  # hours that would begin at 2:30, which this night does not have
def test_hours_that_begin_or_end_where_the_clocks_change_are_right_to_the_minute(
    change: tuple[str, datetime], before: int, opening: int, lasting: int
) -> None:
    zone, moment = change
    now = moment + MINUTE * before
    opens = time(*divmod(opening, 60))
    closes = time(*divmod(min(opening + lasting, 23 * 60 + 59), 60))
    if opens >= closes:
        return
    found = next_allowed(now, (), zone, opens=opens, closes=closes)
    allowed = [one for one in (now, *minutes(now, now + MOST_WAIT)) if within(one, (zone,), opens, closes)]
    assert found == (allowed[0] if allowed else now + MOST_WAIT)


@pytest.mark.parametrize(
    ("now", "theirs", "ours", "expected"),
    [
        (at(CHICAGO, 2026, 5, 4, 12), (CHICAGO,), CHICAGO, at(CHICAGO, 2026, 5, 4, 12)),
        (at(CHICAGO, 2026, 5, 4, 8), (CHICAGO,), CHICAGO, at(CHICAGO, 2026, 5, 4, 8)),
        (at(CHICAGO, 2026, 5, 4, 7, 59, 59), (CHICAGO,), CHICAGO, at(CHICAGO, 2026, 5, 4, 8)),
        (at(CHICAGO, 2026, 5, 4, 20, 59, 59), (CHICAGO,), CHICAGO, at(CHICAGO, 2026, 5, 4, 20, 59, 59)),
        (at(CHICAGO, 2026, 5, 4, 21), (CHICAGO,), CHICAGO, at(CHICAGO, 2026, 5, 5, 8)),
        (at(NEW_YORK, 2026, 5, 4, 8), (NEW_YORK,), ANGELES, at(ANGELES, 2026, 5, 4, 8)),
        (at(ANGELES, 2026, 5, 4, 18, 30), (NEW_YORK,), ANGELES, at(ANGELES, 2026, 5, 5, 8)),
        (at(CHICAGO, 2026, 5, 4, 3), (), CHICAGO, at(CHICAGO, 2026, 5, 4, 8)),
        (at(CHICAGO, 2026, 5, 4, 12), (TOKYO,), CHICAGO, at(CHICAGO, 2026, 5, 4, 18)),
        (at(CHICAGO, 2026, 3, 7, 22), (CHICAGO,), CHICAGO, at(CHICAGO, 2026, 3, 8, 8)),  # the night has ten hours
        (at(CHICAGO, 2026, 10, 31, 22), (CHICAGO,), CHICAGO, at(CHICAGO, 2026, 11, 1, 8)),  # and here eleven
    ],
)
def test_the_hours_of_both_count(now: datetime, theirs: tuple[str, ...], ours: str, expected: datetime) -> None:
    assert next_allowed(now, theirs, ours) == expected


def test_a_toll_free_number_has_the_hours_of_the_four_contiguous_zones() -> None:
    anywhere = zones(E164("+18005550100"))
    assert len(anywhere) > 16
    morning = at(NEW_YORK, 2026, 5, 4, 9)
    assert next_allowed(morning, anywhere, NEW_YORK) == at(ANGELES, 2026, 5, 4, 8)
    evening = at(ANGELES, 2026, 5, 4, 18, 30)
    assert next_allowed(evening, anywhere, NEW_YORK) == at(ANGELES, 2026, 5, 5, 8)
    assert next_allowed(morning, CONTIGUOUS, NEW_YORK) == next_allowed(morning, anywhere, NEW_YORK)


def test_without_an_hour_in_common_the_recipients_day_decides() -> None:
    """Two zones have always two hours in common within 8 to 21, three may have none."""
    theirs, ours = ("Asia/Tokyo", "Europe/London"), "America/Los_Angeles"
    now = at("Europe/London", 2026, 1, 5, 6)
    found = next_allowed(now, theirs, ours)
    assert within(found, theirs)
    assert not within(found, (ours,))
    assert found == at("Europe/London", 2026, 1, 5, 8)


def test_a_recipient_who_may_be_anywhere_on_earth_leaves_the_tenants_day() -> None:
    theirs = ("Asia/Tokyo", "Europe/London", "America/Los_Angeles")
    assert next_allowed(at(CHICAGO, 2026, 1, 5, 5), theirs, CHICAGO) == at(CHICAGO, 2026, 1, 5, 8)


def test_narrower_hours_of_a_tenant_are_kept_for_the_recipient_too() -> None:
    found = next_allowed(at(CHICAGO, 2026, 5, 4, 8), (NEW_YORK,), CHICAGO, opens=time(10), closes=time(17, 30))
    assert found == at(CHICAGO, 2026, 5, 4, 10)


@pytest.mark.parametrize("unknown", ["", "Mars/Olympus", "../etc/passwd", "America", "\x00"])
def test_a_zone_that_nobody_knows_is_left_out_and_a_tenant_without_one_lives_in_utc(unknown: str) -> None:
    night = datetime(2026, 5, 4, 3, tzinfo=UTC)
    assert next_allowed(night, (unknown,), CHICAGO) == at(CHICAGO, 2026, 5, 4, 8)
    assert next_allowed(night, (), unknown) == datetime(2026, 5, 4, 8, tzinfo=UTC)


def test_hours_that_end_before_they_begin_are_a_mistake_that_is_said() -> None:
    with pytest.raises(ValueError, match="before"):
        next_allowed(datetime(2026, 5, 4, tzinfo=UTC), (), CHICAGO, opens=time(21), closes=time(8))
