"""Whether a text says, in words of its own, that its writer wants no more texts. English and Spanish.

Any reasonable wording counts as an opt-out (47 CFR 64.1200(a)(10)), so this leans towards believing it, but only where
the wish is about texts, lists or the writer's number: who cancels a class or asks somebody to stop by is a customer.
Rules over folded words and no model: the same text always means the same, and nobody can talk a rule round.

Decided here, each with a line in the labelled corpus (tests/fixtures/wishes.json):

    "STOP. Also, what are your hours?"                 out: a sentence of its own that says nothing but stop
    "how do I unsubscribe?"                            out: nobody asks that who wants to stay
    "how do I unsubscribe from the newsletter email?"  not out: it is about another channel
    "please don't text me after 9pm", "don't call me, text me"      not out: a wish about when and how
    "take me off the wait list", "opt out of the photo release"     not out: another list, another choice
    "why did you stop texting me?", "please don't stop texting me"  not out: they miss the texts
    "sorry, wrong number"                              not out: it says nothing about texts to come
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from unicodedata import combining, normalize

from shared.conversations.wordings import WORDINGS

_APOSTROPHES = re.compile("['’‘`´]")
_ENDS = re.compile(r"[.!?;,:()\n]+|\s[-–—]+\s")
_WORD = re.compile(r"[a-z0-9]+")
_LOOKED_BACK = 40  # characters before a wording in which a "don't" turns it round


@dataclass(frozen=True, slots=True)
class _Rule:
    """`wording` is a wish, unless `before` ends in front of it or `after` begins behind it."""

    wording: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]

    def holds(self, clause: str) -> bool:
        return any(self._meant(clause, match) for match in self.wording.finditer(clause))

    def _meant(self, clause: str, match: re.Match[str]) -> bool:
        lead = clause[max(0, match.start() - _LOOKED_BACK) : match.start()]
        return not self.before.search(lead) and not self.after.match(clause[match.end() :])


def wants_out(text: str) -> bool:
    """Whether `text` clearly asks for no more texts. Keywords alone are `keywords`' matter, and count here too.

    Never raises. Time grows with the length and not faster: every gap in a wording is bounded.
    """
    return any(rule.holds(clause) for clause in _clauses(text) for rule in _rules())


def _clauses(text: str) -> Iterator[str]:
    """The sentences and their parts as plain words: "Please, DON'T text me!" is "please" and "dont text me"."""
    decomposed = normalize("NFKD", _APOSTROPHES.sub("", text)).casefold()
    folded = "".join(c for c in decomposed if not combining(c))
    for part in _ENDS.split(folded):
        words = _WORD.findall(part)
        if words:
            yield " ".join(words)


@cache
def _rules() -> tuple[_Rule, ...]:
    """Compiled with the first text: most instances start for something else."""
    return tuple(
        _Rule(
            re.compile(rf"\b(?:{one.says})\b"),
            re.compile(rf"(?:^|\b)(?:{one.unless_before})\s$" if one.unless_before else r"(?!)"),
            re.compile(rf"\s(?:{one.unless_after})" if one.unless_after else r"(?!)"),
        )
        for one in WORDINGS
    )
