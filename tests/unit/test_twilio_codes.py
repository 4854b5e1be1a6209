"""Twilio's error codes: which may be tried again, which concern our own number, and that an owner can act on each."""

from __future__ import annotations

import re

import pytest

from shared.channels.meaning import Kind
from shared.channels.twilio.codes import MEANINGS, UNKNOWN, failure, meaning, of_status


@pytest.mark.parametrize("code", ["20429", "21611", "30001"])
def test_a_full_queue_or_too_many_requests_may_be_tried_again(code):
    assert meaning(code).kind is Kind.AGAIN


def test_only_these_may_be_tried_again():
    again = {code for code, found in MEANINGS.items() if found.kind is Kind.AGAIN}
    assert again == {"14107", "20429", "21611", "30001", "30022"}


def test_21610_is_an_opt_out_and_nothing_else_is():
    assert {code for code, found in MEANINGS.items() if found.kind is Kind.OPTED_OUT} == {"21610"}


@pytest.mark.parametrize("code", ["20003", "21408", "21606", "30034", "63038"])
def test_trouble_with_our_own_number_or_account_may_be_avoided_by_another_number(code):
    assert meaning(code).kind is Kind.LINE


@pytest.mark.parametrize(
    "code", ["21211", "21614", "21617", "30003", "30004", "30005", "30006", "30007", "30008", "99999", "", "x"]
)
def test_what_the_recipient_or_the_text_caused_is_final_and_so_is_what_nobody_knows(code):
    assert meaning(code).kind is Kind.PERMANENT


def test_without_a_code_the_status_tells():
    assert of_status(429).kind is Kind.AGAIN
    assert of_status(401).kind is of_status(403).kind is Kind.LINE
    assert of_status(400) is UNKNOWN


@pytest.mark.parametrize("sentence", sorted({found.sentence for found in MEANINGS.values()} | {UNKNOWN.sentence}))
def test_each_meaning_is_a_sentence_without_jargon(sentence):
    assert re.fullmatch(r"[A-Z].{10,120}[.)]", sentence)
    assert not re.search(r"\b(HTTP|JSON|[236]\d{4}|E\.164|SID|payload|upstream)\b", sentence)


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
def test_a_final_failure_has_a_sentence(status):
    assert failure(status).sentence.endswith(".")
