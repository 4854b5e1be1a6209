"""What a visitor's browser shows: nobody makes one, changes one, uses one after its time or for anything else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config import ConfigurationError
from shared.hidden import Hidden
from shared.vault import Masters
from shared.vault.visits import Expired, Forged, Pass, Visit, VisitTokens

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
VISIT = Visit("acme", "wk-1", "0123456789abcdef" * 2, "https://site.example", "es")


def key(first: int) -> str:
    return base64.urlsafe_b64encode(bytes(range(first, first + 32))).decode()


def tokens(*keys: str) -> VisitTokens:
    return VisitTokens(Masters.parse(Hidden(",".join(keys or (f"k1:{key(0)}",)))))


TOKEN = tokens().sign(Pass.SESSION, VISIT, NOW)


@pytest.mark.parametrize("kind", list(Pass))
def test_a_token_opens_until_its_time_and_not_a_second_longer(kind: Pass) -> None:
    token = tokens().sign(kind, VISIT, NOW)
    assert tokens().open(kind, token, NOW) == VISIT
    assert tokens().open(kind, token, NOW + kind.life - timedelta(seconds=1)) == VISIT
    with pytest.raises(Expired):
        tokens().open(kind, token, NOW + kind.life)


def test_a_session_is_short_and_a_resume_token_opens_nothing_but_another_one() -> None:
    assert Pass.SESSION.life <= timedelta(minutes=15)
    for kind, other in ((Pass.SESSION, Pass.RESUME), (Pass.RESUME, Pass.SESSION)):
        with pytest.raises(Forged):
            tokens().open(other, tokens().sign(kind, VISIT, NOW), NOW)


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_a_token_that_was_changed_anywhere_is_forged(place: int) -> None:
    other = "A" if TOKEN[place] != "A" else "B"
    with pytest.raises(Forged):
        tokens().open(Pass.SESSION, TOKEN[:place] + other + TOKEN[place + 1 :], NOW)


@pytest.mark.parametrize(
    "forged", ["", ".", "A.A", TOKEN[:-1], TOKEN + "A", TOKEN + "=", f" {TOKEN}", "é.é", "A" * 9999]
)
def test_what_is_no_token_of_ours_is_forged(forged: str) -> None:
    with pytest.raises(Forged):
        tokens().open(Pass.SESSION, forged, NOW)


@given(st.text(max_size=200))
def test_no_text_opens_anything(text: str) -> None:
    with pytest.raises(Forged):
        tokens().open(Pass.SESSION, text, NOW)


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_signs() -> None:
    both = tokens(f"k2:{key(50)}", f"k1:{key(0)}")
    assert both.open(Pass.SESSION, TOKEN, NOW) == VISIT
    with pytest.raises(Forged):
        tokens().open(Pass.SESSION, both.sign(Pass.SESSION, VISIT, NOW), NOW)


def test_a_conversation_follows_from_tenant_and_visit_alone() -> None:
    same = Visit("acme", "wk-2", VISIT.id, "https://other.example", "en")
    assert same.conversation == VISIT.conversation
    assert Visit("other", "wk-1", VISIT.id, VISIT.origin, "es").conversation != VISIT.conversation
    assert VISIT.id not in VISIT.conversation


def test_two_visits_are_never_the_same() -> None:
    begun = {Visit.begun("acme", "wk-1", "https://site.example", "en").id for _ in range(100)}
    assert len(begun) == 100


def test_keys_are_not_shown_and_weak_ones_refused() -> None:
    assert repr(tokens()) == "VisitTokens(…)"
    with pytest.raises(ConfigurationError):
        tokens("k1:c2hvcnQ")


def test_another_spelling_of_the_same_bytes_is_forged() -> None:
    """43 characters hold two bits more than 32 bytes: what stands in them must be what we wrote."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(TOKEN[-1])
    for loose in range(1, 4):
        with pytest.raises(Forged):
            tokens().open(Pass.SESSION, TOKEN[:-1] + alphabet[(last & ~3) | ((last + loose) & 3)], NOW)
