"""The demo's classes: invented from a seed, in Jackrabbit's shape, with an answer to the demo's question."""

from __future__ import annotations

import json
from html import unescape
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.seed_openings import generate
from shared.integrations.jackrabbit.filters import Filter, matching
from shared.integrations.jackrabbit.rows import parse

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
FIXTURE = Path(__file__).parents[1] / "fixtures" / "jackrabbit" / "openings.json"
SEEDS = st.integers(0, 2**32)


def _saturday_for_a_four_year_old(row) -> bool:
    opened = {**row, "openings": {"calculated_openings": 1}}
    return bool(matching(parse([opened]).openings, Filter.of(age=4, day="saturday")))


def test_a_row_has_every_key_of_the_fixture_in_its_order():
    recorded = json.loads(FIXTURE.read_text())["rows"][0]
    for row in generate(7):
        assert list(row) == list(recorded)
        assert {key: type(row[key]) for key in row if key != "tuition"} == {
            key: type(value) for key, value in recorded.items() if key != "tuition"
        }
        assert list(row["tuition"]["days"]) == list(recorded["tuition"]["days"])


def test_the_same_seed_gives_the_same_classes():
    assert generate(42) == generate(42)


def test_different_seeds_give_different_names():
    listings = [{row["name"] for row in generate(seed)} for seed in range(40)]
    assert all(len(one & other) <= 2 for one, other in permutations(listings, 2))


@BUSY
@given(SEEDS, st.integers(8, 48))
def test_the_demos_question_always_has_an_answer_and_a_trap(seed, classes):
    rows = generate(seed, classes=classes)
    saturday = [row["openings"]["calculated_openings"] for row in rows if _saturday_for_a_four_year_old(row)]
    counts = [row["openings"]["calculated_openings"] for row in rows]
    assert len(rows) == len({row["id"] for row in rows}) == classes
    assert max(saturday) > 0 >= min(saturday)
    assert sum(count <= 0 for count in counts) >= 3
    assert 0 in counts
    assert min(counts) < 0
    assert any(not any(row["meeting_days"].values()) for row in rows)


@BUSY
@given(SEEDS)
def test_every_row_is_readable_and_full_classes_are_dropped(seed):
    rows = generate(seed)
    parsed = parse(rows)
    assert parsed.dropped == 0
    assert {one.id for one in parsed.openings} == {
        row["id"] for row in rows if row["openings"]["calculated_openings"] > 0
    }


@BUSY
@given(SEEDS, st.integers(8, 48))
def test_no_name_is_part_of_another_so_an_answer_can_be_checked_by_looking(seed, classes):
    names = [unescape(row["name"]) for row in generate(seed, classes=classes)]
    assert not [(one, other) for one, other in permutations(names, 2) if one in other]


def test_names_carry_entities_as_jackrabbits_do():
    names = " ".join(row["name"] for row in generate(1))
    assert "&amp;" in names
    assert "&#39;" in names


def test_the_registration_link_names_the_organisation_and_the_wait_list():
    for row in generate(5, org_id="77"):
        full = row["openings"]["calculated_openings"] <= 0
        assert f"id=77&amp;WL={int(full)}&amp;preLoadClassID={row['id']}" in row["online_reg_link"]


@pytest.mark.parametrize("classes", [0, 7, 49])
def test_a_listing_too_small_for_the_story_or_too_large_for_the_words_is_refused(classes):
    with pytest.raises(ValueError, match="classes"):
        generate(1, classes=classes)
