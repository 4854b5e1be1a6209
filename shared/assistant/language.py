"""The language of an answer is a parameter that code sets; the model is told, never asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from unicodedata import combining, normalize

from shared.assistant.telling import CHINESE, WORDS

LANGUAGES = tuple(WORDS)

_WORD = re.compile(r"[^\W\d_]+")
_NO_WORDS = re.compile(r"\S{1,64}@\S+|(?:https?://|www\.)\S+")
_ENOUGH = 2  # telling words: one alone may be a name ("La Jolla")
_UNMISTAKABLE = re.compile(r"[¿¡ñ]")
_VIETNAMESE = re.compile(r"[ăđơưĩũ\u1ea0-\u1ef9]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


def primary(tag: str) -> str:
    """ "es-MX" → "es"."""
    return tag.replace("_", "-").split("-")[0].lower()


def spoken(tag: str) -> str | None:
    """The language of ours that a locale's tag means: "es-MX" → "es", "zh-Hans-CN" → "zh"; None for none of ours."""
    return primary(tag) if primary(tag) in LANGUAGES else None


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
    """The language of ours that a text is clearly in; None for a mixture, a name, an emoji.

    Against each of the others only those words count that are not words of both.
    """
    heard = Counter(_heard(_NO_WORDS.sub(" ", normalize("NFC", text))))
    for language in LANGUAGES:
        if all(_clearer(heard, language, other) for other in LANGUAGES if other != language):
            return language
    return None


def _clearer(heard: Counter[frozenset[str]], language: str, other: str) -> bool:
    ours = sum(times for one, times in heard.items() if language in one and other not in one)
    theirs = sum(times for one, times in heard.items() if other in one and language not in one)
    return ours >= _ENOUGH and ours >= 2 * theirs


def _heard(text: str) -> Iterator[frozenset[str]]:
    """For everything in a text that tells anything: the languages that it may be of."""
    words = _WORD.findall(text)
    told = [_OF[word.casefold()] for word in words if word.casefold() in _OF]
    yield from told
    if _UNMISTAKABLE.search(text.casefold()):
        yield from (frozenset({"es"}),) * _ENOUGH
    if any("vi" in languages for languages in told):
        yield from (frozenset({"vi"}) for word in words if word not in _OF and _looks_vietnamese(word))
    if not CHINESE.isdisjoint(text) and not _KANA_OR_HANGUL.search(text):
        yield from (frozenset({"zh"}),) * len(_HAN.findall(text))


def _looks_vietnamese(word: str) -> bool:
    """By its letters. A name has them too, but begins with a capital."""
    return word.islower() and _VIETNAMESE.search(word) is not None


def _languages_by_word() -> dict[str, frozenset[str]]:
    written = {language: words | _unaccented(language, words) for language, words in WORDS.items()}
    every = frozenset().union(*written.values())
    return {word: frozenset(language for language in written if word in written[language]) for word in every}


def _unaccented(language: str, words: frozenset[str]) -> frozenset[str]:
    """As they are written in a hurry: "manana", "criancas"."""
    return frozenset(map(_plain, words)) if language in _HURRIED else frozenset()


def _plain(word: str) -> str:
    return "".join(letter for letter in normalize("NFKD", word) if not combining(letter))


_HURRIED = ("es", "fr", "pt")
_OF = _languages_by_word()
