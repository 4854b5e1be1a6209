"""A long answer is said again by the model, once; only what is still too long is cut."""

from __future__ import annotations

import re

import pytest

from shared.assistant import Limits, Outcome
from shared.assistant.form import SMS_LIMIT
from shared.assistant.model import FinishReason, ModelBusy, ModelRejected, ModelText, ModelTurn, UserText
from shared.assistant.steps import STEPS, Step
from tests.unit.assistant_support import Bench, Scripted, call, calls, says

QUESTION = "Where can I park?"
LONG = "Parking is free behind the building. " * 12
SHORT = "Free behind the building."
URL = "https://swim.example/register"


async def test_an_answer_that_is_too_long_for_a_text_is_said_again_by_the_model() -> None:
    bench = Bench([says(LONG), says(SHORT)])
    answer = await bench.answer(QUESTION)
    assert (answer.text, answer.outcome, answer.reason) == (SHORT, Outcome.ANSWERED, None)
    assert (answer.usage.calls, answer.usage.output_tokens) == (2, 20)
    *before, long, asked = bench.model.asked[1].contents
    assert tuple(before) == bench.model.asked[0].contents
    assert long == ModelText(LONG)
    assert isinstance(asked, UserText)
    most = re.search(r"at most (\d+) characters", asked.parts[0])
    assert most is not None
    assert int(most[1]) <= SMS_LIMIT
    assert not bench.model.asked[1].may_call


@pytest.mark.parametrize("channel", ["webchat", "email", "voice"])
async def test_no_other_channel_pays_for_a_second_call(channel: str) -> None:
    bench = Bench([says(LONG)])
    assert (await bench.answer(QUESTION, channel=channel)).text == LONG.strip()


async def test_an_answer_that_fits_once_its_markdown_is_gone_is_not_said_again() -> None:
    bench = Bench([says("**" + "Free. " * 52 + "Free**")])
    assert (await bench.answer(QUESTION)).usage.calls == 1


async def test_the_room_that_a_link_takes_counts() -> None:
    filling = "Fill in the form to register. " * 10
    assert len(filling) < SMS_LIMIT < len(filling) + len(URL) + 1
    bench = Bench([calls(call("send_link", link="register")), says(filling), says("Fill in the form.")])
    answer = await bench.answer("Send me the link to register")
    assert answer.text == f"Fill in the form.\n{URL}"
    assert f"at most {int((SMS_LIMIT - len(URL) - 1) * 0.9)} characters" in str(bench.model.asked[2].contents[-1])


async def test_what_is_still_too_long_is_cut_at_a_sentence_and_not_asked_for_again() -> None:
    bench = Bench([says(LONG), says(LONG[:360])])
    answer = await bench.answer(QUESTION)
    assert len(answer.text) <= SMS_LIMIT
    assert answer.text.endswith("building.")
    assert answer.usage.calls == 2


NOTHING_SHORTER: list[list[Scripted]] = [
    [says("It is free. " * 60)],
    [says("")],
    [says("  ")],
    [calls(call("get_classes"))],
    [ModelBusy("503"), ModelBusy("503")],
    [ModelRejected("400")],
    *([says(SHORT, finish)] for finish, step in STEPS.items() if step is not Step.ACCEPT),
]


@pytest.mark.parametrize("script", NOTHING_SHORTER)
async def test_where_nothing_shorter_comes_the_long_answer_stands_and_is_cut(script: list[Scripted]) -> None:
    bench = Bench([says(LONG), *script])
    answer = await bench.answer(QUESTION)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text.startswith("Parking is free behind the building. Parking")
    assert len(answer.text) <= SMS_LIMIT
    assert bench.lists.asked == []
    assert bench.model.script == []


async def test_a_text_that_ran_out_of_tokens_is_said_again_and_is_then_not_a_cut_one() -> None:
    bench = Bench([says(LONG + "and furth", FinishReason.MAX_TOKENS), says(SHORT)])
    answer = await bench.answer(QUESTION)
    assert (answer.text, answer.reason) == (SHORT, None)


async def test_when_the_seconds_are_spent_the_long_answer_is_cut_without_a_call() -> None:
    bench = Bench([], limits=Limits(seconds=60))

    def slowly(request: object) -> object:
        bench.clock.pass_by(61)
        return says(LONG)

    bench.model.script.append(slowly)
    answer = await bench.answer(QUESTION)
    assert (answer.outcome, answer.usage.calls) == (Outcome.ANSWERED, 1)
    assert len(answer.text) <= SMS_LIMIT


async def test_a_limit_of_no_second_saying_is_kept() -> None:
    bench = Bench([says(LONG)], limits=Limits(shorter=0))
    assert len((await bench.answer(QUESTION)).text) <= SMS_LIMIT


async def test_the_last_word_at_the_limit_of_turns_may_be_said_again_too() -> None:
    bench = Bench([*[calls(call("get_classes"))] * 2, says(LONG), says(SHORT)], limits=Limits(turns=3))
    answer = await bench.answer(QUESTION)
    assert (answer.text, answer.usage.calls) == (SHORT, 4)


async def test_the_turn_before_a_second_saying_goes_back_as_words_alone() -> None:
    """A turn may hold calls that were not run: Gemini refuses calls without results."""
    looked, unwanted = calls(call("get_classes")), calls(call("send_link", link="register"), text=LONG)
    bench = Bench([looked, unwanted, says(SHORT)], limits=Limits(turns=2))
    await bench.answer(QUESTION)
    turns = [content for content in bench.model.asked[-1].contents if isinstance(content, ModelTurn)]
    assert turns == [looked.turn]
    assert ModelText(LONG) in bench.model.asked[-1].contents


async def test_a_shorter_answer_is_judged_like_any_other() -> None:
    bench = Bench([says(LONG), says("Parking costs $99.")])
    answer = await bench.answer(QUESTION)
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, "guard:ungrounded_figure")


async def test_the_first_text_of_a_thread_names_the_business_and_the_way_out_within_the_limit() -> None:
    filling = "Parking is free behind the building. " * 8
    assert len(filling) < SMS_LIMIT
    bench = Bench([says(filling), says(SHORT)])
    answer = await bench.answer(QUESTION, introduces=True)
    assert answer.text == f"Blue Swim: {SHORT}\nReply STOP to opt out."
    room = SMS_LIMIT - len("Blue Swim: \nReply STOP to opt out.")
    assert f"at most {room} characters" in bench.model.asked[0].system


async def test_an_honest_sentence_that_begins_a_thread_is_introduced_too() -> None:
    answer = await Bench([says("", FinishReason.SAFETY)]).answer(QUESTION, introduces=True)
    assert answer.outcome is Outcome.HANDED_OFF
    assert answer.text.startswith("Blue Swim: Sorry")
    assert answer.text.endswith("Reply STOP to opt out.")


async def test_what_a_chat_says_first_is_not_introduced() -> None:
    assert (await Bench([says(SHORT)]).answer(QUESTION, introduces=True, channel="webchat")).text == SHORT
