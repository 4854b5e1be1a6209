"""Jackrabbit's rows become openings: trimmed, plain, and never at the cost of the rest of the list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.integrations.jackrabbit.opening import DAYS, in_week_order
from shared.integrations.jackrabbit.rows import MOST_ROWS, clock_time, months, parse
from shared.integrations.jackrabbit.text import LONGEST, fold, plain

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
FIXTURES = Path(__file__).parents[1] / "fixtures" / "jackrabbit"
ROWS: list[dict[str, object]] = json.loads((FIXTURES / "openings.json").read_text())["rows"]

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(ROWS[0])), inner, max_size=4),
    max_leaves=6,
)
# Mostly a real row with one or two fields of any shape, sometimes anything.
ANY_ROW = ANY_JSON | st.dictionaries(st.sampled_from(list(ROWS[0])), ANY_JSON, max_size=2).map(
    lambda odd: {**ROWS[0], **odd}
)


def row(**changes: object) -> dict[str, object]:
    return {**ROWS[0], **changes}


def only(**changes: object):
    (opening,) = parse([row(**changes)]).openings
    return opening


def test_the_fixture_is_trimmed_to_exactly_the_expected_classes():
    trimmed = [opening.trimmed() for opening in parse(ROWS).openings]
    assert json.dumps(trimmed, indent=2) + "\n" == (FIXTURES / "openings_trimmed_expected.json").read_text()


def test_what_filters_need_is_read_from_the_fixture():
    starfish = parse(ROWS).openings[0]
    assert (starfish.min_age_months, starfish.max_age_months) == (36, 60)
    assert (starfish.categories, starfish.session) == (("Swim", "Level 1"), "Fall 2026")
    assert (starfish.location_code, starfish.city) == ("MAIN", "Arlington")


@pytest.mark.parametrize("count", [0, -1, -12])
def test_a_full_class_is_dropped_and_is_not_unreadable(count):
    parsed = parse([row(openings={"calculated_openings": count})])
    assert (parsed.openings, parsed.dropped) == ((), 0)


def test_no_spot_is_promised_that_jackrabbit_does_not_state():
    assert parse([row(openings={})]).openings == ()
    assert parse([row(openings=None)]).openings == ()


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "row",
        7,
        [],
        {},
        row(id="many"),
        row(id=None),
        row(name=""),
        row(name="<b> </b>"),
        row(name=5),
        row(openings=[2]),
        row(openings={"calculated_openings": "several"}),
        row(meeting_days="sat"),
        row(meeting_days={"sat": "perhaps"}),
        row(tuition={"fee": "ask us"}),
        row(tuition={"fee": float("nan")}),
        row(start_time=900),
        row(min_age=3),
    ],
)
def test_a_row_of_another_shape_is_dropped_and_counted_and_its_neighbours_stay(bad):
    parsed = parse([bad, ROWS[3]])
    assert [opening.id for opening in parsed.openings] == [1204420]
    assert (parsed.rows, parsed.dropped) == (2, 1)


def test_every_key_but_id_and_name_and_openings_may_be_missing_or_null():
    bare = {"id": 1, "name": "Bare", "openings": {"calculated_openings": 1}}
    empty = {**dict.fromkeys(ROWS[0]), **bare, "tuition": {"fee": None}, "meeting_days": {"mon": None}}
    for sparse in (bare, empty):
        (opening,) = parse([sparse]).openings
        assert (opening.days, opening.start_time, opening.fee, opening.location) == ((), "", None, "")


def test_the_location_falls_back_to_its_code():
    assert only(location_name="").location == "MAIN"
    assert only(location_name=None, location="A&amp;B").location == "A&B"


def test_of_one_id_the_first_row_counts():
    assert [opening.name for opening in parse([row(name="First"), row(name="Second")]).openings] == ["First"]
    full_first = parse([row(openings={"calculated_openings": 0}), row()])
    assert full_first.openings == ()


def test_rows_past_the_limit_are_not_read():
    parsed = parse([row(id=number) for number in range(MOST_ROWS + 3)])
    assert (len(parsed.openings), parsed.dropped) == (MOST_ROWS, 3)


def test_classes_are_listed_by_day_then_time_then_name_and_those_without_days_last():
    ordered = sorted(
        [
            only(id=1, name="B", meeting_days={}, start_time=""),
            only(id=2, name="Late", meeting_days={"mon": True}, start_time="17:00"),
            only(id=3, name="B", meeting_days={"mon": True, "sun": True}, start_time="9:00"),
            only(id=4, name="A", meeting_days={"mon": True}, start_time="09:00"),
            only(id=5, name="Unscheduled", meeting_days={"mon": True}, start_time=""),
            only(id=6, name="Sunday", meeting_days={"sun": True}, start_time="08:00"),
        ],
        key=in_week_order,
    )
    assert [opening.id for opening in ordered] == [4, 3, 2, 5, 6, 1]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        ("P3Y6M", 42),
        ("P3Y", 36),
        ("P6M", 6),
        ("P0Y0M", 0),
        ("P18Y0M", 216),
        (" p4y6m ", 54),
        ("P1Y2M15D", 14),
        ("", None),
        ("P", None),
        ("3Y", None),
        ("P-3Y", None),
        ("three", None),
        ("P3.5Y", None),
    ],
)
def test_ages_are_months(age, expected):
    assert months(age) == expected


def test_an_upper_age_of_nothing_is_no_upper_age():
    assert only(max_age="P0Y0M").max_age_months is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("09:00", "09:00"), ("9:05", "09:05"), ("16:30:00", "16:30"), ("24:00", ""), ("", ""), ("noon", ""), ("9:5", "")],
)
def test_times_are_hh_mm_or_nothing(text, expected):
    assert clock_time(text) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Starfish &amp; Friends", "Starfish & Friends"),
        ("Ni&ntilde;os", "Niños"),
        ("Y&#39;s <b>Pool</b>", "Y's Pool"),
        ("&lt;b&gt;Bold&lt;/b&gt;", "Bold"),
        ("One<br>Two\n  three\xa0four", "One Two three four"),
        ("Under 5 &lt; 10", "Under 5 < 10"),
        ("a\u202eb\u200bc\x00d\ud800e", "abcde"),
        ("<!-- hidden -->Seen", "Seen"),
    ],
)
def test_texts_are_plain(markup, expected):
    assert plain(markup) == expected


@BUSY
@given(st.text())
def test_plain_text_is_one_bounded_printable_line_whatever_came(text):
    result = plain(text)
    assert result == result.strip()
    assert len(result) <= LONGEST
    assert all(character.isprintable() for character in result)


def test_folding_makes_case_and_accents_the_same():
    assert fold("NIÑOS Café") == fold("niños cafe") == "ninos cafe"


@BUSY
@given(st.lists(ANY_ROW, max_size=4))
def test_parsing_never_raises_and_offers_only_classes_with_spots(rows):
    parsed = parse(rows)
    assert parsed.rows == len(rows)
    assert len(parsed.openings) + parsed.dropped <= parsed.rows
    assert all(opening.openings > 0 and opening.name and set(opening.days) <= set(DAYS) for opening in parsed.openings)
    json.dumps([opening.trimmed() for opening in parsed.openings], allow_nan=False).encode()
