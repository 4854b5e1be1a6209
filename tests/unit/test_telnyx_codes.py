"""Telnyx's error codes: which may be tried again, which speak of an opt-out, and that an owner can act on each."""

from __future__ import annotations

import re

import pytest

from shared.channels.meaning import Kind
from shared.channels.telnyx.codes import MEANINGS, UNKNOWN, failure, meaning, of_status


@pytest.mark.parametrize("code", ["10011", "40006", "40011", "40018", "40318"])
def test_a_full_queue_or_a_busy_carrier_may_be_tried_again(code):
    assert meaning(code).kind is Kind.AGAIN


def test_only_these_may_be_tried_again():
    assert {code for code, found in MEANINGS.items() if found.kind is Kind.AGAIN} == {
        "10011",
        "40006",
        "40011",
        "40018",
        "40318",
    }


@pytest.mark.parametrize("words", ["", "Blocked due to STOP message", "Cannot be sent due to an existing block rule."])
def test_40300_is_an_opt_out(words):
    assert meaning("40300", words).kind is Kind.OPTED_OUT


def test_40300_about_something_else_is_no_opt_out():
    assert meaning("40300", "The from number is not assigned to a messaging profile").kind is Kind.PERMANENT


@pytest.mark.parametrize("code", ["10009", "20100", "40010", "40305", "40312", "40329"])
def test_trouble_with_our_own_number_or_account_may_be_avoided_by_another_number(code):
    assert meaning(code).kind is Kind.LINE


@pytest.mark.parametrize("code", ["10002", "40001", "40002", "40310", "40316", "40322"])
def test_what_the_recipient_or_the_text_caused_would_be_the_same_from_another_number(code):
    assert meaning(code).kind is Kind.PERMANENT


@pytest.mark.parametrize("code", ["40333", "99999", "", "x"])
def test_an_unknown_code_is_final(code):
    assert meaning(code) is UNKNOWN
    assert UNKNOWN.kind is Kind.PERMANENT


def test_without_a_code_the_status_tells():
    assert of_status(429).kind is Kind.AGAIN
    assert "API key" in of_status(401).sentence
    assert "API key" in of_status(403).sentence
    assert of_status(422) is UNKNOWN


@pytest.mark.parametrize("sentence", sorted({found.sentence for found in MEANINGS.values()} | {UNKNOWN.sentence}))
def test_each_meaning_is_a_sentence_without_jargon(sentence):
    assert re.fullmatch(r"[A-Z].{10,120}[.)]", sentence)
    assert not re.search(r"\b(HTTP|JSON|4\d{4}|1000\d|E\.164|payload|upstream)\b", sentence)


@pytest.mark.parametrize("status", ["expired", "sending_failed", "delivery_failed"])
def test_a_final_failure_has_a_sentence(status):
    assert failure(status).sentence.endswith(".")
