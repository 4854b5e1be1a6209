"""When a business opens, as one says it to a customer in each language: "Monday at 9:00 AM", "demain à 9 h 30".

It goes on from "opens": with the preposition and article that the language wants there. Today and tomorrow are called
so, the five days after them by the weekday, what is later by the date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.assistant.language import spoken

_NBSP = "\u00a0"
_SOON = 6  # days ahead that are told by the weekday alone: a week later it has the same name


@dataclass(frozen=True, slots=True)
class _Calendar:
    """`clock`: an hour and a minute. `days`: Monday first, as they stand in `whole` and `weekday`."""

    clock: Callable[[int, int], str]
    today: str
    tomorrow: str
    days: tuple[str, ...]
    months: tuple[str, ...]
    weekday: str
    whole: str
    first: str = "1"


def when(at: datetime, now: datetime, language: str) -> str:
    """`at` (aware, on the clock of its own zone), seen from `now`; in English where we do not speak that language."""
    calendar = _CALENDARS[spoken(language) or "en"]
    here = now.astimezone(at.tzinfo).date()
    ahead = (at.date() - here).days
    form = {0: calendar.today, 1: calendar.tomorrow}.get(ahead, calendar.weekday if ahead <= _SOON else calendar.whole)
    return form.format(
        day=calendar.days[at.weekday()],
        date=calendar.first if at.day == 1 else at.day,
        month=calendar.months[at.month - 1],
        time=calendar.clock(at.hour, at.minute),
    )


def _english(hour: int, minute: int) -> str:
    return f"at {hour % 12 or 12}:{minute:02} {'PM' if hour >= 12 else 'AM'}"


def _spanish(hour: int, minute: int) -> str:
    return f"a la{'' if hour == 1 else 's'} {hour}:{minute:02}"


def _french(hour: int, minute: int) -> str:
    return f"à {hour}{_NBSP}h" + (f"{_NBSP}{minute:02}" if minute else "")


def _german(hour: int, minute: int) -> str:
    return f"um {hour}:{minute:02}{_NBSP}Uhr"


def _portuguese(hour: int, minute: int) -> str:
    return f"{'à' if hour < 2 else 'às'} {hour}h" + (f"{minute:02}" if minute else "")


def _digits(hour: int, minute: int) -> str:
    return f"{hour}:{minute:02}"


_CALENDARS = {
    "en": _Calendar(
        _english,
        "today {time}",
        "tomorrow {time}",
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        (
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        weekday="{day} {time}",
        whole="{day}, {month} {date}, {time}",
    ),
    "es": _Calendar(
        _spanish,
        "hoy {time}",
        "mañana {time}",
        ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        (
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        weekday="el {day} {time}",
        whole="el {day} {date} de {month} {time}",
    ),
    "fr": _Calendar(
        _french,
        "aujourd’hui {time}",
        "demain {time}",
        ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        (
            *("janvier", "février", "mars", "avril", "mai", "juin"),
            *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        ),
        weekday="{day} {time}",
        whole="le {day} {date} {month} {time}",
        first="1er",
    ),
    "de": _Calendar(
        _german,
        "heute {time}",
        "morgen {time}",
        ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        (
            *("Januar", "Februar", "März", "April", "Mai", "Juni"),
            *("Juli", "August", "September", "Oktober", "November", "Dezember"),
        ),
        weekday="am {day} {time}",
        whole="am {day}, dem {date}. {month}, {time}",
    ),
    "pt": _Calendar(
        _portuguese,
        "hoje {time}",
        "amanhã {time}",
        (
            *("na segunda-feira", "na terça-feira", "na quarta-feira", "na quinta-feira", "na sexta-feira"),
            *("no sábado", "no domingo"),
        ),
        (
            *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
            *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
        ),
        weekday="{day} {time}",
        whole="{day}, {date} de {month}, {time}",
        first="1º",
    ),
    "vi": _Calendar(
        _digits,
        "lúc {time} hôm nay",
        "lúc {time} ngày mai",
        ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
        tuple(f"tháng {month}" for month in range(1, 13)),
        weekday="lúc {time} {day}",
        whole="lúc {time} {day}, ngày {date} {month}",
    ),
    "zh": _Calendar(
        _digits,
        "今天{time}",
        "明天{time}",
        ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        tuple(f"{month}月" for month in range(1, 13)),
        weekday="{day}{time}",
        whole="{month}{date}日（{day}）{time}",
    ),
}
