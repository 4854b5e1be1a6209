"""All choices of a run follow from its seed, and every kind of thing happens in it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.plan import LINES, LONG, POINTS, SHORT, TENANTS, Conversation, Size, kills, plan

SMALL = Size(texts=60, conversations=9, kills=2, seconds=10.0, divisor=10)


@given(st.integers(0, 10_000))
def test_the_same_seed_makes_the_same_plan(seed: int) -> None:
    assert plan(SMALL, seed) == plan(SMALL, seed)
    assert kills(SMALL, seed) == kills(SMALL, seed)


def test_another_seed_makes_another_plan() -> None:
    assert plan(SMALL, 1) != plan(SMALL, 2)
    assert kills(LONG, 1) != kills(LONG, 2)


@given(st.integers(0, 10_000))
def test_no_two_texts_have_the_same_id_and_no_two_conversations_the_same_parties(seed: int) -> None:
    conversations = plan(SMALL, seed)
    ids = [text.id for each in conversations for act in each.acts for text in act.texts]
    assert len(ids) == len(set(ids)) >= SMALL.texts
    assert len({(each.tenant, each.customer) for each in conversations}) == SMALL.conversations


def test_a_plain_conversation_opts_out_of_nothing_and_is_taken_over_by_nobody() -> None:
    plain = [act for each in plan(LONG, 1) if each.plain for act in each.acts]
    assert {act.kind for act in plain} == {"texts", "together", "at_answer"}
    assert {text.word for act in plain for text in act.texts} == {""}


@pytest.mark.parametrize("size", [SHORT, LONG])
def test_a_run_has_every_kind_of_conversation(size: Size) -> None:
    conversations = plan(size, 3)
    assert {each.tenant for each in conversations} == set(TENANTS)
    assert _kinds(conversations) == {"texts", "together", "at_answer", "at_claim", "take", "give"}
    texts = [text for each in conversations for act in each.acts for text in act.texts]
    assert {text.word for text in texts} == {"", "STOP", "START"}
    assert max(text.copies for text in texts) > 1
    assert any(text.again is not None for text in texts)
    assert len({each.customer for each in conversations}) < len(conversations), "one customer, two businesses"


@pytest.mark.parametrize("size", [SHORT, LONG])
def test_about_a_third_of_the_texts_go_to_numbers_at_twilio_where_there_are_some(size: Size) -> None:
    texts = [(each.tenant, text) for each in plan(size, 3) for act in each.acts for text in act.texts]
    at_twilio = [(tenant, text) for tenant, text in texts if text.provider == "twilio"]
    assert 0.25 < len(at_twilio) / len(texts) < 0.42
    assert all("twilio" in LINES[tenant] and text.id.startswith("SM") for tenant, text in at_twilio)
    assert {text.word for _, text in at_twilio} == {"", "STOP", "START"}


def _kinds(conversations: object) -> set[str]:
    assert isinstance(conversations, list)
    return {act.kind for each in conversations if isinstance(each, Conversation) for act in each.acts}


def test_every_point_is_killed_as_often_as_the_size_says() -> None:
    assert Counter(kills(LONG, 7)) == dict.fromkeys(POINTS, 20)
    assert LONG.texts >= 5000
    assert LONG.conversations >= 300
