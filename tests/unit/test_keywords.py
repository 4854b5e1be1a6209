"""The keywords of consent: exactly these words alone, however they are typed, and nothing that contains them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.conversations.keywords import Keyword, keyword

STOP = [
    "STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "OPT-OUT",
    "ALTO", "PARAR", "CANCELAR",
]  # fmt: skip
START = ["START", "UNSTOP"]
HELP = ["HELP", "INFO", "AYUDA"]
ALL = [
    *((word, Keyword.STOP) for word in STOP),
    *((word, Keyword.START) for word in START),
    *((word, Keyword.HELP) for word in HELP),
]
NOISE = st.text(alphabet=" \t\n\r.,;:!?¡¿'\"()[]*_-–—…\u00a0\u200b\ufeff🛑🙏", max_size=6)


def full_width(word: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)


@pytest.mark.parametrize(("word", "means"), ALL)
def test_a_keyword_is_known_however_it_is_cased_or_typed(word: str, means: Keyword) -> None:
    forms = [word, word.lower(), word.title(), word.swapcase(), full_width(word), full_width(word.lower())]
    assert [keyword(form) for form in forms] == [means] * len(forms)


@given(st.sampled_from(ALL), NOISE, NOISE, st.data())
def test_punctuation_spaces_and_emoji_around_and_inside_a_keyword_change_nothing(
    one: tuple[str, Keyword], before: str, after: str, data: st.DataObject
) -> None:
    word, means = one
    cut = data.draw(st.integers(0, len(word)))
    inside = data.draw(NOISE)
    assert keyword(f"{before}{word[:cut]}{inside}{word[cut:]}{after}") is means


@given(st.sampled_from(ALL), st.text(alphabet="abcdefghijklmnopqrstuvwxyzñ0123456789", min_size=1, max_size=12))
def test_one_letter_more_is_another_text(one: tuple[str, Keyword], more: str) -> None:
    word, means = one
    others = {other.replace(" ", "").replace("-", "").lower(): its for other, its in ALL}
    for text in (word + more, more + word):
        assert keyword(text) is others.get(text.replace(" ", "").replace("-", "").lower())
        assert keyword(f"{word} {more}") is others.get(f"{word}{more}".replace(" ", "").replace("-", "").lower())
    assert keyword(word) is means


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_an_accent_that_a_keyboard_added_changes_nothing(form: str) -> None:
    assert keyword(unicodedata.normalize(form, "Stóp")) is Keyword.STOP


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n", "🙏", "🛑🛑", "👍🏽", "...", "?", "!!!", "¿?",
        "cancel my class", "please cancel", "stop by at 5", "can you stop by", "end of the month?", "STOP STOP",
        "stop it", "help me find a class", "more info please", "info on lessons", "start date?", "when do you start",
        "the end", "quit swimming", "opt out of photos", "alto nivel", "quiero cancelar mi clase", "parar el carro",
        "yes", "no", "1", "unstoppable", "st0p", "stopp", "cancelled", "ends", "quite", "helped", "baja",
    ],
)  # fmt: skip
def test_what_is_more_or_other_than_a_keyword_is_none(text: str) -> None:
    assert keyword(text) is None


@given(st.text(max_size=2_000))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert keyword(text) in (None, *Keyword)


def test_a_text_of_ten_thousand_characters_is_not_read_to_its_end() -> None:
    assert keyword("STOP" + "." * 10_000) is None
    assert keyword("  \n" * 3_000 + "STOP" + " " * 1_000) is Keyword.STOP
