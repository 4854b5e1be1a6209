"""What a text is about, in any of our languages."""

from __future__ import annotations

from shared.knowledge import words as english
from shared.knowledge.bridge import BRIDGED, WHERE, bridged, subject


def words(text: str, language: str = "en") -> list[str]:
    """The content words in order, repeats included, as facts in English or Spanish are compared."""
    if language not in BRIDGED:
        return english.words(text)
    return [word for word in bridged(text, language) if word != WHERE]


def content_words(text: str, language: str = "en") -> frozenset[str]:
    """What a text is about: its words, folded, stemmed and mapped to one word per meaning.

    Empty for greetings, thanks, yes and no, emoji. Never raises; characters past MOST_CHARACTERS are not read.
    """
    return frozenset(words(text, language))


def asked_words(question: str, language: str = "en") -> frozenset[str]:
    """What a question is about: what facts must know to answer it."""
    if language not in BRIDGED:
        return content_words(question)
    return subject(frozenset(bridged(question, language)))
