"""Phone numbers and e-mail addresses in a text, and which of them an answer may say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_PHONE = re.compile(r"(?<!\d)\d(?:[\s().\-/·‐-―]{0,3}\d){6,14}(?!\d)")
_LOCAL = re.compile(r"\d{3}\D{0,3}\d{4}$")  # 555-0142; "9-10, 11-12" has seven digits too, and is none
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
_LISTED_RANGE = re.compile(r"^-\s?\d{1,2}\s?-\s?\d{1,2}(?![-\d])", re.MULTILINE)  # ages, one line each: "- 9-10"
_COMPARED = 10  # digits: a number with and without its country code is the same

# "We will call you at …" repeats what a customer told us. "Call …" sends them to it: what is asked of them stands
# behind the word for them. In German it stands before ("Rufen Sie … an"), so "Sie" does not count.
_THEM = (
    r"\b(?:you|your|yours|te|tu|le|su|usted|vous|votre|vos|toi|ton|ihre?[mnrs]?|ihnen"
    r"|dir|dich|dein\w*|você|lhe|seu|sua|bạn|quý khách)\b|[您你]"
)
_ASKED_OF_THEM = (
    r"\b(?:call|text|dial|phone|contact|reach|e-?mail|write|llam\w*|escrib\w*|marque|contact\w*"
    r"|appele[rz]|joindre|joignez|écri\w*|compos\w+|textez|envoye[rz]|ruf\w*|anruf\w*|schreib\w*|wähl\w*|erreich\w*"
    r"|kontakt\w*|lig\w+|telefon\w*|escrev\w*|contat\w*|mand\w+|gọi|nhắn|viết|liên hệ|liên lạc)\b"
    r"|[打拨撥发發]|致电|联系|联络|呼叫"
)
# Orders in which a word that means "you" elsewhere stands behind the verb: "Appelez le numéro …".
_ORDERS = re.compile(
    r"(?:\b(?:appelez|composez|joignez|contactez|écrivez|textez|(?:rufen|schreiben|wählen|kontaktieren|erreichen) sie"
    r"|ligue|escreva|mande|(?:hãy|xin|vui lòng) (?:gọi|nhắn|liên hệ))\b"
    r"|请(?:您|你)?(?:拨|打|致电|联系|发))[^.!?。！？\n]{0,60}$",
    re.IGNORECASE,
)
_REPEATS = re.compile(rf"(?:{_THEM})(?:(?!{_ASKED_OF_THEM})[^.!?。！？\n]){{0,40}}$", re.IGNORECASE)
_BEFORE = 120  # characters before an address that are looked at: more than these two can span


@dataclass(frozen=True)
class Known:
    """`ours`: texts whose addresses may be said. `theirs`: the customer's words, which may only be repeated to them."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    def allows(self, answer: str) -> bool:
        return all(
            key in self._ours or (key in self._theirs and _repeats(answer[max(0, start - _BEFORE) : start]))
            for start, key in _occurrences(answer)
        )

    @cached_property
    def _ours(self) -> frozenset[str]:
        return _keys(self.ours)

    @cached_property
    def _theirs(self) -> frozenset[str]:
        return _keys(self.theirs)


def _repeats(before: str) -> bool:
    return _REPEATS.search(before) is not None and _ORDERS.search(before) is None


def _keys(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(key for text in texts for _, key in _occurrences(text))


def _occurrences(text: str) -> Iterable[tuple[int, str]]:
    """Where each address starts, and what it is compared by: an e-mail in lower case, a number's last ten digits."""
    for match in _EMAIL.finditer(text):
        yield match.start(), match.group().lower()
    for pattern in (_EMAIL, _DATE, _LISTED_RANGE):  # their digits are no number to call; blanked so that positions stay
        text = pattern.sub(lambda match: "#" * len(match.group()), text)
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) >= _COMPARED or _LOCAL.search(match.group()):
            yield match.start(), digits[-_COMPARED:]
