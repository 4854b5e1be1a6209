"""Proof of work: found by trying, checked at once, and good for one visit."""

from __future__ import annotations

import itertools

from shared.boundary.work_proof import is_done

VISIT, OTHER = "0" * 32, "1" * 32
BITS = 10


def found(visit: str, bits: int = BITS) -> str:
    return next(str(number) for number in itertools.count() if is_done(visit, str(number), bits))


def test_what_was_worked_for_holds_for_that_visit() -> None:
    assert is_done(VISIT, found(VISIT), BITS)


def test_it_holds_for_no_other_visit() -> None:
    borrowed = [
        work for work in (found(visit) for visit in (f"{n:032x}" for n in range(20))) if is_done(OTHER, work, BITS)
    ]
    assert len(borrowed) < 3


def test_less_work_is_not_enough() -> None:
    cheap = next(str(n) for n in itertools.count() if is_done(VISIT, str(n), 4) and not is_done(VISIT, str(n), BITS))
    assert not is_done(VISIT, cheap, BITS)


def test_the_same_as_a_browser_computes() -> None:
    """SHA-256 of "0…0:1" in hex begins with these bits: the widget's tests have the same pair."""
    assert is_done(VISIT, "1", 0)
    assert not is_done(VISIT, "1", 256)
