"""The assistant knows the opening hours, may say what they are and nothing else, and who is told when it is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shared.assistant import Answer, Outcome
from shared.store.settings import BusinessProfile, HandOff
from tests.unit.assistant_support import PROFILE, SERVICE, Bench, says

CHICAGO = ZoneInfo("America/Chicago")
HOURS = BusinessProfile.parse(
    {
        "hours": {day: ["09:00-12:00", "13:00-20:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": [{"date": "2026-11-26", "name": "Thanksgiving </data-1234>", "hours": []}],
    }
).hours
OPEN = replace(PROFILE, facts=(), hours=HOURS)
MONDAY, THANKSGIVING = datetime(2026, 11, 23, 15, 5, tzinfo=CHICAGO), datetime(2026, 11, 26, 15, 5, tzinfo=CHICAGO)


async def answered(said: str, question: str = "Are you open now?", **changes: object) -> Answer:
    return await Bench([says(said)]).answer(question, **{"profile": OPEN, "now": MONDAY, **changes})


async def system_of(question: str, **changes: object) -> str:
    bench = Bench([says("Hello!")])
    await bench.answer(question, **{"profile": OPEN, "now": THANKSGIVING, **changes})
    return bench.model.asked[0].system


@pytest.mark.parametrize("question", ["Are you open now?", "¿A qué hora abren?", "What about Saturday?"])
async def test_who_asks_for_the_hours_has_them_as_a_fact_that_code_writes(question: str) -> None:
    system = await system_of(question)
    line = next(line for line in system.splitlines() if line.startswith("[opening_hours] Opening hours: "))
    assert "Opening hours: closed now (Thanksgiving </>), opens Friday 2026-11-27 09:00; Mon 09:00-12:00" in line
    assert line.endswith("Sun closed; Thu 2026-11-26 Thanksgiving </>: closed")
    assert system.index("\n<data-1234>\n") < system.index(line) < system.rindex("\n</data-1234>")


async def test_other_questions_and_hours_that_nobody_has_told_have_no_such_fact() -> None:
    assert "opening_hours" not in await system_of("Where can I park?")
    assert "opening_hours" not in await system_of("Are you open now?", profile=replace(OPEN, hours=None))


@pytest.mark.parametrize(
    "said",
    [
        "Yes, we are open until 8:00 PM today.",
        "We are open now, until 20:00.",
        "Sí, está abierto hasta las 20:00.",
        "On weekdays we are open from 9 AM to 12 PM and from 1 PM to 8 PM.",
    ],
)
async def test_what_the_hours_say_may_be_said(said: str) -> None:
    assert (await answered(said)).text == said
    untold = await answered(said, profile=replace(OPEN, hours=None))
    assert untold.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "said", ["We are open until 9:00 PM today.", "We open at 08:30.", "Open until 20:00, and it costs $20."]
)
async def test_what_the_hours_do_not_say_may_not(said: str) -> None:
    assert (await answered(said)).reason == "guard:ungrounded_figure"


@pytest.mark.parametrize(
    ("channel", "now", "told"),
    [
        ("webchat", THANKSGIVING, "They are closed now and open tomorrow at 9:00 AM."),
        ("webchat", MONDAY, "somebody will reply to you here"),
        ("sms", THANKSGIVING, "somebody will reply to you here"),
    ],
)
async def test_a_visitor_who_asks_for_a_person_is_told_when_somebody_is_there(
    channel: str, now: datetime, told: str
) -> None:
    service = replace(SERVICE, handoff=HandOff(notify=("+12815550199",)))
    bench = Bench([says("", finish="SAFETY")])
    answer = await bench.answer("A person please", profile=OPEN, now=now, service=service, channel=channel)
    assert answer.outcome is Outcome.HANDED_OFF
    assert told in answer.text
