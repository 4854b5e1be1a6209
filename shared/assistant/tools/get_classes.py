"""get_classes: which classes have open spots (Jackrabbit). Also the body of the HTTP function of that name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, cast

from pydantic import Field

from shared.assistant.answer import ShowClasses
from shared.assistant.tools.base import Args, Output, ToolContext, ToolResult, failure
from shared.errors import Problem
from shared.integrations.jackrabbit import DAYS, Filter, Listing, Opening, Trimmed, matching, say

MOST = 12  # classes in one result: more is noise to a model and unspeakable on a phone


class GetClassesArgs(Args):
    """All optional; what is left out does not filter."""

    age_years: Annotated[float | None, Field(ge=0, le=120, description="The child's age in years, 4 or 4.5.")] = None
    day: Annotated[
        str | None, Field(description="A weekday: mon, tue, wed, thu, fri, sat, sun; or 'weekday', 'weekend'.")
    ] = None
    location: Annotated[str | None, Field(description="Part of a location's name or of its city.")] = None
    level: Annotated[str | None, Field(description="Part of a class's name or category, such as a level.")] = None


class ClassLists(Protocol):
    """The one thing this tool needs of `jackrabbit.Openings`."""

    async def of(self, tenant: str, org_id: str, *, deadline: float = ...) -> Listing: ...


@dataclass(frozen=True, slots=True)
class ClassesFound:
    """`classes`: at most MOST; `matched`: how many fit. Where none does, `days`, `levels` and `locations` exist."""

    classes: tuple[Trimmed, ...]
    matched: int
    stale: bool
    as_of: str  # ISO 8601
    say: str  # the same in a sentence, for a voice
    days: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()

    def output(self) -> Output:
        found = {"classes": list(self.classes), "matched": self.matched, "stale": self.stale, "as_of": self.as_of}
        if self.matched:
            return found
        offered = {"days": list(self.days), "levels": list(self.levels), "locations": list(self.locations)}
        return {**found, "offered": offered}


async def find_classes(
    openings: ClassLists, tenant: str, org_id: str, args: GetClassesArgs, *, deadline: float = 8.0
) -> ClassesFound:
    """The open classes that fit, within `deadline` seconds.

    Raises BadRequest for a day nobody knows, JackrabbitUnavailable when there is no list, not even an old one.
    """
    wanted = Filter.of(age=args.age_years, day=args.day, location=args.location, level=args.level)
    listing = await openings.of(tenant, org_id, deadline=deadline)
    fitting = matching(listing.openings, wanted)
    return _found(fitting, listing)


class GetClasses:
    name = "get_classes"
    description = (
        "Classes that have open spots now, with days, times, spots left and fee. Call it for every question about "
        "classes, lessons, schedules, availability or class prices; filter only by what the customer said."
    )
    args_model: type[Args] = GetClassesArgs

    def __init__(self, openings: ClassLists) -> None:
        self._openings = openings

    async def run(self, args: Args, context: ToolContext) -> ToolResult:
        org = context.service.jackrabbit_org
        wanted = cast(GetClassesArgs, args)
        try:
            found = await find_classes(
                self._openings, context.tenant, org, wanted, deadline=min(8.0, max(0.1, context.seconds))
            )
        except Problem as problem:
            return failure(problem.detail)
        cards = (ShowClasses(found.classes),) if found.classes else ()
        return ToolResult(found.output(), effects=cards, sources=(f"tool:{self.name}",))


def _found(fitting: Sequence[Opening], listing: Listing) -> ClassesFound:
    as_of = listing.fetched_at.isoformat(timespec="seconds")
    if fitting:
        return ClassesFound(
            tuple(one.trimmed() for one in fitting[:MOST]), len(fitting), listing.stale, as_of, say(fitting)
        )
    return ClassesFound(
        (),
        0,
        listing.stale,
        as_of,
        say(()),
        days=tuple(day for day in DAYS if any(day in one.days for one in listing.openings)),
        levels=_distinct(level for one in listing.openings for level in one.categories),
        locations=_distinct(one.location for one in listing.openings),
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))[:MOST]
