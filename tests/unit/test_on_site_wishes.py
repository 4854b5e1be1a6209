"""What a visitor of a site says about being written to: STOP and START, and none of the carriers' other words."""

from __future__ import annotations

import pytest

from shared.conversations.keywords import Keyword
from shared.conversations.on_site import wish_of


@pytest.mark.parametrize(
    "words", ["STOP", "stop", " Stop! ", "S.T.O.P", "unsubscribe", "Opt-out", "opt out", "alto", "ＳＴＯＰ", "Stóp"]
)
def test_stop_is_obeyed(words: str) -> None:
    wish = wish_of(words)
    assert wish is not None
    assert (wish.word, wish.source) == (Keyword.STOP, "keyword")


def test_start_goes_on() -> None:
    wish = wish_of("START")
    assert wish is not None
    assert wish.word is Keyword.START


@pytest.mark.parametrize(
    "words", ["cancel", "end", "quit", "help", "info", "ayuda", "please stop texting me", "when do you start?", ""]
)
def test_everything_else_asks_the_assistant(words: str) -> None:
    assert wish_of(words) is None
