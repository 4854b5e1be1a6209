"""Chinese numerals where a figure is told by them: "晚上八点" is "晚上8点", "十五元" is "15元"."""

from __future__ import annotations

import re

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = f"[{''.join((*_DIGITS, *_UNITS))}]{{1,9}}"
# "一点" and "两点" alone are "a bit" and "two things" as often as times of day, so they need the half of the day.
_BEFORE_WHAT_IS_COUNTED = re.compile(
    rf"(?<=百分之){_NUMERAL}|(?<=[上午晨里间晚])[一两](?=\s?[点點])"
    rf"|(?![一两][点點]){_NUMERAL}(?=\s?(?:[点點时時折元块%]|美元|美金|欧元|个(?:名额|空位|座位|位子|位置)))"
)


def in_digits(text: str) -> str:
    """`text` with the numerals of its figures in digits."""
    return _BEFORE_WHAT_IS_COUNTED.sub(lambda match: str(_value(match.group())), text)


def _value(numeral: str) -> int:
    whole, digit = 0, 0
    for character in numeral:
        if character in _UNITS:
            whole, digit = whole + (digit or 1) * _UNITS[character], 0
        else:
            digit = _DIGITS[character]
    return whole + digit
