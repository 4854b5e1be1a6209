"""The form of an answer on each channel: what it may contain, and how long it may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.assistant import urls
from shared.segments import fold

SMS_LIMIT = 320  # characters: what the product promises. Two segments of plain text hold 306 of them
PLAIN_CHANNELS = frozenset({"sms", "voice"})

_MARKDOWN = (
    (re.compile(r"!?\[([^\]\n]{0,300})\]\(\s{0,3}([^\s()]{1,500})\s{0,3}\)"), r"\1 \2"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"^[ ]{0,3}#{1,6}[ ]+", re.MULTILINE), ""),
    (re.compile(r"^([ ]*)[*+][ ]+", re.MULTILINE), r"\1- "),
    (re.compile(r"^```\w*\n?", re.MULTILINE), ""),
)
_SENTENCE_END = re.compile(rf"[.!?][\"')\]]*(?=\s|$)|(?:[！？]|{urls.FULL_STOP})[\"')\]」』”’）]*|\n")
_ABBREVIATED = re.compile(r"(?:\b[ap]\.m|\b(?:Mr|Mrs|Ms|Dr|Sr|Sra|St|vs|e\.g|i\.e|approx|No))\.$", re.IGNORECASE)
_LONGEST_ABBREVIATION = 8  # characters, and one before them
_CUT = " ..."


@dataclass(frozen=True, slots=True)
class Introduction:
    """`prefix` names the business, `suffix` the way out: the first text of a thread says both (see `phrases`)."""

    prefix: str
    suffix: str

    def missing_in(self, text: str) -> Introduction:
        """What `text` does not say already, at its beginning or anywhere."""
        return Introduction(
            "" if text.startswith(self.prefix) else self.prefix, "" if self.suffix in text else self.suffix
        )

    def joined(self, other: Introduction) -> Introduction:
        return Introduction(self.prefix or other.prefix, self.suffix or other.suffix)

    @property
    def length(self) -> int:
        return len(self.prefix) + len(self.suffix) + (1 if self.suffix else 0)


NO_INTRODUCTION = Introduction("", "")


@dataclass(frozen=True, slots=True)
class Fitted:
    """`body`: the words as they will be sent. `links`: what follows them, each on a line of its own."""

    body: str
    links: tuple[str, ...] = ()
    introduction: Introduction = NO_INTRODUCTION

    @property
    def text(self) -> str:
        said = self.introduction
        lines = ((said.prefix + self.body).strip(), *self.links, said.suffix)
        return "\n".join(line for line in lines if line)


def fit(text: str, channel: str, links: Sequence[str] = (), by: Introduction = NO_INTRODUCTION) -> Fitted:
    """`text` as the channel wants it, with each of `links` on a line of its own unless the text has it already.

    An SMS has at most SMS_LIMIT characters with its introduction, except where introduction and links alone are longer:
    a URL is never cut. Nobody wants a URL read aloud: on the phone the links are left to the effects, which text them.
    """
    formed = plain(text) if channel in PLAIN_CHANNELS else text.strip()
    if channel == "voice":
        return Fitted(formed)
    if channel != "sms":
        return _fitted(formed, links, None)
    return _fitted(formed, links, SMS_LIMIT, by)


def introduced(text: str, by: Introduction) -> str:
    """A text that is ready to be sent as an SMS, with what `by` says and it does not, still within the limit.

    Its words are shortened for that where they must be, to whole sentences or words; its links stay, whole.
    """
    links = dict.fromkeys(link for link in urls.found(text) if "://" in link and link in text)
    return _fitted(text.strip(), tuple(links), SMS_LIMIT, by).text


def excess(text: str, channel: str, links: Sequence[str] = (), by: Introduction = NO_INTRODUCTION) -> int | None:
    """The characters that the words of `text` may have on that channel, where they have more; None where they fit."""
    if channel != "sms":
        return None
    formed = plain(text)
    room = SMS_LIMIT - by.missing_in(formed).length - _tail(link for link in links if link not in formed)
    return room if len(formed) > room else None


def _fitted(formed: str, links: Sequence[str], limit: int | None, by: Introduction = NO_INTRODUCTION) -> Fitted:
    said = by.missing_in(formed)
    missing: list[str] = []
    while True:
        body = _short(formed, None if limit is None else limit - said.length - _tail(missing))
        dropped = [link for link in links if link not in body and link not in missing]
        needed = said.joined(by.missing_in(body))
        if not dropped and needed == said:
            return Fitted(body, tuple(missing), said)
        said = needed
        missing += dropped


def _tail(links: Iterable[str]) -> int:
    return sum(len(link) + 1 for link in links)


def plain(text: str) -> str:
    """Without markdown and typographic characters. Letters of other scripts and emoji stay: they are meant."""
    tidy = _tidied(text)
    while tidy != text:  # markdown may be nested; each round only removes
        text, tidy = tidy, _tidied(tidy)
    return tidy


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: whole sentences if they make up half of it, else whole words and " ...".

    A text that fits is returned as it is. "" where not even the first word fits.
    """
    if len(text) <= limit:
        return text
    sentences = whole_sentences(text, limit)
    if len(sentences) >= limit / 2:
        return sentences
    words = _whole_words(text, limit - len(_CUT))
    return f"{words}{_CUT}" if words else ""


def whole_sentences(text: str, limit: int | None = None) -> str:
    """`text` up to the end of the last sentence that ends within `limit`, "" if none does.

    A decimal point, or the point of "p.m.", ends no sentence.
    """
    fitting = [end for end in sentence_ends(text) if limit is None or end <= limit]
    return text[: fitting[-1]].strip() if fitting else ""


def sentence_ends(text: str, start: int = 0) -> list[int]:
    """Where sentences and lines of `text` end, from `start` on."""
    ends = (match.end() for match in _SENTENCE_END.finditer(text, start))
    return [end for end in ends if not _ABBREVIATED.search(text[max(0, end - 1 - _LONGEST_ABBREVIATION) : end])]


def _tidied(text: str) -> str:
    for pattern, instead in _MARKDOWN:
        text = pattern.sub(instead, text)
    lines = (re.sub(r" {2,}", " ", line).strip() for line in fold(text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _short(text: str, limit: int | None) -> str:
    return text if limit is None else shorten(text, limit)


def _whole_words(text: str, limit: int) -> str:
    if limit <= 0:
        return ""
    cut = text[: limit + 1]
    spaces = [place for place, character in enumerate(cut) if character.isspace()]
    return cut[: spaces[-1]].rstrip() if spaces else ""
