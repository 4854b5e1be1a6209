"""Words of other languages, read as the English words that facts are mostly written in.

A word is looked up in its own language first, then in English and Spanish: a fact may be in either, and a loanword too.
What stands nowhere is kept as it is. So it counts against every fact that does not have it, as an unknown English word
does, and no answer may claim it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from unicodedata import normalize

from shared.knowledge.languages.kinds import Vocabulary
from shared.knowledge.lexicon import HAN, Lexicon, Token, tokens
from shared.knowledge.words import MOST_CHARACTERS
from shared.knowledge.words import words as english

BRIDGED = ("fr", "de", "pt", "vi", "zh")

WHERE = "where"
# Said along with what is asked ("are you open tomorrow morning", "where do I park"): no fact has to know them.
CIRCUMSTANCES = frozenset({WHERE, *english("morning afternoon evening today tomorrow")})


def bridged(text: str, language: str) -> list[str]:
    """The content words in order, in English where a vocabulary knows them. Never raises."""
    found = tokens(normalize("NFKC", text[:MOST_CHARACTERS]))
    return [word for word in _read(found, (_lexicon(language), _lexicon("en"))) if word]


def subject(words: frozenset[str]) -> frozenset[str]:
    """What is left of a question without its circumstances; of one that has nothing else, what they ask for."""
    return words - CIRCUMSTANCES or (words - {WHERE} | ({"address"} if WHERE in words else frozenset()))


def _read(found: list[Token], lexicons: tuple[Lexicon, ...]) -> Iterator[str]:
    place = 0
    while place < len(found):
        known = next((hit for one in lexicons if (hit := one.phrase(found, place)) is not None), None)
        size, meaning = known or (1, None)
        yield from (meaning,) if meaning is not None else _apart(found[place], lexicons[0])
        place += size


def _apart(token: Token, lexicon: Lexicon) -> Iterator[str]:
    """A word that is in no vocabulary: what its parts mean, where words are joined, and what stays unknown of it."""
    for part, meaning in lexicon.parts(token.folded):
        if meaning is not None:
            yield meaning
        elif HAN.match(part):
            yield from (part[n : n + 2] for n in range(max(1, len(part) - 1)))
        else:
            yield from english(part)


@cache
def _lexicon(language: str) -> Lexicon:
    said: Vocabulary = getattr(import_module(f"shared.knowledge.languages.{language}"), language.upper())
    means = {"".join(english(meaning)) or meaning: written for meaning, written in said.means.items()}
    return Lexicon(said, means)
