from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import ids

TEXTS = st.text(st.characters(exclude_categories=()))  # lone surrogates too: JSON can carry them


@settings(deadline=None)
@given(st.lists(TEXTS), st.lists(TEXTS))
def test_two_lists_of_parts_have_one_digest_only_if_they_are_equal(one: list[str], other: list[str]) -> None:
    assert (ids.digest(*one) == ids.digest(*other)) == (one == other)


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_parts_never_run_into_each_other(a: str, b: str, c: str) -> None:
    assert ids.framed(a, b + c) != ids.framed(a + b, c) or not b
    assert ids.framed(a, b, c) != ids.framed(a, b + c)


@settings(deadline=None)
@given(st.lists(TEXTS))
def test_a_digest_is_32_lowercase_hex_characters_whatever_the_parts_contain(parts: list[str]) -> None:
    assert re.fullmatch("[0-9a-f]{32}", ids.digest(*parts))


@settings(deadline=None)
@given(TEXTS)
def test_a_short_hash_is_8_lowercase_hex_characters(text: str) -> None:
    assert re.fullmatch("[0-9a-f]{8}", ids.short(text))


def test_the_hashes_stay_what_they_were_because_documents_are_named_by_them() -> None:
    assert ids.short("a-1234") == "39e9bb30"
    assert ids.digest("telnyx", "sms", "84cca175-9755-4859-b67f-4730d7f58aa3") == "c4ca9c05ab39c12e61eef39b3451c8ec"
    assert ids.digest() == "e3b0c44298fc1c149afbf4c8996fb924"


def test_a_message_has_the_same_id_at_every_delivery() -> None:
    assert ids.message_id("telnyx", "sms", "abc/def") == ids.message_id("telnyx", "sms", "abc/def")


@pytest.mark.parametrize("other", [("twilio", "sms", "x"), ("telnyx", "call", "x"), ("telnyx", "sms", "y")])
def test_another_provider_kind_or_id_is_another_message(other: tuple[str, str, str]) -> None:
    assert ids.message_id("telnyx", "sms", "x") != ids.message_id(*other)
