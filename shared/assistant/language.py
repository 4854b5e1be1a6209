"""The language of an answer is a parameter that code sets; the model is told, never asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Words of each language that are not words of the other ("no", "a", "me" say nothing).
_ENGLISH = """
    the is are do does you your have has what when where which how can could would i my for and with this that there any
    of we they it want need class classes please thanks hello hi
"""
_SPANISH = """
    el la los las es son hay que qué cuando cuándo donde dónde cual cuál cuales cómo como puedo puede quiero quisiera
    tienen tiene mi para por con esta este una uno un del al y su sus hola gracias buenos buenas clase clases niño niña
    hijo hija años necesito cuesta cuánto cuanto días dias
"""
_TELLING = {"en": frozenset(_ENGLISH.split()), "es": frozenset(_SPANISH.split())}
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH = 2  # telling words: one alone may be a name ("La Jolla")
_UNMISTAKABLE = re.compile(r"[¿¡ñ]")


def primary(tag: str) -> str:
    """ "es-MX" → "es"."""
    return tag.replace("_", "-").split("-")[0].lower()


def decide(configured: str, texts: Sequence[str]) -> str:
    """The configured language, unless the customer clearly writes another one that we speak.

    The newest text decides where it is clear, else all of them together. Deciding twice changes nothing.
    """
    for text in (*texts[-1:], " ".join(texts)):
        found = detect(text)
        if found is not None:
            return configured if found == primary(configured) else found
    return configured


def detect(text: str) -> str | None:
    """The language of ours that a text is clearly in; None for a mixture, a name, an emoji."""
    words = _WORD.findall(text.casefold())
    counts = {language: sum(word in telling for word in words) for language, telling in _TELLING.items()}
    if _UNMISTAKABLE.search(text.casefold()):
        counts["es"] += _ENOUGH
    best, second = sorted(counts, key=lambda language: -counts[language])[:2]
    clear = counts[best] >= _ENOUGH and counts[best] >= 2 * counts[second]
    return best if clear else None
