"""Figures in an answer: prices, times, percentages, spots. Each must stand in the evidence, or nobody said it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.assistant.clock_times import DAY, HALF_DAY, Time, how_long, told
from shared.assistant.numerals import in_digits

# "1,085.50", "1.085,50" and "1 085,50" are one price. Bounded, so that no row of digits takes long to read.
_NUMBER = r"\d{1,3}(?:[,. ]\d{3}){1,6}(?!\d)(?:[.,]\d{1,9})?|\d{1,15}(?:[.,]\d{1,9})?"
_ANY_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_WITH_COMMA = re.compile(r"(?<![\d,.])\d+(?:\.\d{3})*,\d{2}(?![\d,])|(?<![\d,.])\d{1,3}(?:\.\d{3})+(?![\d,.])")
_SIGN = r"[$€£¥₫]"
# Two patterns: of one, the sign in "40 $99" would be used up by the 40.
_SIGN_AND_PRICE = re.compile(rf"(?:{_SIGN}|(?<!\d)(?<!\d\s)(?a:\b)(?:usd|eur|brl|vnd))\s?({_NUMBER})", re.IGNORECASE)
_PRICE_AND_SIGN = re.compile(
    rf"({_NUMBER})\s?(?:(?:us|r)?{_SIGN}|(?:dollars?|bucks|usd|euros?|eur|brl|vnd|d[oó]lar(?:es)?|pesos|reais)(?a:\b)"
    r"|(?:đô|đồng|đ)(?!\w)|元|块|美[元金]|欧元|人民币)",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"({_NUMBER})\s?(?:%|percent(?a:\b)|por ?ci?ento(?a:\b)|prozent|pour ?cent(?a:\b)|phần trăm)|百分之\s?({_NUMBER})",
    re.IGNORECASE,
)
_TO_PAY = re.compile(r"(?<![\d.])(\d)\.?(\d?)\s?折")  # "8折" and "80折": a fifth off
_SPOTS = re.compile(
    rf"({_NUMBER})\s?(?:open\s|freien?\s)?(?:"
    r"\b(?:spots?|openings?|seats?|places?|lugar(?:es)?|plazas?|cupos?|pl[aä]tze?|vagas?|chỗ)\b|个?(?:名额|空位|座位|位子|位置))",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\d.:$€£])(\d{1,2})(?:[:.]([0-5]\d)(?::[0-5]\d)?)?\s?([ap])\.?\s?m\b\.?|(?<![\d:])(\d{1,2}):([0-5]\d)(?!\d)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:.+-]+Z?)?")


@dataclass(frozen=True, slots=True)
class Given:
    """The figures that stand in the evidence: amounts, minutes since midnight, and hours that something takes."""

    amounts: frozenset[Decimal]
    minutes: frozenset[int]
    hours: frozenset[int]

    @classmethod
    def of(cls, evidence: Sequence[str], of_time: Sequence[str] = ()) -> Given:
        """`of_time` is evidence for times of day alone."""
        read = (time.minutes for text in (*evidence, *of_time) for time in times(text))
        return cls(
            frozenset(number for text in evidence for number in _numbers(text)),
            frozenset(minute for possible in read for minute in possible),
            frozenset(hours for text in evidence for hours in how_long(text)),
        )

    def missing(self, answer: str) -> tuple[str, ...]:
        """The figures of `answer` that are not among these, whatever way they are written."""
        wrong = [written for written, possible in _counted(answer) if not possible & self.amounts]
        return (*wrong, *(time.written for time in times(answer) if not self._has(time)))

    def _has(self, time: Time) -> bool:
        return bool(time.minutes & self.minutes) or time.hours in self.hours


def unsupported(answer: str, evidence: Sequence[str], of_time: Sequence[str] = ()) -> tuple[str, ...]:
    """The figures of `answer` that no text of the evidence contains."""
    return Given.of(evidence, of_time).missing(answer)


def times(text: str) -> tuple[Time, ...]:
    """Each time of day, with the minutes since midnight that it may mean ("4:30" means two)."""
    ours, rest = told(text)
    return (*ours, *(Time(match.group(), _minutes(match)) for match in _TIME.finditer(rest)))


def _counted(answer: str) -> Iterable[tuple[str, frozenset[Decimal]]]:
    answer = in_digits(answer)
    for pattern in (_SIGN_AND_PRICE, _PRICE_AND_SIGN, _PERCENT, _SPOTS):
        for match in pattern.finditer(answer):
            yield match.group(), _possible(next(filter(None, match.groups())))
    for match in _TO_PAY.finditer(answer):
        yield match.group(), frozenset({100 - Decimal(f"{match[1]}{match[2] or 0}")})


def _numbers(text: str) -> Iterable[Decimal]:
    """The amounts in a text: neither the parts of a date nor those of a time of day are any."""
    _, rest = told(_DATE.sub(" ", text))
    rest = _TIME.sub(" ", rest)
    for number in _ANY_NUMBER.findall(rest):
        yield Decimal(number.replace(",", ""))
    for number in _WITH_COMMA.findall(rest):
        yield from _possible(number)


def _possible(number: str) -> frozenset[Decimal]:
    """What a number may mean. Before three digits its last mark is one of thousands, or a decimal point; else it is one
    of decimals.
    """
    whole, mark, last = number.replace(" ", "").rpartition("." if number.rfind(".") > number.rfind(",") else ",")
    digits = re.sub(r"[.,]", "", whole)
    if not mark or len(last) != 3:
        return frozenset({Decimal(f"{digits}.{last}" if mark else last)})
    grouped = Decimal(digits + last)
    return frozenset({grouped, Decimal(f"{digits}.{last}")} if mark == "." else {grouped})


def _minutes(match: re.Match[str]) -> frozenset[int]:
    hour, minute, half, plain_hour, plain_minute = match.groups()
    if half is None:
        moment = int(plain_hour) * 60 + int(plain_minute)
        # 13:00, 00:30 and 09:00 are of the 24-hour clock; 4:30 may be either half of the day.
        exact = moment >= 13 * 60 or plain_hour.startswith("0")
        return frozenset({moment} if exact else {moment, (moment + HALF_DAY) % DAY})
    moment = (int(hour) % 12) * 60 + int(minute or 0)
    return frozenset({moment + (HALF_DAY if half.lower() == "p" else 0)})
