"""Segments as carriers count them, against a slow count that really encodes and cuts."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.segments import Encoding, Segments, count, fold

# 3GPP TS 23.038, in the order of the codes 0x00 to 0x7F; 0x1B is the escape to the extension table.
TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
GSM = [c for c in TABLE if c != "\x1b"] + sorted(EXTENSION)


def septets(character: str) -> list[int] | None:
    if character in EXTENSION:
        return [ESCAPE, EXTENSION[character]]
    return [TABLE.index(character)] if character in TABLE and character != "\x1b" else None


def code_units(character: str) -> list[int]:
    raw = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]


def fewest_parts(pieces: list[list[int]], room: int) -> int:
    """Over every way to cut between two characters: the smallest number of parts that hold at most `room` units."""

    @cache
    def from_(start: int) -> int:
        if start == len(pieces):
            return 0
        ends = [end for end in range(start + 1, len(pieces) + 1) if sum(map(len, pieces[start:end])) <= room]
        return 1 + min(from_(end) for end in ends[-3:])  # only the longest can matter; three for good measure

    return from_(0)


def slowly(text: str) -> Segments:
    gsm = [septets(character) for character in text]
    encoded = [one for one in gsm if one is not None]
    encoding = Encoding.GSM7 if len(encoded) == len(gsm) else Encoding.UCS2
    pieces = encoded if encoding is Encoding.GSM7 else [code_units(character) for character in text]
    alone, part = (160, 153) if encoding is Encoding.GSM7 else (70, 67)
    units = sum(map(len, pieces))
    if units <= alone:
        return Segments(encoding, units, 1 if text else 0)
    return Segments(encoding, units, fewest_parts(pieces, part))


@given(
    st.text(alphabet=GSM, max_size=400)
    | st.text(alphabet="ab[€🏊", max_size=200)
    | st.text(max_size=200)
    | st.tuples(st.integers(60, 320), st.text(alphabet="a^🏊é", max_size=8)).map(lambda one: "x" * one[0] + one[1] * 2)
)
def test_the_count_is_that_of_a_slow_reference(text: str) -> None:
    assert count(text) == slowly(text)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 0),
        ("x", "GSM-7", 1, 1),
        ("x" * 160, "GSM-7", 160, 1),
        ("x" * 161, "GSM-7", 161, 2),
        ("x" * 306, "GSM-7", 306, 2),
        ("x" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("x" * 159 + "€", "GSM-7", 161, 2),
        ("€" * 153, "GSM-7", 306, 3),  # 76 whole ones in 153 septets, never 76 and a half
        ("x" * 152 + "€" + "x" * 152, "GSM-7", 306, 3),
        ("x\fx", "GSM-7", 4, 1),
        ("x" * 320, "GSM-7", 320, 3),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("🏊" * 35, "UCS-2", 70, 1),
        ("🏊" * 67, "UCS-2", 134, 3),  # 33 whole ones in 67 units, never half of one
        ("x" * 66 + "🏊" + "x" * 66, "UCS-2", 134, 3),
        ("ç", "UCS-2", 1, 1),
        ("Ç", "GSM-7", 1, 1),
        ("`", "UCS-2", 1, 1),
        ("\t", "UCS-2", 1, 1),
        ("\ud800", "UCS-2", 1, 1),
    ],
)
def test_borders_are_where_the_standard_puts_them(text: str, encoding: str, units: int, segments: int) -> None:
    assert count(text) == Segments(Encoding(encoding), units, segments)


TYPOGRAPHY = "‘’‚‛′`´‹›“”„‟″«»‐‑‒–—―−…•·\u00a0\u2009\u202f\u3000\t\u200b\u200d\u2060\ufeff\u00ad\u2028\u2029\u0085"


@given(st.text(alphabet=[*GSM, *TYPOGRAPHY], max_size=200))
def test_typography_never_makes_a_text_dearer_than_plain_letters(text: str) -> None:
    assert count(fold(text)).encoding is Encoding.GSM7


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once_and_never_costs_a_segment(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert count(fold(text.replace("…", ""))).segments <= max(count(text).segments, 1)


@given(st.text(alphabet=GSM, max_size=200))
def test_what_gsm_7_has_is_left_alone(text: str) -> None:
    assert fold(text) == text


def test_letters_of_a_language_and_emoji_are_not_folded() -> None:
    assert fold("¿Mañana a las nueve? Sí 🏊") == "¿Mañana a las nueve? Sí 🏊"
    assert fold("“Tue” – 4:30…\u00a0it’s • fun") == '"Tue" - 4:30... it\'s - fun'
