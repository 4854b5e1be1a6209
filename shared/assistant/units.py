"""Where a text that is still being written may be cut, so that each piece can be judged and read by itself.

A unit is a sentence, a line, or of a longer sentence as many words as fit in LONGEST. None ends inside something that
means another thing in halves: a link, code, emphasis, a figure, a word. So what follows a unit has been seen, unless
the text is whole. The white space between two units belongs to the later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.assistant.form import sentence_ends

LONGEST = 160

# Where one of these has no end yet, it lasts to the end of its line, or of the text.
_UNBROKEN = re.compile(
    r"""
      ^[ ]{0,3}```.*?(?:^[ ]{0,3}```|\Z)
    | `[^`\n]*(?:`|$)
    | \[[^\]\n]*(?:$|\](?:\((?:[^()\n]|\([^()\n]*\))*(?:\)|$))?)
    | (?<![\w*_])(\*{1,3}|_{1,3})(?=\S)[^\n]*?(?:\1|$)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_LIST_MARKER = re.compile(r"[ \t]*(?:\d{1,3}[.)]|[-*+•])")
_WORD_END = re.compile(r"(?<=\S)(?=\s)")
_FIGURE_NEXT = re.compile(r"\s*\S*\d")
# "85 US", "2 open", "8 h du": its unit, or the half of the day, is still to come.
_BESIDE_A_FIGURE = re.compile(r"\d\S*(?:\s+\S+)?(?:\s+(?:du|da|de|de\s+la))?\Z")
_BETWEEN_DIGITS = r"[\s().\-/·‐-―]{0,3}"  # of a phone number, see `contacts`
_DIGITS_BEFORE = re.compile(rf"(?:\d{_BETWEEN_DIGITS}){{1,20}}\Z")
_DIGITS_AFTER = re.compile(rf"{_BETWEEN_DIGITS}(?:\d{_BETWEEN_DIGITS}){{0,20}}")
_PHONE_DIGITS = 7
_WINDOW = 80  # characters before a cut that are looked at


def unit_ends(text: str, start: int, *, whole: bool = False) -> list[int]:
    """Where the units of `text` end that are complete, from `start` on, where the last one ended.

    `whole`: nothing comes after `text`, so its end is one too.
    """
    cuts, ends = _Cuts(text, start, whole=whole), [start]
    while (end := cuts.next_after(ends[-1])) is not None:
        ends.append(end)
    return ends[1:]


class _Cuts:
    def __init__(self, text: str, start: int, *, whole: bool) -> None:
        self._text = text
        self._whole = whole
        self._last = len(text.rstrip())
        self._unbroken = [self._span(match) for match in _UNBROKEN.finditer(text, start)]
        trimmed = (len(text[:end].rstrip()) for end in sentence_ends(text, start))
        self._sentences = [end for end in trimmed if end < len(text) and self._is_free(end)]
        self._sentences += [self._last] if whole else []

    def next_after(self, start: int) -> int | None:
        sentence = next((end for end in self._sentences if end > start), None)
        if sentence is not None and sentence - start <= LONGEST:
            return sentence
        if self._last - start <= LONGEST:
            return None
        within = list(self._words(start, start + LONGEST))
        if within:
            return within[-1]
        later = next(self._words(start + LONGEST, self._last), None)
        return min((end for end in (sentence, later) if end is not None), default=None)

    def _span(self, match: re.Match[str]) -> tuple[int, int]:
        """Where it is, up to its last character; of what reaches the end of an unfinished text, that is to come."""
        unfinished = match.end() == len(self._text) and not self._whole
        return match.start(), len(self._text) if unfinished else match.start() + len(match.group().rstrip())

    def _words(self, after: int, most: int) -> Iterator[int]:
        """The ends of words with another word behind them, away from every figure."""
        for match in _WORD_END.finditer(self._text, after + 1, min(most + 1, self._last)):
            if self._is_free(match.end()) and not self._is_beside_a_figure(match.end()):
                yield match.end()

    def _is_free(self, end: int) -> bool:
        inside = any(first < end < last for first, last in self._unbroken)
        marker = _LIST_MARKER.fullmatch(self._text, self._text.rfind("\n", 0, end) + 1, end)
        return not (inside or marker or self._is_in_a_number(end))

    def _is_beside_a_figure(self, end: int) -> bool:
        before = _BESIDE_A_FIGURE.search(self._text, max(0, end - _WINDOW), end)
        return before is not None or _FIGURE_NEXT.match(self._text, end) is not None

    def _is_in_a_number(self, end: int) -> bool:
        """Whether digits go on behind `end` as those of a phone number do, or may yet."""
        before = _DIGITS_BEFORE.search(self._text, max(0, end - _WINDOW), end)
        after = _DIGITS_AFTER.match(self._text, end)
        if before is None or after is None:
            return False
        if after.end() == len(self._text) and not self._whole:
            return True
        follow = sum(map(str.isdigit, after.group()))
        return follow > 0 and follow + sum(map(str.isdigit, before.group())) >= _PHONE_DIGITS
