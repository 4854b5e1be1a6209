from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import phones
from shared.errors import BadRequest
from shared.phones import E164

OURS = E164("+12817679141")


@pytest.mark.parametrize(
    "typed",
    ["+12817679141", "281 767 9141", "(281) 767-9141", "281.767.9141", "1-281-767-9141", "tel:+1-281-767-9141",
     "  +1 (281) 767 9141  "],
)  # fmt: skip
def test_a_number_is_the_same_however_a_person_types_it(typed: str) -> None:
    assert phones.parse(typed) == OURS


def test_a_national_number_is_read_as_dialled_in_the_given_region() -> None:
    assert phones.parse("020 7946 0958", "GB") == "+442079460958"
    assert phones.parse("+44 20 7946 0958", "US") == "+442079460958"


def test_numbers_of_the_demonstration_are_numbers() -> None:
    assert phones.parse("281 555 0123") == "+12815550123"


@pytest.mark.parametrize(
    "typed",
    ["", " ", "hello", "+", "12", "281-767-914", "+1 281 767 91411", "+999 123 4567", "+1 000 000 0000", "9" * 300,
     "281 767 9141 ext. 5", "'; drop table", "\x00", "\ud800"],
)  # fmt: skip
def test_what_is_no_dialable_number_is_refused_with_advice(typed: str) -> None:
    with pytest.raises(BadRequest) as refused:
        phones.parse(typed)
    assert refused.value.code == "not_a_phone_number"
    assert "such as +1 281 767 9141" in refused.value.detail


def test_an_unknown_region_refuses_national_numbers_instead_of_guessing() -> None:
    with pytest.raises(BadRequest):
        phones.parse("281 767 9141", "XX")


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(BadRequest) as refused:
        phones.parse("call my mother")
    assert "mother" not in refused.value.detail
    assert refused.value.__suppress_context__


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_number_in_e164_or_a_bad_request(text: str) -> None:
    with contextlib.suppress(BadRequest):
        assert phones.is_e164(phones.parse(text))


@settings(deadline=None)
@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_whatever_has_the_form_of_e164_can_be_shown_and_has_no_unknown_zone(text: str) -> None:
    assert phones.is_e164(text)
    assert set(phones.display(E164(text))) <= set("+ 0123456789~/()")
    assert "Etc/Unknown" not in phones.zones(E164(text))


@pytest.mark.parametrize(
    "text",
    ["", "+", "12817679141", "+02817679141", "+123456", "+1234567890123456", "+1281767914a", "+1 2817679141",
     "+12817679141\n", "+١٢٨١٧٦٧٩١٤١", " +12817679141"],
)  # fmt: skip
def test_anything_but_the_bare_form_is_not_e164(text: str) -> None:
    assert not phones.is_e164(text)


def test_a_number_is_shown_in_the_international_form() -> None:
    assert phones.display(OURS) == "+1 281 767 9141"


def test_a_number_of_a_country_code_not_in_use_is_shown_as_it_is_and_has_no_zone() -> None:
    assert phones.display(E164("+9991234567")) == "+9991234567"
    assert phones.zones(E164("+9991234567")) == ()


def test_a_number_knows_its_time_zones() -> None:
    assert phones.zones(OURS) == ("America/Chicago",)
    assert {"America/New_York", "Pacific/Honolulu"} <= set(phones.zones(E164("+18003569377")))


def test_recognising_e164_needs_no_library() -> None:
    code = "import sys, shared.phones as p; assert p.is_e164('+12817679141'); assert 'phonenumbers' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
