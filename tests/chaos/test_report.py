"""A run in which nothing went wrong because nothing happened is no proof."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.chaos.plan import POINTS, SHORT
from tests.chaos.report import latencies, result
from tests.chaos.verdict import Verdict
from tests.chaos.weather import KINDS

FIGURES = {
    "texts": 300,
    "conversations": 30,
    "opt-outs": 9,
    "take-overs": 9,
    "accepted by telnyx": 90,
    "accepted by twilio": 40,
    "messages failed over": 2,
    "texts to answer": 200,
    "texts to answer, with an answer accepted": 180,
    "texts parked": 1,
}


DELIVERIES = [{"kind": kind, "status": 200, "ms": 90.0} for kind in ("message.received", "received")]
ACCEPTED = "texts to answer, with an answer accepted"


def problems(**change: int) -> list[str]:
    verdict = Verdict(figures=FIGURES | change)
    kills, faults = Counter(dict.fromkeys(POINTS, 1)), Counter(dict.fromkeys(KINDS, 1))
    return list(result(1, SHORT, 1.0, kills, faults, verdict, {"deliveries": DELIVERIES}).problems)


def test_a_run_in_which_most_are_answered_is_a_proof() -> None:
    assert problems() == []


def test_the_latencies_are_those_of_texts_at_both_providers() -> None:
    assert latencies(DELIVERIES)["webhooks answered"] == 2


def test_a_run_in_which_hardly_anybody_is_answered_is_none() -> None:
    assert problems(**{ACCEPTED: 110}) == ["only 55% of the texts to answer had an answer accepted"]
    assert problems(**{ACCEPTED: 0, "texts to answer": 0}) != []


def test_a_run_in_which_many_are_parked_is_none() -> None:
    assert problems(**{"texts parked": 14}) == ["7% of the texts to answer were parked"]


@pytest.mark.parametrize("what", ["accepted by telnyx", "accepted by twilio", "messages failed over", "opt-outs"])
def test_a_run_in_which_something_never_happened_is_none(what: str) -> None:
    assert problems(**{what: 0}) == [f"there were no {what}"]
