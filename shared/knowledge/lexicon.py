"""A language's vocabulary, folded, to be looked up by what stands at a place in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import combining, normalize

from shared.knowledge.languages.kinds import Vocabulary

HAN = re.compile(r"[\u3400-\u9fff]")
_TOKEN = re.compile(r"[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[^\W_])+")
_LETTERS = str.maketrans({"đ": "d", "ß": "ss", "œ": "oe", "æ": "ae"})
_INFLECTION = 3  # letters behind a stem in a language whose words are joined; more of them are another word
_PART = 4  # letters of a part of a joined word; fewer are an ending, or what holds the parts together


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it was `written`, in lower case, and `folded`: without marks."""

    written: str
    folded: str


def tokens(text: str) -> list[Token]:
    """Words and numbers; a stretch of Chinese characters is one."""
    found = _TOKEN.findall(normalize("NFC", text.casefold()))
    return [Token(word, folded) for word in found if (folded := _folded(word))]


class Lexicon:
    """`means`: from a meaning, as texts are compared by it, to all that says it."""

    def __init__(self, said: Vocabulary, means: Mapping[str, str]) -> None:
        self._joined, self._toned = said.joined, said.toned
        self._whole: dict[tuple[str, ...], str] = {}
        self._stems: dict[str, str] = {}
        meanings = (("", said.idle), *means.items())
        entries = [(meaning, written) for meaning, all_of_it in meanings for written in all_of_it.split()]
        for toned in (True, False) if self._toned else (False,):
            for meaning, written in entries:
                self._add(meaning, written, toned=toned)
        self._longest = max(map(len, self._whole))
        alone = {word: meaning for (word, *more), meaning in self._whole.items() if not more}
        self._parts = {part: meaning for part, meaning in (alone | self._stems).items() if meaning or HAN.match(part)}
        self._longest_part = max(map(len, self._parts))

    def _add(self, meaning: str, written: str, *, toned: bool) -> None:
        found = tokens(written.replace("_", " "))
        if written.endswith("*"):
            self._stems.setdefault(found[-1].folded, meaning)
        else:
            self._whole.setdefault(tuple(one.written if toned else one.folded for one in found), meaning)

    def phrase(self, found: Sequence[Token], place: int) -> tuple[int, str] | None:
        """How many tokens from `place` on say one thing, as many as do; and what, "" for nothing worth comparing."""
        for size in range(min(self._longest, len(found) - place), 0, -1):
            meaning = self._whole.get(tuple(self._compared(token) for token in found[place : place + size]))
            if meaning is not None:
                return size, meaning
        stemmed = self._stemmed(found[place].folded)
        return None if stemmed is None else (1, stemmed)

    def parts(self, word: str) -> Iterator[tuple[str, str | None]]:
        """What stands joined in a word, from the left, the longest first, with its meaning; None for what is unknown.

        Of a word of which something is known, unknown letters count where they may be a word themselves.
        """
        rest, place = "", 0
        while self._joined and place < len(word):
            part = self._part_at(word, place)
            rest += "" if part else word[place]
            if part:
                yield from self._unknown(rest)
                yield part, self._parts[part]
                rest = ""
            place += len(part) or 1
        if rest == word or not self._joined:
            yield word, None
        else:
            yield from self._unknown(rest)

    def _part_at(self, word: str, place: int) -> str:
        sizes = range(min(self._longest_part, len(word) - place), _least(word) - 1, -1)
        return next((part for n in sizes if (part := word[place : place + n]) in self._parts), "")

    def _unknown(self, rest: str) -> Iterator[tuple[str, str | None]]:
        if rest and len(rest) >= _least(rest):
            yield rest, self._whole.get((rest,))

    def _compared(self, token: Token) -> str:
        return token.written if self._toned else token.folded

    def _stemmed(self, word: str) -> str | None:
        least = max(1, len(word) - _INFLECTION) if self._joined else 1
        return next((self._stems[word[:n]] for n in range(len(word), least - 1, -1) if word[:n] in self._stems), None)


def _least(part: str) -> int:
    """Letters of a part of a word."""
    return 1 if not part or HAN.match(part) else _PART


def _folded(word: str) -> str:
    return "".join(c for c in normalize("NFKD", word).translate(_LETTERS) if not combining(c))
