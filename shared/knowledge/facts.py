"""Which facts of a business bear on a question, and when none does.

The score of a fact is the share of the question that it covers, weighted by how much each word of the question tells:

    score = Σ over the question's words in the fact: weight × strength  /  Σ over the question's words: weight

weight: 0.5 for a word of every fact up to 1 for a word of none (BM25's idf, scaled). A word that no fact knows counts
fully against all of them: that is how a question about something else stays below the floor.
strength: 1 for a word of the title, else below 1: BM25's saturation over how often it occurs in how long a text.
Of a long question only the ENOUGH weightiest words count below the line, so that chatter does not drown what is asked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.knowledge.reading import asked_words, content_words, words

# Below it the assistant says that it does not know. 0.3: about a third of what the question says is in the fact. One
# chance word of a question of three ("do you sell car insurance", where the parking has cars) stays below; the one word
# that a short question consists of, or two of five, passes. The figures are held by tests/unit/test_knowledge_facts.py.
FLOOR = 0.3
ENOUGH = 4  # words of a question

_SATURATION = 0.5  # BM25's k1: low, because saying a word twice does not make a short text twice as relevant
_LENGTH = 0.4  # BM25's b


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a business says of itself: `title` names the subject ("Parking"), `text` is what customers may hear."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Scored:
    """`score`: 0 (nothing in common) to 1 (all that the question says is in the title)."""

    fact: Fact
    score: float


@dataclass(frozen=True, slots=True)
class _Indexed:
    fact: Fact
    title: frozenset[str]
    counts: Counter[str]
    length: int

    @property
    def vocabulary(self) -> frozenset[str]:
        return self.title | self.counts.keys()


class Facts:
    """The facts of one business, indexed once for questions in one language, whatever language the facts are in."""

    def __init__(self, facts: Sequence[Fact], language: str = "en") -> None:
        self._language = language
        self._indexed = tuple(_index(fact, language) for fact in facts)
        self._average = sum(one.length for one in self._indexed) / len(self._indexed) if self._indexed else 0.0
        self._known_by = Counter(word for one in self._indexed for word in one.vocabulary)

    def relevant(self, question: str, *, limit: int = 6, floor: float = FLOOR) -> tuple[Scored, ...]:
        """At most `limit` facts that score `floor` or more, best first; equals in the order they were given.

        Never raises for any text. Empty means: not known.
        """
        weights = {word: self._weight(word) for word in sorted(asked_words(question, self._language))}
        whole = math.fsum(sorted(weights.values(), reverse=True)[:ENOUGH])
        scored = (Scored(one.fact, self._score(one, weights, whole)) for one in self._indexed if whole)
        found = [one for one in scored if one.score >= floor and one.score > 0]
        return tuple(sorted(found, key=lambda one: -one.score)[: max(0, limit)])

    def _score(self, one: _Indexed, weights: dict[str, float], whole: float) -> float:
        covered = math.fsum(weight * self._strength(word, one) for word, weight in weights.items())
        return min(1.0, covered / whole)

    def _weight(self, word: str) -> float:
        return 0.5 + 0.5 * self._idf(self._known_by[word]) / self._idf(0)

    def _idf(self, known_by: int) -> float:
        return math.log(1 + (len(self._indexed) - known_by + 0.5) / (known_by + 0.5))

    def _strength(self, word: str, one: _Indexed) -> float:
        if word in one.title:
            return 1.0
        times = one.counts[word]
        stretch = 1 - _LENGTH + _LENGTH * (one.length / self._average if self._average else 1.0)
        return times / (times + _SATURATION * stretch)


def _index(fact: Fact, language: str) -> _Indexed:
    text = words(fact.text, language)
    return _Indexed(fact, content_words(fact.title, language), Counter(text), len(text))
