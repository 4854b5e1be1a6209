"""Class openings for the demo and the journeys, invented from a seed, in the shape of Jackrabbit's rows.

The only place in `local/` where class names come from: an answer that names one of these classes was told it by the
openings. Of one listing no name is part of another, so "the answer names no full class" can be checked by looking.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FEWEST = 8  # classes: the fixed ones of `_plans` and one that is free

_ANIMALS = (
    "Dolphins Otters Seals Turtles Penguins Stingrays Clownfish Marlins Pelicans Narwhals Manatees Barracudas "
    "Swordfish Tadpoles Minnows Guppies Anchovies Lobsters Crayfish Sandpipers Cormorants Herons Kingfishers "
    "Walruses Belugas Orcas Sardines Snappers Groupers Mackerels Piranhas Axolotls Salamanders Newts Puffins "
    "Gannets Plovers Mallards Beavers Platypuses Hippos Flounders Haddocks Tetras Angelfish Lionfish Urchins "
    "Cuttlefish"
)
_QUALITIES = (
    "Brave Little Mighty Happy Speedy Gentle Clever Sunny Daring Bright Lucky Jolly Calm Eager Nimble Bouncy Merry "
    "Bold Curious Dizzy Fearless Golden Humble Keen Lively Noble Patient Quiet Rapid Silver Tiny Velvet Witty Zesty "
    "Cosmic Dapper Frosty Giddy Plucky Rosy Sleepy Stellar Sturdy Swift Tidy Tropical Vivid Wild"
)
_SHAPES = ("{quality} {animal}", "{animal} &amp; {quality} Friends", "Coach&#39;s {quality} {animal}")
_PLACES = (
    ("MAIN", "Main Pool", "12 Ocean Ave"),
    ("NORTH", "North Shore Y&#39;s Pool", "480 Lakeview Rd"),
    ("WEST", "Westside Aquatic &amp; Fitness Center", "9 Harbor St"),
)
_TEACHERS = ("Ms. Ana", "Mr. Luis", "Coach Kim", "Ms. Priya", "Coach Dee")
_LEVELS = ("Level 1", "Level 2", "Level 3", "Level 4")
_FEES = (72.0, 85.0, 92.5, 110.0)
_AGES = (("P0Y6M", "P2Y11M"), ("P3Y0M", "P5Y0M"), ("P4Y6M", "P7Y0M"), ("P6Y0M", "P12Y0M"), ("P18Y0M", ""))
_PRESCHOOL = _AGES[1]


class Places(TypedDict):
    calculated_openings: int
    days: dict[str, int]


class Tuition(TypedDict):
    fee: float | None
    days: dict[str, float]


class Row(TypedDict):
    """A row of OpeningsJson: every key that the fixture has, in its order."""

    id: int
    category1: str
    category2: str
    category3: str
    description: str
    end_date: str
    end_time: str
    gender: str
    instructors: list[str]
    location: str
    location_code: str
    location_name: str
    master_class: bool
    max_age: str
    meeting_days: dict[str, bool]
    min_age: str
    name: str
    online_reg_link: str
    openings: Places
    reg_start_date: str
    room: str
    session: str
    start_date: str
    start_time: str
    waitlist: bool
    location_addr1: str
    location_addr2: str
    location_city: str
    location_state: str
    location_postalcode: str
    location_phone: str
    BillingCycle: str
    tuition: Tuition


@dataclass(frozen=True)
class _Plan:
    """What is decided of a class before the rest of it is drawn."""

    days: tuple[str, ...]
    openings: int
    ages: tuple[str, str]
    category: str = "Swim"


def generate(seed: int, *, classes: int = 14, org_id: str = "545911") -> list[Row]:
    """`classes` rows (8 to 48), the same for the same seed.

    Always among them: classes on Saturday for a four-year-old with spots and without, a camp without meeting days, and
    at least three full classes, with 0 and with a negative number of openings.
    """
    animals = _ANIMALS.split()
    if not FEWEST <= classes <= len(animals):
        raise ValueError(f"{FEWEST} to {len(animals)} classes, not {classes}")
    rng = random.Random(seed)  # noqa: S311 - invented data, nothing to guess
    names = _names(rng, classes)
    first_id = rng.randrange(1_000_000, 9_000_000)
    plans = list(_plans(rng, classes))
    rng.shuffle(plans)
    return [
        _row(rng, plan, name, first_id + at, org_id) for at, (plan, name) in enumerate(zip(plans, names, strict=True))
    ]


def _names(rng: random.Random, count: int) -> list[str]:
    """Every word is used once, so no name contains another; each way of writing one (entities) occurs."""
    animals = rng.sample(_ANIMALS.split(), count)
    qualities = rng.sample(_QUALITIES.split(), count)
    words = zip(animals, qualities, strict=True)
    return [
        _SHAPES[at % len(_SHAPES)].format(animal=animal, quality=quality) for at, (animal, quality) in enumerate(words)
    ]


def _plans(rng: random.Random, count: int) -> Iterator[_Plan]:
    yield _Plan(("sat",), rng.randint(1, 6), _PRESCHOOL)
    yield _Plan(("sat",), 0, _PRESCHOOL)
    yield _Plan(("sat", "sun"), -rng.randint(1, 4), _PRESCHOOL)
    yield _Plan((rng.choice(DAYS[:5]),), 0, rng.choice(_AGES))
    yield _Plan((), rng.randint(2, 12), rng.choice(_AGES[1:4]), "Camp")
    yield _Plan(DAYS[:5], rng.randint(2, 12), rng.choice(_AGES[1:4]), "Camp")
    yield _Plan((rng.choice(DAYS),), rng.randint(1, 9), _AGES[4], "Adult")
    for _ in range(count - 7):
        days = tuple(sorted(rng.sample(DAYS, rng.randint(1, 2)), key=DAYS.index))
        yield _Plan(days, rng.choice((-1, 0, 1, 2, 3, 4, 6, 8)), rng.choice(_AGES))


def _row(rng: random.Random, plan: _Plan, name: str, class_id: int, org_id: str) -> Row:
    code, place, street = rng.choice(_PLACES)
    start, end = _times(rng, plan)
    full = plan.openings <= 0
    return Row(
        id=class_id,
        category1=plan.category,
        category2="" if plan.category == "Adult" else rng.choice(_LEVELS),
        category3="",
        description="<p>Small groups. Parents&#39; seats by the pool.</p>",
        end_date="2026-12-24" if plan.category == "Camp" else "",
        end_time=end,
        gender="All",
        instructors=[rng.choice(_TEACHERS)],
        location=code,
        location_code=code,
        location_name=place,
        master_class=plan.category == "Camp",
        max_age=plan.ages[1],
        meeting_days={day: day in plan.days for day in DAYS},
        min_age=plan.ages[0],
        name=name,
        online_reg_link=_link(org_id, class_id, full=full),
        openings=_places(plan),
        reg_start_date="2026-08-01",
        room=f"Lane {rng.randint(1, 6)}",
        session="Holiday Camps" if plan.category == "Camp" else "Fall 2026",
        start_date="2026-12-21" if plan.category == "Camp" else "2026-09-07",
        start_time=start,
        waitlist=full,
        location_addr1=street,
        location_addr2="",
        location_city="Arlington",
        location_state="TX",
        location_postalcode="76010",
        location_phone="(817) 555-0100",
        BillingCycle="Monthly",
        tuition=_tuition(rng, plan),
    )


def _times(rng: random.Random, plan: _Plan) -> tuple[str, str]:
    """Start and end as "HH:MM"; none for a camp that is still to be scheduled."""
    if not plan.days:
        return "", ""
    start = 60 * rng.randint(8, 17) + rng.choice((0, 15, 30, 45))
    end = start + (210 if plan.category == "Camp" else rng.choice((30, 45)))
    return f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}"


def _places(plan: _Plan) -> Places:
    days = {day: plan.openings if day in plan.days else 0 for day in DAYS}
    return Places(calculated_openings=plan.openings, days=days)


def _tuition(rng: random.Random, plan: _Plan) -> Tuition:
    days: dict[str, float] = {f"day_{count}": 0 for count in range(2, 8)}
    if plan.category == "Camp":
        return Tuition(fee=250, days={**days, "day_2": 140, "day_3": 200, "day_4": 250})
    return Tuition(fee=None if plan.category == "Adult" else rng.choice(_FEES), days=days)


def _link(org_id: str, class_id: int, *, full: bool) -> str:
    """The registration page; HTML-escaped, as Jackrabbit sends it. WL=1 is the wait list."""
    return f"https://app.jackrabbitclass.com/reg.asp?id={org_id}&amp;WL={int(full)}&amp;preLoadClassID={class_id}"
