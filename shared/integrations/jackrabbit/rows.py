"""Jackrabbit's rows, parsed once at the edge (PROVIDERS §9; fixtures in tests/fixtures/jackrabbit).

Every key of a row is optional in the wild, and `null` stands for a missing one. A row of another shape is dropped and
counted, it never costs the rest of the list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.integrations.jackrabbit.opening import DAYS, Opening
from shared.integrations.jackrabbit.text import plain

MOST_ROWS = 5_000

_AGE = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:\d{1,5}D)?")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`openings`: classes with open spots, each id once, in Jackrabbit's order. `dropped` of `rows` were unreadable."""

    openings: tuple[Opening, ...]
    rows: int
    dropped: int


def parse(rows: Sequence[object]) -> Parsed:
    """Never raises for what is in the rows. Past MOST_ROWS they count as dropped. Of one id the first row counts."""
    found: dict[int, _Row] = {}
    read = 0
    for row in map(_read, rows[:MOST_ROWS]):
        if row is not None:
            read += 1
            found.setdefault(row.id, row)
    openings = tuple(row.opening() for row in found.values() if row.openings.calculated_openings > 0)
    return Parsed(openings, len(rows), len(rows) - read)


def months(age: str) -> int | None:
    """ "P3Y6M" → 42. None where it says nothing: "" or a form that nobody has seen yet."""
    match = _AGE.fullmatch(age.strip().upper())
    if match is None:
        return None
    years, rest = match.groups()
    return int(years or 0) * 12 + int(rest or 0)


def clock_time(text: str) -> str:
    """ "9:30" or "09:30:00" → "09:30"; "" for what is no time of day."""
    match = _TIME.fullmatch(text.strip())
    return f"{int(match[1]):02}:{match[2]}" if match else ""


def _named(text: str) -> str:
    name = plain(text)
    if not name:
        raise ValueError("a class without a name cannot be offered")
    return name


def _without_nulls(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if item is not None}


_Plain = Annotated[str, AfterValidator(plain)]


class _Edge(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Places(_Edge):
    calculated_openings: int = 0  # 0 or negative: full. Not stated: no spot is promised


class _Tuition(_Edge):
    fee: int | Annotated[float, Field(allow_inf_nan=False)] | None = None


class _Row(_Edge):
    id: int
    name: Annotated[str, AfterValidator(_named)]
    location: _Plain = ""
    location_code: _Plain = ""
    location_name: _Plain = ""
    location_city: _Plain = ""
    category1: _Plain = ""
    category2: _Plain = ""
    category3: _Plain = ""
    session: _Plain = ""
    meeting_days: Annotated[dict[str, bool], BeforeValidator(_without_nulls)] = {}
    start_time: str = ""
    end_time: str = ""
    min_age: str = ""
    max_age: str = ""
    openings: Annotated[_Places, BeforeValidator(_without_nulls)] = _Places()
    tuition: Annotated[_Tuition, BeforeValidator(_without_nulls)] = _Tuition()

    def opening(self) -> Opening:
        return Opening(
            id=self.id,
            name=self.name,
            location=self.location_name or self.location,
            days=tuple(day for day in DAYS if self.meeting_days.get(day)),
            start_time=clock_time(self.start_time),
            end_time=clock_time(self.end_time),
            openings=self.openings.calculated_openings,
            fee=self.tuition.fee,
            min_age_months=months(self.min_age),
            max_age_months=months(self.max_age) or None,  # "P0Y0M": no upper age, not "nobody"
            categories=tuple(text for text in (self.category1, self.category2, self.category3) if text),
            session=self.session,
            location_code=self.location_code,
            city=self.location_city,
        )


def _read(raw: object) -> _Row | None:
    try:
        return _Row.model_validate(_without_nulls(raw))
    except ValidationError:
        return None
