"""Which classes a parent means: by the child's age, the day, the place and the level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import BadRequest
from shared.integrations.jackrabbit.opening import DAYS, Opening
from shared.integrations.jackrabbit.text import fold

OLDEST = 120  # years

_NAMES = {
    "mon": "mon mons monday mondays lun lunes",
    "tue": "tue tues tuesday tuesdays martes",
    "wed": "wed weds wednesday wednesdays mie mier miercoles",
    "thu": "thu thur thurs thursday thursdays jue jueves",
    "fri": "fri fridays friday vie viernes",
    "sat": "sat sats saturday saturdays sab sabado sabados",
    "sun": "sun suns sunday sundays dom domingo domingos",
}
_WEEKDAYS, _WEEKEND = frozenset(DAYS[:5]), frozenset(DAYS[5:])
_DAYS: dict[str, frozenset[str]] = {
    **{name: frozenset({day}) for day, names in _NAMES.items() for name in names.split()},
    **dict.fromkeys(("weekday", "weekdays", "entre semana"), _WEEKDAYS),
    **dict.fromkeys(("weekend", "weekends", "fin de semana", "fines de semana"), _WEEKEND),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Made by `Filter.of`. What is empty or None does not filter. Texts are folded (lower case, no accents)."""

    youngest: int | None = None  # the child's age in months, both bounds inclusive
    oldest: int | None = None
    days: frozenset[str] = frozenset()
    location: str = ""
    level: str = ""

    @classmethod
    def of(
        cls,
        *,
        age: float | None = None,
        day: str | None = None,
        location: str | None = None,
        level: str | None = None,
    ) -> Filter:
        """The filter for what was asked; raises BadRequest with a sentence that says what would be understood.

        `age` in years: a whole number is anyone of that age (4 is 4 years 0 months to 4 years 11 months), a fraction is
        that month (4.5 is 4 years 6 months). `day`: a weekday's name or abbreviation in English or Spanish, "weekday"
        or "weekend". `location`: part of its name, code or city. `level`: part of the class's name or categories.
        """
        youngest, oldest = _span(age)
        return cls(youngest, oldest, _days(day), _words(location), _words(level))

    def fits(self, opening: Opening) -> bool:
        return (
            self._fits_age(opening)
            and (not self.days or not self.days.isdisjoint(opening.days))
            and _contains(self.location, (opening.location, opening.location_code, opening.city))
            and _contains(self.level, (opening.name, *opening.categories))
        )

    def _fits_age(self, opening: Opening) -> bool:
        """Inclusive on both sides; a class without bounds is for every age.

        A school that writes "up to P5Y0M" means five-year-olds, until the day they turn six, so an upper bound of whole
        years lasts to the end of that year. For a whole age of N years this is: min <= 12N + 11 and 12N <= max.
        """
        if self.youngest is None or self.oldest is None:
            return True
        least, most = opening.min_age_months, opening.max_age_months
        if most is not None and most % 12 == 0:
            most += 11
        return (least is None or least <= self.oldest) and (most is None or self.youngest <= most)


def matching(openings: Sequence[Opening], wanted: Filter) -> tuple[Opening, ...]:
    """Those that fit, in the same order."""
    return tuple(opening for opening in openings if wanted.fits(opening))


def _span(age: float | None) -> tuple[int | None, int | None]:
    if age is None:
        return None, None
    if not math.isfinite(age) or not 0 <= age <= OLDEST:
        raise BadRequest(f"An age is a number of years from 0 to {OLDEST}, like 4 or 4.5.")
    if age == int(age):
        return int(age) * 12, int(age) * 12 + 11
    month = round(age * 12)
    return month, month


def _days(day: str | None) -> frozenset[str]:
    name = _words(day).rstrip(".")
    if not name:
        return frozenset()
    if name not in _DAYS:
        raise BadRequest("A day is mon, tue, wed, thu, fri, sat or sun (or its full name), 'weekday' or 'weekend'.")
    return _DAYS[name]


def _words(text: str | None) -> str:
    return " ".join(fold(text or "").split())


def _contains(part: str, texts: Sequence[str]) -> bool:
    return not part or any(part in fold(text) for text in texts)
