"""Free-text opt-outs: a labelled corpus, a quarter of which nobody looked at while the rules were written."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.conversations.keywords import Keyword, keyword
from shared.conversations.wishes import wants_out

CORPUS = json.loads((Path(__file__).parents[1] / "fixtures" / "wishes.json").read_text())
HELD_OUT = CORPUS[3::4]
TUNED = [row for number, row in enumerate(CORPUS) if number % 4 != 3]


@dataclass(frozen=True)
class Score:
    """Of the texts that want out: how many were heard. Of those heard: how many want out."""

    recall: float
    precision: float


def score(rows: list[dict[str, object]]) -> Score:
    wanted = [row for row in rows if row["out"]]
    heard = [row for row in rows if wants_out(str(row["text"]))]
    right = [row for row in heard if row["out"]]
    return Score(len(right) / len(wanted), len(right) / len(heard))


def test_the_corpus_is_large_enough_and_holds_both_labels_in_both_languages() -> None:
    assert len(CORPUS) >= 150
    assert len({row["text"] for row in CORPUS}) == len(CORPUS)
    for rows in (TUNED, HELD_OUT):
        kinds = [(row["out"], row["language"]) for row in rows]
        assert min(kinds.count((out, language)) for out in (True, False) for language in ("en", "es")) >= 10


@pytest.mark.parametrize(("name", "rows", "least"), [("tuned", TUNED, 0.97), ("held out", HELD_OUT, 0.9)])
def test_wishes_are_heard_and_nothing_else_is(name: str, rows: list[dict[str, object]], least: float) -> None:
    found = score(rows)
    print(f"{name}: {len(rows)} texts, recall {found.recall:.3f}, precision {found.precision:.3f}")
    assert found.recall >= least
    assert found.precision >= least


def test_a_text_that_is_a_keyword_of_stop_by_its_first_word_is_a_wish_too() -> None:
    assert keyword("STOP. Also, what are your hours?") is None
    assert wants_out("STOP. Also, what are your hours?")
    assert wants_out("What are your hours?\nSTOP")
    assert keyword("STOP") is Keyword.STOP
    assert wants_out("STOP")


@pytest.mark.parametrize(
    "form", [str.upper, str.lower, str.title, lambda t: t.replace("'", "’"), lambda t: f"  {t} 🙄"]
)
def test_shouting_typography_and_emoji_change_nothing(form: object) -> None:
    assert callable(form)
    assert [row["text"] for row in TUNED if wants_out(form(row["text"])) != wants_out(row["text"])] == []


# Every wording needs one of these; an everyday text without any of them can be no wish.
TRIGGERS = re.compile(
    r"st[op]+|quit|ceas|discontinu|halt|end|cancel|turn|shut|unenrol|dont|dnt|don't|do not|never|\bnot\b|no longer"
    r"|didn|did not|\bno\b|tak|remov|\bget\b|delet|drop|eras|lose|forget|unsu|opt|leav|revok|withdraw|list|alto|par"
    r"|bast|dej|saqu|sac|borr|elimin|remuev|retir|baja|desu|desi",
    re.IGNORECASE,
)
_WORDS = """
    hi please what time is the class on Tuesday for my son daughter text texts message me number phone thanks hola
    gracias quiero clase mensajes numero escribir mandar el martes how much can you call us again 5 pm ?
"""
EVERYDAY = st.lists(st.sampled_from(_WORDS.split()), max_size=60).map(" ".join)


@given(EVERYDAY | st.text(max_size=300))
def test_a_text_without_any_word_of_leaving_is_never_a_wish(text: str) -> None:
    heard = wants_out(text)
    assert not heard or TRIGGERS.search(text) or not text.isascii()


@given(st.text(max_size=2_000))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert wants_out(text) in (True, False)


@pytest.mark.parametrize(
    "one",
    [
        "stop ", "stop the ", "no more ", "remove me from ", "opt out of the ", "please ", "dont want to ", "no me ",
        "a", "unsub", "no quiero recibir ", "ya ", "de baja ", "los ", "send me ", "?", "é", "stop. ", "wrong number ",
    ],
)  # fmt: skip
def test_ten_thousand_characters_are_read_in_a_time_that_grows_with_the_length_alone(one: str) -> None:
    def seconds(length: int) -> float:
        text = (one * length)[:length]
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            wants_out(text)
            best = min(best, time.process_time() - started)
        return best

    wants_out("warm")
    assert seconds(10_000) < 12 * seconds(2_000) + 0.01
    assert seconds(10_000) < 0.5
