"""Figures in an answer: prices, times, percentages, spots. Each must stand in the evidence, or nobody said it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ANY_NUMBER = re.compile(_NUMBER)
# Two patterns: of one, the sign in "40 $99" would be used up by the 40.
_SIGN_AND_PRICE = re.compile(rf"[$€£]\s?({_NUMBER})")
_PRICE_AND_SIGN = re.compile(
    rf"({_NUMBER})\s?(?:[$€£]|(?:dollars?|bucks|usd|euros?|d[oó]lares?|pesos)\b)", re.IGNORECASE
)
_PERCENT = re.compile(rf"({_NUMBER})\s?(?:%|percent\b|por ?ciento\b)", re.IGNORECASE)
_SPOTS = re.compile(
    rf"({_NUMBER})\s(?:open\s)?(?:spots?|openings?|seats?|places?|lugar(?:es)?|plazas?|cupos?)\b", re.IGNORECASE
)
_TIME = re.compile(
    r"(?<![\d.:$€£])(\d{1,2})(?:[:.]([0-5]\d)(?::[0-5]\d)?)?\s?([ap])\.?\s?m\b\.?|(?<![\d:])(\d{1,2}):([0-5]\d)(?!\d)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:.+-]+Z?)?")
_HALF_DAY = 12 * 60
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Given:
    """The figures that stand in the evidence: amounts, and minutes since midnight."""

    amounts: frozenset[Decimal]
    minutes: frozenset[int]

    @classmethod
    def of(cls, evidence: Sequence[str], of_time: Sequence[str] = ()) -> Given:
        """`of_time` is evidence for times of day alone."""
        read = (possible for text in (*evidence, *of_time) for _, possible in times(text))
        return cls(
            frozenset(number for text in evidence for number in _numbers(text)),
            frozenset(minute for possible in read for minute in possible),
        )

    def missing(self, answer: str) -> tuple[str, ...]:
        """The figures of `answer` that are not among these, whatever way they are written."""
        wrong = [written for written, value in _counted(answer) if value not in self.amounts]
        return (*wrong, *(written for written, possible in times(answer) if not possible & self.minutes))


def unsupported(answer: str, evidence: Sequence[str], of_time: Sequence[str] = ()) -> tuple[str, ...]:
    """The figures of `answer` that no text of the evidence contains."""
    return Given.of(evidence, of_time).missing(answer)


def times(text: str) -> tuple[tuple[str, frozenset[int]], ...]:
    """Each time of day as written, with the minutes since midnight that it may mean ("4:30" means two)."""
    return tuple((match.group(), _minutes(match)) for match in _TIME.finditer(text))


def _counted(answer: str) -> Iterable[tuple[str, Decimal]]:
    for pattern in (_SIGN_AND_PRICE, _PRICE_AND_SIGN, _PERCENT, _SPOTS):
        for match in pattern.finditer(answer):
            yield match.group(), _decimal(match[1])


def _numbers(text: str) -> Iterable[Decimal]:
    """The amounts in a text: neither the parts of a date nor those of a time of day are any."""
    for number in _ANY_NUMBER.findall(_TIME.sub(" ", _DATE.sub(" ", text))):
        yield _decimal(number)


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _minutes(match: re.Match[str]) -> frozenset[int]:
    hour, minute, half, plain_hour, plain_minute = match.groups()
    if half is None:
        moment = int(plain_hour) * 60 + int(plain_minute)
        # 13:00, 00:30 and 09:00 are of the 24-hour clock; 4:30 may be either half of the day.
        exact = moment >= 13 * 60 or plain_hour.startswith("0")
        return frozenset({moment} if exact else {moment, (moment + _HALF_DAY) % _DAY})
    moment = (int(hour) % 12) * 60 + int(minute or 0)
    return frozenset({moment + (_HALF_DAY if half.lower() == "p" else 0)})
