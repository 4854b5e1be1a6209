"""A class with open spots, as the rest of the house knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Trimmed(TypedDict):
    """What the model and the voice assistant are given of a class: nothing else leaves this room."""

    id: int
    name: str
    location: str
    days: list[str]
    start_time: str
    end_time: str
    openings: int
    fee: float | None


@dataclass(frozen=True, slots=True)
class Opening:
    """One class. Texts are plain (no entities, no markup).

    `days` are of DAYS in the week's order, empty for camps and classes still to be scheduled. Times are "HH:MM" on the
    school's own clock (Jackrabbit gives no zone), or "". `openings` is above 0. `fee` is in the school's currency;
    0 and None both occur and mean that no price is published. Below the line: only for filters.
    """

    id: int
    name: str
    location: str
    days: tuple[str, ...]
    start_time: str
    end_time: str
    openings: int
    fee: float | None
    # ---
    min_age_months: int | None = None
    max_age_months: int | None = None
    categories: tuple[str, ...] = ()
    session: str = ""
    location_code: str = ""
    city: str = ""

    def trimmed(self) -> Trimmed:
        return Trimmed(
            id=self.id,
            name=self.name,
            location=self.location,
            days=list(self.days),
            start_time=self.start_time,
            end_time=self.end_time,
            openings=self.openings,
            fee=self.fee,
        )


def in_week_order(opening: Opening) -> tuple[int, str, str]:
    """Sort key: first day of the week, start time, name. Without days, or without a time, comes after the others."""
    day = DAYS.index(opening.days[0]) if opening.days else len(DAYS)
    return day, opening.start_time or "99:99", opening.name
