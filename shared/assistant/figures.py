"""Figures in an answer: prices, times, percentages, spots. Each must stand in the evidence, or nobody said it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ANY_NUMBER = re.compile(_NUMBER)
_PRICE = re.compile(
    rf"[$€£]\s?({_NUMBER})|({_NUMBER})\s?(?:[$€£]|(?:dollars?|bucks|usd|euros?|d[oó]lares?|pesos)\b)", re.IGNORECASE
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


def unsupported(answer: str, evidence: Sequence[str], of_time: Sequence[str] = ()) -> tuple[str, ...]:
    """The figures of `answer` that no text of the evidence contains, whatever way they are written.

    `of_time` is evidence for times of day alone.
    """
    numbers = frozenset(number for text in evidence for number in _numbers(text))
    minutes = frozenset(minute for text in (*evidence, *of_time) for _, possible in times(text) for minute in possible)
    wrong = [written for written, value in _counted(answer) if value not in numbers]
    return (*wrong, *(written for written, possible in times(answer) if not possible & minutes))


def times(text: str) -> tuple[tuple[str, frozenset[int]], ...]:
    """Each time of day as written, with the minutes since midnight that it may mean ("4:30" means two)."""
    return tuple((match.group(), _minutes(match)) for match in _TIME.finditer(text))


def _counted(answer: str) -> Iterable[tuple[str, Decimal]]:
    for pattern in (_PRICE, _PERCENT, _SPOTS):
        for match in pattern.finditer(answer):
            number = next(group for group in match.groups() if group)
            yield match.group(), _decimal(number)


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
