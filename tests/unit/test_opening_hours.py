"""Opening hours: right to the minute, over holidays, midnight and every change of the clocks."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.assistant import figures
from shared.opening_hours import DAY, DAYS, Holiday, Interval, OpeningHours, Status, as_json, in_words, status
from shared.store.settings import BusinessProfile

CHICAGO, BERLIN = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
CLOSED: tuple[Interval, ...] = ()


def hours(**told: list[str]) -> OpeningHours:
    return of({"hours": told})


def of(profile: dict[str, object]) -> OpeningHours:
    parsed = BusinessProfile.parse(profile).hours
    assert parsed is not None
    return parsed


def every_day(*told: str) -> OpeningHours:
    return hours(**{day: list(told) for day in DAYS})


def at(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold)


# -- by brute force: what is open at each minute, from the definition alone

CHANGES = [
    (CHICAGO, datetime(2026, 3, 8, 8, tzinfo=UTC)),  # 2:00 becomes 3:00
    (CHICAGO, datetime(2026, 11, 1, 7, tzinfo=UTC)),  # 2:00 becomes 1:00
    (BERLIN, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    (BERLIN, datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (ZoneInfo("Asia/Beirut"), datetime(2026, 3, 28, 22, tzinfo=UTC)),  # midnight becomes 1:00
    (ZoneInfo("Asia/Beirut"), datetime(2026, 10, 24, 21, tzinfo=UTC)),  # midnight becomes 23:00
    (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 4, 15, tzinfo=UTC)),  # half an hour
    (ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day left out
]


class Wall:
    """Every minute around a moment, with what the clock on the wall shows."""

    def __init__(self, zone: ZoneInfo, around: datetime, *, before: int = 2, after: int = 3) -> None:
        start = around.astimezone(UTC).replace(second=0, microsecond=0) - timedelta(days=before)
        self.minutes = [start + MINUTE * number for number in range((before + after) * DAY)]
        self.shown = [minute.astimezone(zone).replace(tzinfo=None) for minute in self.minutes]
        self.latest = list(accumulate(self.shown, max))

    def reached(self, wall: datetime) -> int:
        """The number of the first minute at which the clock has reached `wall`."""
        return bisect_left(self.latest, wall)

    def open(self, told: OpeningHours) -> list[bool]:
        opened = [False] * len(self.minutes)
        first_day = self.shown[0].date() - timedelta(days=1)
        for day in (first_day + timedelta(days=n) for n in range((self.shown[-1].date() - first_day).days + 1)):
            midnight = datetime(day.year, day.month, day.day)
            special = [one for one in told.holidays if one.day == day]
            tomorrow = [one for one in told.holidays if one.day == day + timedelta(days=1)]
            ends = self.reached(midnight + timedelta(days=1)) if tomorrow else len(opened)
            for interval in special[0].hours if special else told.week[day.weekday()]:
                first = self.reached(midnight + MINUTE * interval.opens)
                last = min(ends, self.reached(midnight + MINUTE * interval.closes))
                opened[first:last] = [True] * max(0, last - first)
        return opened


INTERVALS = st.builds(lambda opens, lasts: Interval(opens, opens + lasts), st.integers(0, DAY - 1), st.integers(1, DAY))
HOURS = st.lists(INTERVALS, max_size=3).map(tuple)
WEEKS = st.lists(HOURS, min_size=7, max_size=7).map(tuple)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(CHANGES),
    st.integers(-30 * 60, 12 * 60),
    WEEKS,
    st.dictionaries(st.integers(-2, 3), HOURS, max_size=2),
)
@example(CHANGES[0], -60, ((Interval(135, 165),),) * 7, {})  # 2:15 to 2:45, which this night does not have
@example(CHANGES[0], -60, ((Interval(150, 300),),) * 7, {})  # from 2:30, which is 3:00 this night
@example(CHANGES[1], 20, ((Interval(60, 90),),) * 7, {})  # 1:00 to 1:30, at 1:20 for the second time
@example(CHANGES[5], -90, ((Interval(20 * 60, 26 * 60),),) * 7, {1: CLOSED})  # a holiday begins where the clock turns
@example(CHANGES[7], -1, ((Interval(1, DAY + 1),),) * 7, {})  # of the day that is left out the next one has a minute
@example(CHANGES[2], 0, ((Interval(20 * 60, 26 * 60),),) * 7, {0: CLOSED, 1: ((Interval(0, 60)),)})
def test_open_and_what_comes_next_are_as_every_minute_says(
    change: tuple[ZoneInfo, datetime], minutes: int, week: tuple[tuple[Interval, ...], ...], special: dict[int, object]
) -> None:
    zone, moment = change
    now = moment + MINUTE * minutes
    today = now.astimezone(zone).date()
    holidays = tuple(Holiday(today + timedelta(days=n), "", own) for n, own in special.items())
    told = OpeningHours(week, holidays)
    wall = Wall(zone, now)
    opened = wall.open(told)
    here = wall.minutes.index(now)
    found = status(told, zone, now)
    assert found.open is opened[here]
    following = next((n for n in range(here, len(opened)) if opened[n] is not opened[here]), None)
    moment = found.closes_at if found.open else found.opens_at
    changes = moment and moment.astimezone(UTC)  # a time that is shown twice equals none of another zone
    if following is not None:
        assert changes == wall.minutes[following]
    else:
        assert changes is None or changes > wall.minutes[-1]
    assert (found.opens_at if found.open else found.closes_at) is None


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), WEEKS)
def test_the_moment_that_is_told_is_the_one_at_which_it_changes(now: datetime, week: tuple[object, ...]) -> None:
    told = OpeningHours(week)
    found = status(told, CHICAGO, now)
    moment = found.closes_at or found.opens_at
    if moment is None:
        return
    changes = moment.astimezone(UTC)
    assert changes > now
    assert status(told, CHICAGO, changes).open is not found.open
    assert status(told, CHICAGO, changes - timedelta(seconds=1)).open is found.open


# -- by hand


@pytest.mark.parametrize(
    ("told", "now", "expected"),
    [
        # Adjoining, and overlapping
        (
            every_day("09:00-12:00", "12:00-17:00"),
            at(CHICAGO, 2026, 5, 4, 9),
            Status(True, at(CHICAGO, 2026, 5, 4, 17)),
        ),
        (
            every_day("12:00-17:00", "09:00-13:00"),
            at(CHICAGO, 2026, 5, 4, 9),
            Status(True, at(CHICAGO, 2026, 5, 4, 17)),
        ),
        # A break, and the end, which is not open any more
        (
            every_day("09:00-12:00", "13:00-17:00"),
            at(CHICAGO, 2026, 5, 4, 12),
            Status(False, None, at(CHICAGO, 2026, 5, 4, 13)),
        ),
        # Over midnight: a bar's Friday night is Saturday's morning
        (hours(fri=["20:00-02:00"]), at(CHICAGO, 2026, 5, 9, 1, 59), Status(True, at(CHICAGO, 2026, 5, 9, 2))),
        (hours(fri=["20:00-02:00"]), at(CHICAGO, 2026, 5, 9, 2), Status(False, None, at(CHICAGO, 2026, 5, 15, 20))),
        (
            hours(fri=["20:00-24:00"], sat=["00:00-02:00"]),
            at(CHICAGO, 2026, 5, 8, 21),
            Status(True, at(CHICAGO, 2026, 5, 9, 2)),
        ),
        # Sunday's night is Monday's morning
        (hours(sun=["22:00-03:00"]), at(CHICAGO, 2026, 5, 4, 1), Status(True, at(CHICAGO, 2026, 5, 4, 3))),
        # Never closed, never open
        (every_day("00:00-24:00"), at(CHICAGO, 2026, 5, 4, 1), Status(True)),
        (hours(mon=[]), at(CHICAGO, 2026, 5, 4, 1), Status(False)),
        # The night of ten hours, and the one of twelve
        (every_day("20:00-08:00"), at(CHICAGO, 2026, 3, 7, 22), Status(True, at(CHICAGO, 2026, 3, 8, 8))),
        (every_day("20:00-01:30"), at(CHICAGO, 2026, 11, 1, 0), Status(True, at(CHICAGO, 2026, 11, 1, 1, 30))),
        # 1:40 is once before and once after 2:00: the hours are over the first time
        (
            every_day("20:00-01:30"),
            at(CHICAGO, 2026, 11, 1, 1, 10, fold=1),
            Status(False, None, at(CHICAGO, 2026, 11, 1, 20)),
        ),
        # 2:30 does not exist
        (every_day("02:30-05:00"), at(CHICAGO, 2026, 3, 8, 1), Status(False, None, at(CHICAGO, 2026, 3, 8, 3))),
        (every_day("22:00-02:30"), at(BERLIN, 2026, 3, 29, 1), Status(True, at(BERLIN, 2026, 3, 29, 3))),
        (every_day("02:30-02:45"), at(BERLIN, 2026, 3, 29, 1), Status(False, None, at(BERLIN, 2026, 3, 30, 2, 30))),
    ],
)
def test_open_until_and_closed_until(told: OpeningHours, now: datetime, expected: Status) -> None:
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    found = status(told, zone, now.astimezone(UTC))
    assert found == expected
    moments = [moment for moment in (found.closes_at, found.opens_at) if moment]
    assert [moment.tzinfo for moment in moments] == [zone] * len(moments)


CHRISTMAS = {
    "hours": {day: ["09:00-20:00"] for day in DAYS[:5]} | {"sat": ["18:00-02:00"]},
    "holidays": [
        {"date": "2026-12-25", "name": "Christmas", "hours": []},
        {"date": "2026-12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]},
        {"date": "2026-12-27", "name": "Inventory", "hours": ["10:00-11:00"]},
    ],
}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(CHICAGO, 2026, 12, 25, 10), Status(False, None, at(CHICAGO, 2026, 12, 26, 18), "Christmas")),
        (at(CHICAGO, 2026, 12, 25, 7), Status(False, None, at(CHICAGO, 2026, 12, 26, 18), "Christmas")),
        (at(CHICAGO, 2026, 12, 24, 10), Status(True, at(CHICAGO, 2026, 12, 24, 12))),
        (at(CHICAGO, 2026, 12, 24, 14), Status(False, None, at(CHICAGO, 2026, 12, 26, 18), "Christmas Eve")),
        (at(CHICAGO, 2026, 12, 24, 21), Status(False, None, at(CHICAGO, 2026, 12, 26, 18))),  # it always is at nine
        (at(CHICAGO, 2026, 12, 26, 23), Status(True, at(CHICAGO, 2026, 12, 27, 0))),  # a holiday ends the night before
        (
            at(CHICAGO, 2026, 12, 27, 1),
            Status(False, None, at(CHICAGO, 2026, 12, 27, 10), "Inventory"),
        ),
        (at(CHICAGO, 2026, 12, 27, 10, 30), Status(True, at(CHICAGO, 2026, 12, 27, 11))),
    ],
)
def test_a_holiday_has_its_own_hours_and_no_others(now: datetime, expected: Status) -> None:
    assert status(of(CHRISTMAS), CHICAGO, now) == expected


def test_an_opening_is_looked_for_thirty_days_ahead_however_long_they_are() -> None:
    closed = [{"date": f"2026-{month}-{day:02}"} for month, day in [("02", n) for n in range(1, 29)] + [("03", 2)]]
    told = of({"hours": {"mon": ["09:00-10:00"]}, "holidays": closed})
    opens = at(CHICAGO, 2026, 3, 9, 9)  # the clock was put forward the night before
    earliest = opens.astimezone(UTC) - timedelta(days=30)
    assert status(told, CHICAGO, earliest.astimezone(CHICAGO)).opens_at == opens
    assert status(told, CHICAGO, earliest - timedelta(seconds=1)).opens_at is None


# -- as the widget gets it


def test_the_widget_gets_moments_with_their_offset() -> None:
    told = every_day("09:00-20:00")
    assert as_json(told, CHICAGO, datetime(2026, 11, 26, 16, tzinfo=UTC)) == {
        "open": True,
        "closes_at": "2026-11-26T20:00:00-06:00",
        "opens_at": None,
        "time_zone": "America/Chicago",
    }
    assert as_json(told, BERLIN, datetime(2026, 7, 1, 20, tzinfo=UTC)) == {
        "open": False,
        "closes_at": None,
        "opens_at": "2026-07-02T09:00:00+02:00",
        "time_zone": "Europe/Berlin",
    }


def test_hours_that_nobody_has_told_are_unknown_and_not_closed() -> None:
    assert as_json(None, CHICAGO, datetime(2026, 11, 26, tzinfo=UTC)) is None


# -- as the model gets it


def test_a_model_is_told_what_is_so_now_the_week_and_the_holidays_to_come() -> None:
    assert in_words(of(CHRISTMAS), CHICAGO, at(CHICAGO, 2026, 12, 25, 10)) == (
        "closed now (Christmas), opens Saturday 2026-12-26 18:00; Mon 09:00-20:00; Tue 09:00-20:00; Wed 09:00-20:00; "
        "Thu 09:00-20:00; Fri 09:00-20:00; Sat 18:00-02:00; Sun closed; "
        "Fri 2026-12-25 Christmas: closed; Sun 2026-12-27 Inventory: 10:00-11:00"
    )
    assert in_words(of(CHRISTMAS), CHICAGO, at(CHICAGO, 2026, 12, 23, 10)).startswith("open now until 20:00; Mon ")
    assert in_words(hours(mon=[]), CHICAGO, at(CHICAGO, 2026, 12, 23, 10)).startswith("closed now; Mon closed; ")


def test_an_answer_may_say_the_end_of_a_day_and_no_figure_but_the_times() -> None:
    told = in_words(every_day("18:00-24:00"), CHICAGO, at(CHICAGO, 2026, 12, 25, 19))
    assert figures.unsupported("Open until 12 AM, from 6:00 PM", [told]) == ()
    assert figures.unsupported("It is $18 for 2026 spots until 5 PM", [told]) == ("$18", "2026 spots", "5 PM")


# -- as it is stored


def test_hours_are_read_day_by_day_and_a_day_that_is_not_there_is_closed() -> None:
    told = hours(mon=["09:00-12:00", "13:00-24:00"], fri=["20:00-02:00"])
    assert told.week[0] == (Interval(540, 720), Interval(780, DAY))
    assert told.week[4] == (Interval(1200, DAY + 120),)
    assert told.week[1] == CLOSED


@pytest.mark.parametrize(
    "nothing", [None, {}, [], "9-5", {"mon": "09:00-20:00"}, {"Monday": ["09:00-20:00"]}, {"mon": None}, {"mon": {}}]
)
def test_no_hours_are_unknown_hours(nothing: object) -> None:
    assert BusinessProfile.parse({"hours": nothing}).hours is None
    holidays = [{"date": "2026-12-25", "name": "Christmas", "hours": []}]
    assert BusinessProfile.parse({"hours": nothing, "holidays": holidays}).hours is None


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "9:00-20:00",
        "09:00",
        "09:00-25:00",
        "24:00-02:00",
        "09:60-10:00",
        "09:00-09:00",
        "09:00–20:00",
        9,
        None,
        ["09:00", "20:00"],
    ],
)
def test_what_is_no_interval_is_left_out(garbage: object) -> None:
    assert of({"hours": {"mon": [garbage, "10:00-11:00"]}}).week[0] == (Interval(600, 660),)


def test_what_is_no_holiday_is_left_out_and_one_without_hours_is_closed() -> None:
    told = of(
        {
            "hours": {"mon": []},
            "holidays": [
                {"date": "2026-02-30"},
                {"name": "x"},
                "2026-12-25",
                None,
                {"date": "2026-12-25", "hours": "x"},
            ],
        }
    )
    assert told.holidays == (Holiday(date(2026, 12, 25), ""),)


def test_hours_are_bounded() -> None:
    told = of(
        {
            "hours": {"mon": [f"{hour:02}:00-{hour:02}:30" for hour in range(24)]},
            "holidays": [{"date": f"{year}-12-25"} for year in range(2000, 2200)],
        }
    )
    assert (len(told.week), len(told.week[0]), len(told.holidays)) == (7, 4, 100)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["mon", "date", "hours", "name", "x"]), inner),
    )
)
def test_garbage_is_never_a_crash(garbage: object) -> None:
    BusinessProfile.parse({"hours": garbage, "holidays": garbage})
    BusinessProfile.parse({"hours": {"mon": garbage}, "holidays": [garbage]})
