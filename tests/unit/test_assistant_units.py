"""Units: where a text that is being written is cut, whatever the pieces that it comes in."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant.form import sentence_ends, whole_sentences
from shared.assistant.units import LONGEST, unit_ends

FORM = "[Our form. Fill it in](https://swim.example/register?a=1.2)"
ATOMS = (
    FORM,
    "`a. b`",
    "**Note. This**",
    "*Hi. You*",
    "281-555 0100",
    "https://swim.example/a.b?c",
    "desk@swim.example",
)
PLAIN = (
    "Yes!",
    "We open at",
    "9 a.m.",
    "4:30 PM",
    "on Tue.",
    "It is $8.50",
    "$85",
    "2 spots",
    "more words",
    "¿Sí? No.",
)
BREAKS = ("\n", "\n\n", "\n- ", "\n1. ", "…", "é" * 170)
OPEN = ("[open", "**open", "`open", "_open", "```\ncode. code\n```", "](")
CLOSED_WORDS = st.lists(st.sampled_from([*ATOMS, *PLAIN, *BREAKS]), max_size=40)
WORDS = st.lists(st.sampled_from([*ATOMS, *PLAIN, *BREAKS, *OPEN]), max_size=40)


def units(text: str, *pieces: str) -> list[str]:
    """The units of a text that comes in these pieces, or letter by letter."""
    heard, found = "", list[str]()
    for piece in pieces or text:
        heard += piece
        found += cut(heard, found)
    return [*found, *cut(text.rstrip(), found, whole=True)]


def cut(text: str, before: list[str], *, whole: bool = False) -> list[str]:
    start = len("".join(before))
    ends = [start, *unit_ends(text, start, whole=whole)]
    return [text[one:other] for one, other in pairwise(ends)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes! We open at 9. Bye", ["Yes!", " We open at 9.", " Bye"]),
        (
            "We open at 9 a.m. on Tue. It is $8.50 a class. Ok.",
            ["We open at 9 a.m. on Tue.", " It is $8.50 a class.", " Ok."],
        ),
        ("Saturday:\n- Guppy\n- Shark\n\nOk", ["Saturday:", "\n- Guppy", "\n- Shark", "\n\nOk"]),
        ("Steps:\n1. Come in. Sit.\n2. Swim", ["Steps:", "\n1. Come in.", " Sit.", "\n2. Swim"]),
        (f"See {FORM}. Ok.", [f"See {FORM}.", " Ok."]),
        ("Say `a. b` now. Ok.", ["Say `a. b` now.", " Ok."]),
        ("**Note. Closed** on Sunday. Ok.", ["**Note. Closed** on Sunday.", " Ok."]),
        ("*Hi. You* there. Ok.", ["*Hi. You* there.", " Ok."]),
        ("**Never closed. But\nthe line ends. Ok.", ["**Never closed. But", "\nthe line ends.", " Ok."]),
        ("[Never closed. But\nthe line ends. Ok.", ["[Never closed. But", "\nthe line ends.", " Ok."]),
        ("```\ncode. code\n```\nOk. So.", ["```\ncode. code\n```", "\nOk.", " So."]),
        ("Call 281. 555. 0100. Ok", ["Call 281. 555. 0100.", " Ok"]),
        ("1. Guppy: $85\n2. Shark: $90", ["1. Guppy: $85", "\n2. Shark: $90"]),
        ("¿Sí? Claro.", ["¿Sí?", " Claro."]),
    ],
)
def test_a_unit_is_a_sentence_or_a_line_and_nothing_is_cut_in_halves(text: str, expected: list[str]) -> None:
    assert units(text) == expected
    assert units(text, text) == expected


def test_a_sentence_ends_only_when_white_space_says_so() -> None:
    assert unit_ends("It is $8.", 0) == []
    assert unit_ends("Yes.", 0) == []
    assert unit_ends("Yes. ", 0) == [4]
    assert unit_ends("It is $8. ", 0) == []  # "555. 0100" may follow
    assert unit_ends("It is $8. A", 0) == [9]


@pytest.mark.parametrize("ahead", ["word " * 29, "word " * 30, "word " * 31])
@pytest.mark.parametrize(
    "figure", ["85 US dollars", "$ 85", "12 open spots", "4:30 p.m.", "(281) 555 0100", "50 por ciento"]
)
def test_a_long_sentence_is_cut_between_words_and_never_beside_a_figure(ahead: str, figure: str) -> None:
    text = f"{ahead}{figure} and " + "more words " * 20
    found = units(text)
    assert "".join(found) == text.rstrip()
    assert all(len(unit) <= LONGEST for unit in found)
    assert any(figure in unit for unit in found)


def test_what_is_longer_than_a_unit_and_has_no_words_stays_whole() -> None:
    url = f"https://swim.example/{'x' * 300}"
    assert units(f"See {url} for more of it") == ["See", f" {url}", " for more of it"]


@given(WORDS, st.randoms(use_true_random=False), st.sampled_from([" ", "", "  "]))
def test_the_units_of_any_text_in_any_pieces_are_the_text(words: list[str], random, between: str) -> None:
    text = between.join(words).strip()
    places = sorted(random.choices(range(len(text) + 1), k=random.randint(0, 30)))
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    found = units(text, *pieces)
    assert "".join(found) == text
    assert all(unit.strip() and unit == unit.rstrip() for unit in found)


@given(CLOSED_WORDS, st.integers(0, 400))
def test_no_unit_ends_inside_a_token_a_link_or_code(words: list[str], most: int) -> None:
    text = " ".join(words).strip()
    for end in unit_ends(text[:most], 0):
        assert text[end : end + 1].isspace()
        assert not any(m.start() < end < m.end() for one in ATOMS for m in re.finditer(re.escape(one), text)), text[
            :end
        ]


@given(WORDS)
def test_a_text_that_is_cut_to_whole_sentences_ends_where_a_sentence_does(words: list[str]) -> None:
    text = " ".join(words)
    ends = [len(text[:end].rstrip()) for end in sentence_ends(text)]
    assert not whole_sentences(text) or len(text[: ends[-1]].strip()) == len(whole_sentences(text))
