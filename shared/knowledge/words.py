"""Words as they are compared: folded, stemmed a little, small talk removed. English and Spanish."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

from shared.knowledge.vocabulary import ASKING, MEANING, SMALL_TALK, STOP_WORDS

MOST_CHARACTERS = 4_000  # of one text; a customer's question is far shorter

_WORD = re.compile(r"[^\W_]+")

_SMALL_TALK = re.compile(rf"\b(?:{'|'.join(SMALL_TALK)})\b")
_ASKING = tuple((re.compile(rf"\b(?:{phrase})\b"), f" {meaning} ") for meaning, phrase in ASKING.items())


def words(text: str) -> list[str]:
    """The content words in order, repeats included. Never raises; characters past MOST_CHARACTERS are not read."""
    folded = _SMALL_TALK.sub(" ", _fold(text[:MOST_CHARACTERS]))
    for asking, meaning in _ASKING:
        folded = asking.sub(meaning, folded)
    stems = (_stem(word) for word in _WORD.findall(folded) if word not in STOP_WORDS)
    return [MEANING.get(stem, stem) for stem in stems]


def _fold(text: str) -> str:
    """Lower case, no accents, plain apostrophes gone ("what's" is "whats")."""
    decomposed = normalize("NFKD", text.casefold())
    return re.sub("['’]", "", "".join(c for c in decomposed if not combining(c)))


def _stem(word: str) -> str:
    """Plural, -ing and -ed off, then a silent e: "classes" is "class", "closing" is "close", "precios" is "precio"."""
    if len(word) <= 3 or not word.isalpha():
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = _undoubled(word.removesuffix(ending))
            break
    return word.removesuffix("e") if len(word) > 3 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    """ "swimm" → "swim"; "fill" stays."""
    doubled = word[-1] == word[-2] and word[-1] not in "lsaeiou"
    return word[:-1] if doubled else word
