"""Opening hours in words, as a site tells them: days that are alike share a line."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date

from local.seed_data import HolidayData, Week

NAMES = {"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"}


def week_in_words(week: Week) -> list[tuple[str, str]]:
    """`("Mon–Fri", "9 am–8 pm")`, each line once, Monday first."""
    days = [(name, _open(week.get(day, []))) for day, name in NAMES.items()]
    lines = []
    for told, alike in itertools.groupby(days, key=lambda day: day[1]):
        names = [name for name, _ in alike]
        lines.append((names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}", told))
    return lines


def holidays_in_words(holidays: Sequence[HolidayData]) -> list[tuple[str, str]]:
    """By date."""
    ordered = sorted(holidays, key=lambda one: one["date"])
    return [(f"{one['name']}, {_day(one['date'])}", _open(one["hours"])) for one in ordered]


def _open(intervals: Sequence[str]) -> str:
    return ", ".join("–".join(map(_clock, one.split("-"))) for one in intervals) or "closed"


def _clock(told: str) -> str:
    hour, minute = map(int, told.split(":"))
    return f"{hour % 12 or 12}{f':{minute:02}' if minute else ''} {'am' if hour % 24 < 12 else 'pm'}"


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day:%b} {day.day}"
