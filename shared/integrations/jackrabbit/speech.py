"""Classes as a sentence that can be read aloud or texted."""

from __future__ import annotations

from collections.abc import Sequence

from shared.integrations.jackrabbit.opening import DAYS, Opening

SPOKEN = 3  # classes; nobody keeps more of them in mind while listening


def say(openings: Sequence[Opening], *, limit: int = SPOKEN) -> str:
    """The first `limit` classes in one sentence, and how many more there are."""
    if not openings:
        return "No class with open spots fits."
    listed = "; ".join(describe(opening) for opening in openings[:limit])
    more = len(openings) - limit
    return f"{listed}; and {more} more." if more > 0 else f"{listed}."


def describe(opening: Opening) -> str:
    """ "Starfish & Friends at Main Pool, Sat 9:00am-9:30am, 2 spots, $85.00"; what is not published is left out.

    A fee of 0 is left out too: schools leave it at 0 when they do not publish prices, and "free" would be a promise.
    """
    name = f"{opening.name} at {opening.location}" if opening.location else opening.name
    spots = "1 spot" if opening.openings == 1 else f"{opening.openings} spots"
    fee = f"${opening.fee:,.2f}" if opening.fee else ""
    return ", ".join(part for part in (name, _when(opening), spots, fee) if part)


def _when(opening: Opening) -> str:
    times = "-".join(_twelve_hours(time) for time in (opening.start_time, opening.end_time) if time)
    return " ".join(part for part in (_days(opening.days), times) if part) or "days to be announced"


def _days(days: Sequence[str]) -> str:
    """ "Mon, Wed"; three or more in a row as "Mon-Fri"."""
    names = [day.capitalize() for day in days]
    places = [DAYS.index(day) for day in days]
    if len(days) >= 3 and places[-1] - places[0] == len(days) - 1:
        return f"{names[0]}-{names[-1]}"
    return ", ".join(names)


def _twelve_hours(time: str) -> str:
    """ "16:05" → "4:05pm"."""
    hour, minute = time.split(":")
    half = "am" if int(hour) < 12 else "pm"
    return f"{int(hour) % 12 or 12}:{minute}{half}"
