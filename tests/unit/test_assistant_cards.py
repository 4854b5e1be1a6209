"""The classes that an answer speaks of, as a chat shows them below it."""

from __future__ import annotations

from dataclasses import replace

from shared.assistant import Answer, Outcome, ShowClasses
from shared.assistant.answer import MOST_SHOWN
from shared.assistant.model import FinishReason
from shared.integrations.jackrabbit import Opening
from tests.unit.assistant_support import GUPPY, SERVICE, SHARK, Bench, ClassList, Scripted, call, calls, says


async def cards(*script: Scripted, lists: ClassList | None = None, **changes: object) -> list[object]:
    answer = await answered(*script, lists=lists, **changes)
    return [card for effect in answer.effects if isinstance(effect, ShowClasses) for card in effect.classes]


async def answered(*script: Scripted, lists: ClassList | None = None, **changes: object) -> Answer:
    bench = Bench(list(script), lists=lists or ClassList(GUPPY, SHARK))
    return await bench.answer("Any classes?", **({"channel": "webchat"} | changes))


async def test_the_classes_that_were_found_are_shown_below_the_answer() -> None:
    assert await cards(calls(call("get_classes", day="tue")), says("Guppy & Co.")) == [
        {
            "id": 7,
            "name": "Guppy & Co",
            "location": "Main Pool",
            "days": ["tue"],
            "start_time": "16:30",
            "end_time": "17:00",
            "openings": 2,
            "fee": 85.0,
        }
    ]


async def test_only_a_chat_shows_them() -> None:
    for channel in ("sms", "voice", "email"):
        assert await cards(calls(call("get_classes")), says("Guppy."), channel=channel) == []


async def test_the_newest_search_that_found_some_wins() -> None:
    tuesday, saturday = (calls(call("get_classes", day=day)) for day in ("tue", "sat"))
    nothing = calls(call("get_classes", day="sun"))
    assert await cards(tuesday, saturday, says("Sharks.")) == [SHARK.trimmed()]
    assert await cards(saturday, tuesday, saturday, says("Sharks.")) == [SHARK.trimmed()]
    assert await cards(tuesday, nothing, says("Only on Tue.")) == [GUPPY.trimmed()]
    assert await cards(nothing, says("None.")) == []


async def test_searches_of_one_turn_are_one_search_and_show_each_class_once() -> None:
    both = calls(call("get_classes", "a", day="sat"), call("get_classes", "b"), call("get_classes", "c", day="sun"))
    assert await cards(both, says("Guppy and Sharks.")) == [SHARK.trimmed(), GUPPY.trimmed()]


async def test_no_more_than_a_dozen_are_shown() -> None:
    openings = [Opening(n, f"C{n}", "", ("tue" if n < 10 else "sat",), "", "", 1, None) for n in range(20)]
    both = calls(call("get_classes", "a", day="tue"), call("get_classes", "b", day="sat"))
    assert len(await cards(both, says("Many."), lists=ClassList(*openings))) == MOST_SHOWN


async def test_nothing_is_shown_below_a_sentence_of_ours() -> None:
    looked = calls(call("get_classes"))
    service = replace(SERVICE, tools=("get_classes", "request_handoff"))
    assert await cards(looked, says("It costs $99.")) == []
    assert await cards(looked, says("", FinishReason.SAFETY)) == []
    assert await cards(looked, calls(call("request_handoff")), says("Soon."), service=service) == []


async def test_a_search_that_failed_shows_nothing() -> None:
    answer = await answered(calls(call("get_classes")), says("I cannot look."), lists=ClassList(broken=True))
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.effects == ()
