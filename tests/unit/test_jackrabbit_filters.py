"""A parent's question finds the classes it means, and a question that means nothing says what would."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.integrations.jackrabbit.filters import Filter, matching
from shared.integrations.jackrabbit.opening import DAYS, Opening
from shared.integrations.jackrabbit.speech import describe, say

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure


def opening(**changes: object) -> Opening:
    fields: dict[str, object] = {
        "id": 1,
        "name": "Starfish & Friends",
        "location": "Main Pool",
        "days": ("sat",),
        "start_time": "09:00",
        "end_time": "09:30",
        "openings": 2,
        "fee": 85.0,
        "categories": ("Swim", "Level 1"),
        "location_code": "MAIN",
        "city": "Arlington",
    }
    return Opening(**{**fields, **changes})


def fits(one: Opening, **asked: object) -> bool:
    return matching([one], Filter.of(**asked)) == (one,)


@pytest.mark.parametrize(
    ("age", "least", "most", "expected"),
    [
        (4, 36, 60, True),
        (3, 36, 60, True),
        (2, 36, 60, False),
        (5, 36, 60, True),
        (5.5, 36, 60, True),  # "up to 5 years" lasts until the sixth birthday
        (6, 36, 60, False),
        (4, 54, 84, True),  # from four and a half: some four-year-olds
        (4.25, 54, 84, False),
        (4.5, 54, 84, True),
        (7.5, 54, 90, True),
        (8, 54, 90, False),
        (0, 6, 35, True),
        (0.25, 6, 35, False),
        (40, 216, None, True),
        (4, 216, None, False),
        (99, None, None, True),
        (3, None, 60, True),
        (2 + 4 / 12, 28, 40, True),
    ],
)
def test_ages_are_inclusive_of_both_bounds(age, least, most, expected):
    assert fits(opening(min_age_months=least, max_age_months=most), age=age) is expected


@BUSY
@given(st.integers(0, 120), st.integers(0, 1500) | st.none(), st.integers(0, 1500) | st.none())
def test_a_whole_age_matches_as_documented(age, least, most):
    documented = (least is None or least <= age * 12 + 11) and (most is None or age * 12 <= most)
    assert fits(opening(min_age_months=least, max_age_months=most), age=age) is documented


@pytest.mark.parametrize("age", [-1, -0.5, 121, float("nan"), float("inf")])
def test_an_age_that_nobody_has_is_refused(age):
    with pytest.raises(BadRequest, match="number of years"):
        Filter.of(age=age)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("sat", "sat"),
        ("SATURDAY", "sat"),
        ("Saturdays", "sat"),
        ("sábado", "sat"),
        ("Sabado", "sat"),
        ("  Miércoles ", "wed"),
        ("thurs", "thu"),
        ("Sat.", "sat"),
        ("martes", "tue"),
        ("weekend", "sat sun"),
        ("Fin de  semana", "sat sun"),
        ("weekday", "mon tue wed thu fri"),
        ("entre semana", "mon tue wed thu fri"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_day_is_understood_in_english_and_spanish_and_any_case(day, expected):
    assert Filter.of(day=day).days == set(expected.split())


@pytest.mark.parametrize("day", ["someday", "s", "mon tue", "2026-11-28", "💧"])
def test_an_unknown_day_is_refused_with_a_sentence_that_helps(day):
    with pytest.raises(BadRequest, match=r"^A day is mon, tue, .*'weekday' or 'weekend'\.$"):
        Filter.of(day=day)


def test_a_class_on_several_days_is_found_by_each_and_one_without_days_by_none():
    both = opening(days=("mon", "wed"))
    assert fits(both, day="wed")
    assert fits(both, day="weekday")
    assert not fits(both, day="sat")
    assert not fits(opening(days=()), day="sat")
    assert fits(opening(days=()))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("main", True), ("POOL", True), ("arlington", True), ("north", False), ("", True), ("Máin  pool", True)],
)
def test_a_location_is_part_of_its_name_code_or_city_without_case_or_accents(asked, expected):
    assert fits(opening(), location=asked) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("level 1", True), ("STAR", True), ("swim", True), ("Level 2", False), ("friends swim", False)],
)
def test_a_level_is_part_of_the_name_or_of_one_category(asked, expected):
    assert fits(opening(), level=asked) is expected


def test_accents_of_the_class_do_not_matter_either():
    assert fits(opening(name="Turtle 2 - Niños"), level="ninos")


def test_all_filters_must_fit_and_the_order_stays():
    classes = [opening(id=1, days=("sun",)), opening(id=2), opening(id=3, location="North"), opening(id=4)]
    found = matching(classes, Filter.of(age=4, day="saturday", location="main", level="level"))
    assert [one.id for one in found] == [2, 3, 4]  # 3: its code is still MAIN
    assert matching(classes, Filter()) == tuple(classes)


@BUSY
@given(st.text(max_size=30), st.text(max_size=30), st.floats(0, 120))
def test_any_text_is_a_filter_or_a_bad_request_never_a_crash(location, level, age):
    assert matching([opening()], Filter.of(age=age, location=location, level=level)) in ((), (opening(),))


@BUSY
@given(st.text(max_size=12))
def test_any_day_is_days_or_a_bad_request(day):
    with contextlib.suppress(BadRequest):
        assert Filter.of(day=day).days <= set(DAYS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Starfish & Friends at Main Pool, Sat 9:00am-9:30am, 2 spots, $85.00"),
        ({"openings": 1, "fee": 1250}, "Starfish & Friends at Main Pool, Sat 9:00am-9:30am, 1 spot, $1,250.00"),
        ({"fee": 0}, "Starfish & Friends at Main Pool, Sat 9:00am-9:30am, 2 spots"),
        ({"fee": None, "location": ""}, "Starfish & Friends, Sat 9:00am-9:30am, 2 spots"),
        (
            {"days": (), "start_time": "", "end_time": ""},
            "Starfish & Friends at Main Pool, days to be announced, 2 spots, $85.00",
        ),
        ({"days": ("mon", "wed"), "end_time": ""}, "Starfish & Friends at Main Pool, Mon, Wed 9:00am, 2 spots, $85.00"),
        (
            {"days": DAYS[:5], "start_time": "00:05", "end_time": "12:00"},
            "Starfish & Friends at Main Pool, Mon-Fri 12:05am-12:00pm, 2 spots, $85.00",
        ),
    ],
)
def test_a_class_is_described_in_a_speakable_sentence(changes, expected):
    assert describe(opening(**changes)) == expected


def test_at_most_three_classes_are_said_and_the_rest_is_counted():
    said = say([opening(name=f"Class {number}") for number in range(5)])
    assert [f"Class {number}" in said for number in range(5)] == [True, True, True, False, False]
    assert said.endswith("; and 2 more.")
    assert say([opening()]) == describe(opening()) + "."
    assert say([]) == "No class with open spots fits."
