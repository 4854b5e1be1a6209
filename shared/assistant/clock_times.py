"""Times of day as our languages write them besides "4:30" and "4 PM": "20 h 30", "20 Uhr", "8 giờ tối", "晚上8点"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.assistant.numerals import in_digits

HALF_DAY = 12 * 60
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Time:
    """`minutes` since midnight that it may mean. `hours`: it may as well be how long something takes ("2 h")."""

    written: str
    minutes: frozenset[int]
    hours: int | None = None


_MORNING = r"du\s?matin|morgens|vormittags|früh|da\s(?:manh[ãa]|madrugada)|de\sla\smañana|(?:buổi\s)?sáng"
_NOON = r"mittags|(?:buổi\s)?trưa"
_LATER = (
    r"du\s?soir|de\sl['’]\s?après[-\s]midi|abends|nachmittags|da\s(?:noite|tarde)|de\sla\s(?:noche|tarde)"
    r"|(?:buổi\s)?(?:tối|chiều)"
)
_NIGHT = r"nachts|đêm"
_CHINESE = ("凌晨|清晨|早上|早晨|上午|明早|今早", "中午", "下午|傍晚|晚上|晚间|今晚|明晚", "半夜|夜里|深夜")
_PARTS = tuple(
    re.compile(f"{western}|{chinese}", re.IGNORECASE)
    for western, chinese in zip((_MORNING, _NOON, _LATER, _NIGHT), _CHINESE, strict=True)
)

_HOUR = r"(?<![\d.,:$€£第])(?P<hour>[01]?\d|2[0-4])"
_MINUTE = r"(?P<minute>[0-5]\d)(?!\d)"
_PART = rf"\s?(?P<part>{_MORNING}|{_NOON}|{_LATER}|{_NIGHT})(?!\w)"
_PART_BEFORE = rf"(?P<part>{'|'.join(_CHINESE)})\s?"
# "thứ 2 buổi sáng" is Monday morning, "turma 2 da manhã" the second group: no times.
_NUMBERED = (
    r"(?<!\w)(?P<numbered>thứ|lớp|nhóm|turma|grupo|nível|nivel|clase|aula|classe|cours|niveau|groupe|kurs|gruppe|stufe)"
)
_WORD = r"(?P<unit>Uhr|heures?|horas?|hs?|giờ)"
_POINT = r"(?P<unit>[点點]|[时時](?![间間候]))"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_HOUR}\s?{_WORD}(?:\s?{_MINUTE}(?:\s?(?:Uhr|phút|min)(?!\w))?|\s(?P<half>rưỡi))?(?!\w)(?:{_PART})?",
        rf"{_HOUR}[:.]{_MINUTE}\s?{_WORD}(?!\w)(?:{_PART})?",
        rf"(?:{_NUMBERED}\s)?{_HOUR}(?:[:.]{_MINUTE})?{_PART}",
        rf"{_PART_BEFORE}{_HOUR}:{_MINUTE}",
        rf"(?:{_PART_BEFORE})?{_HOUR}\s?{_POINT}(?:{_MINUTE}分?|(?P<half>半)|(?P<quarter>[一三])刻)?",
    )
)
_NOON_OR_MIDNIGHT = re.compile(
    r"(?P<noon>(?<!\w)(?:noon|(?<!après[-\s])midi|meio[-\s]dia)(?!\w)|正午)"
    r"|(?<!\w)(?:midnight|minuit|meia[-\s]noite|mitternacht|nửa đêm)(?!\w)|午夜|零点",
    re.IGNORECASE,
)
# "9-20 Uhr", "de 9 à 20 h", "9到20点": what the second is told in holds for the first as well.
_TO = r"\s?(?:[-‐-―~〜]|à|às?|as|a|et|e|bis|und|até|đến|tới|至|到)\s?"
_TOLD_IN = rf"(?P<word>{_WORD}(?!\w)|{_POINT.replace('unit', 'point')})"
_RANGE = re.compile(rf"{_HOUR}(?={_TO}(?:{'|'.join(_CHINESE)})?\d{{1,2}}(?:[:.]\d\d)?\s?{_TOLD_IN})", re.IGNORECASE)

_LOOSE = frozenset(["giờ", "点", "點", "时", "時"])  # said of both halves of the day, up to twelve
_LONG = frozenset(["h", "hs", "heure", "heures", "hora", "horas", "giờ"])  # said of how long something takes as well

_QUARTERS: Mapping[str | None, int] = {"一": 15, "三": 45}
_NUMBER_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_HOW_LONG = re.compile(
    rf"(?<!\w)(?:(\d{{1,3}})|(an?)|({'|'.join(_NUMBER_WORDS)}))[-\s]?"
    r"(?:hours?|hrs?|hs?|heures?|horas?|stunden?|giờ|tiếng|个?小时)(?![^\W\u3400-\u9fff])",
    re.IGNORECASE,
)


def told(text: str) -> tuple[tuple[Time, ...], str]:
    """The times in a text, and the text without them."""
    rest = _RANGE.sub(lambda match: f"{match['hour']} {match['word']} ", in_digits(text))
    found: list[Time] = []

    def note(match: re.Match[str]) -> str:
        if match.groupdict().get("numbered"):
            return match.group()
        found.append(_read(match))
        return " "

    for pattern in _PATTERNS:
        rest = pattern.sub(note, rest)
    named = (Time(one.group(), frozenset({HALF_DAY if one["noon"] else 0})) for one in _NOON_OR_MIDNIGHT.finditer(rest))
    return (*found, *named), rest


def how_long(text: str) -> frozenset[int]:
    """The hours that a text says something takes."""
    return frozenset(
        int(digits) if digits else 1 if article else 1 + _NUMBER_WORDS.index(word.lower())
        for digits, article, word in _HOW_LONG.findall(text)
    )


def _read(match: re.Match[str]) -> Time:
    said = match.groupdict()
    unit, part, hour = (said.get("unit") or "").lower(), said.get("part"), int(said["hour"])
    minute = _minute(said)
    hours = _of_part(hour, part) if part else [hour]
    if not part and unit in _LOOSE and hour <= 12 and not said["hour"].startswith("0"):
        hours.append(hour + 12)
    may_last = unit in _LONG and not part and not minute
    return Time(match.group(), frozenset((h * 60 + minute) % DAY for h in hours), hour if may_last else None)


def _minute(said: Mapping[str, str | None]) -> int:
    if said.get("half"):
        return 30
    return _QUARTERS.get(said.get("quarter"), int(said.get("minute") or 0))


def _of_part(hour: int, part: str) -> list[int]:
    """ "12" is noon at noon and midnight in the evening; "11 trưa" is before noon."""
    morning, noon, later, _ = (pattern.fullmatch(part) is not None for pattern in _PARTS)
    if hour > 12:
        return [hour]
    if morning:
        return [hour % 12]
    if noon:
        return [hour if hour >= 10 else hour + 12]
    return [hour % 12 + 12, *([0] if hour == 12 else [])] if later else [hour % 12, hour + 12]
