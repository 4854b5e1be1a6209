"""The loop: every finish reason, every limit, every failure has a defined and honest end."""

from __future__ import annotations

import asyncio

import pytest
from google.genai import types

from shared.assistant import AttachLink, Limits, Outcome
from shared.assistant.model import (
    FinishReason,
    ModelBusy,
    ModelRejected,
    ModelReply,
    ModelRequest,
    ModelTurn,
    ToolReplies,
    UserText,
)
from shared.assistant.steps import STEPS, Step
from tests.unit.assistant_support import (
    GUPPY,
    PROFILE,
    SERVICE,
    Bench,
    ClassList,
    call,
    calls,
    says,
)

PARKING = "Free behind the building."
OF_STEP = {step: sorted(reason for reason, its in STEPS.items() if its is step) for step in Step}


def test_every_finish_reason_of_the_library_has_a_row() -> None:
    theirs = set(types.FinishReason.__members__)
    assert theirs <= {reason.name for reason in FinishReason}
    assert set(STEPS) == set(FinishReason)


def test_a_finish_reason_of_the_future_is_unknown_and_not_a_crash() -> None:
    assert FinishReason.named("INVENTED_NEXT_YEAR") is FinishReason.UNKNOWN
    assert FinishReason.named("stop") is FinishReason.STOP


async def test_a_text_is_the_answer_with_its_sources_and_its_cost() -> None:
    answer = await Bench([says(PARKING)]).answer("Where can I park?")
    assert (answer.text, answer.outcome, answer.reason) == (PARKING, Outcome.ANSWERED, None)
    assert answer.sources == ("fact:parking",)
    usage = answer.usage
    assert (usage.prompt_tokens, usage.output_tokens, usage.thought_tokens, usage.cached_tokens) == (100, 10, 5, 50)
    assert (usage.calls, usage.model) == (1, "gemini-first")


@pytest.mark.parametrize("finish", OF_STEP[Step.RETRY])
async def test_a_bad_answer_is_asked_again_then_without_tools_then_of_the_second_model_then_handed_off(
    finish: FinishReason,
) -> None:
    bench = Bench([says("half a th", finish)] * 4)
    answer = await bench.answer("Where can I park?")
    assert [(one.model, one.may_call) for one in bench.model.asked] == [
        ("gemini-first", True),
        ("gemini-first", True),
        ("gemini-first", False),
        ("gemini-second", True),
    ]
    assert answer.outcome is Outcome.HANDED_OFF
    assert answer.reason == f"finish:{finish}"
    assert "half a th" not in answer.text
    assert answer.usage.calls == 4
    assert answer.usage.prompt_tokens == 400


@pytest.mark.parametrize("finish", OF_STEP[Step.RETRY])
async def test_one_bad_answer_costs_the_customer_nothing(finish: FinishReason) -> None:
    answer = await Bench([says("", finish), says(PARKING)]).answer("Where can I park?")
    assert (answer.text, answer.outcome) == (PARKING, Outcome.ANSWERED)


@pytest.mark.parametrize("finish", OF_STEP[Step.HAND_OFF])
async def test_blocked_content_is_never_asked_again_and_goes_to_a_person(finish: FinishReason) -> None:
    bench = Bench([says("partly blocked", finish)])
    answer = await bench.answer("Where can I park?")
    assert bench.model.models == ["gemini-first"]
    assert answer.outcome is Outcome.HANDED_OFF
    assert answer.reason == f"blocked:{finish}"
    assert "partly" not in answer.text


@pytest.mark.parametrize("finish", OF_STEP[Step.SHORTEN])
async def test_a_text_that_ran_out_of_tokens_ends_at_its_last_whole_sentence(finish: FinishReason) -> None:
    answer = await Bench([says("Parking is free. It is behind the buil", finish)]).answer("Where can I park?")
    assert (answer.text, answer.outcome, answer.reason) == ("Parking is free.", Outcome.ANSWERED, "shortened")


async def test_a_price_cut_in_half_by_the_token_limit_is_not_told() -> None:
    bench = Bench([says("It is yearly. The registration fee is $45.", FinishReason.MAX_TOKENS)])
    assert (await bench.answer("What is the registration fee?")).text == "It is yearly."


@pytest.mark.parametrize("text", ["", "no sentence in sight of"])
async def test_tokens_spent_without_a_sentence_climb_the_same_ladder(text: str) -> None:
    bench = Bench([says(text, FinishReason.MAX_TOKENS)] * 3 + [says(PARKING)])
    answer = await bench.answer("Where can I park?")
    assert bench.model.models[-1] == "gemini-second"
    assert (answer.text, answer.usage.model) == (PARKING, "gemini-second")


async def test_an_empty_stop_is_no_answer() -> None:
    answer = await Bench([says("  ")] * 4).answer("Where can I park?")
    assert (answer.outcome, answer.reason) == (Outcome.HANDED_OFF, "empty_answer")


async def test_the_second_model_starts_from_the_customers_words() -> None:
    """Signatures do not move between models: nothing of the first one's turns may reach the second."""
    wanted = calls(call("get_classes"))
    bench = Bench([wanted, *[says("", FinishReason.OTHER)] * 3, says("Guppy & Co has 2 spots.")])
    await bench.answer("Any classes?")
    first, second = bench.model.asked[1], bench.model.asked[-1]
    assert wanted.turn in first.contents
    assert second.contents == bench.model.asked[0].contents
    assert all(isinstance(one, UserText) for one in second.contents)


async def test_a_figure_of_the_first_models_tools_is_no_evidence_for_the_second() -> None:
    bench = Bench([calls(call("get_classes")), *[says("", FinishReason.OTHER)] * 3, says("Guppy & Co has 2 spots.")])
    answer = await bench.answer("Any classes?")
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, "guard:ungrounded_figure")


async def test_a_turn_goes_back_whole_with_one_reply_per_call_under_its_id() -> None:
    wanted = calls(call("get_classes", "a", day="tue"), call("send_link", "b", link="register"))
    bench = Bench([wanted, says("Guppy & Co on Tue at 4:30 PM has 2 spots.")])
    await bench.answer("Tuesday classes, and the link?")
    *_, turn, replies = bench.model.asked[1].contents
    assert turn is wanted.turn
    assert isinstance(replies, ToolReplies)
    assert [(one.id, one.name, one.failed) for one in replies.replies] == [
        ("a", "get_classes", False),
        ("b", "send_link", False),
    ]
    assert replies.replies[0].output["classes"] == [GUPPY.trimmed()]


async def test_a_tool_that_does_not_exist_is_told_so_and_the_model_may_go_on() -> None:
    bench = Bench([calls(call("drop_tables")), says(PARKING)])
    answer = await bench.answer("Where can I park?")
    replies = bench.model.asked[1].contents[-1]
    assert isinstance(replies, ToolReplies)
    assert replies.replies[0].failed
    assert "get_classes" in str(replies.replies[0].output)
    assert (answer.text, answer.sources) == (PARKING, ("fact:parking",))


async def test_a_tenant_argument_is_refused_and_the_session_decides_whose_classes_are_read() -> None:
    bench = Bench([calls(call("get_classes", tenant="other", org_id="1")), calls(call("get_classes")), says("Ok.")])
    await bench.answer("Any classes?")
    refused = bench.model.asked[1].contents[-1]
    assert isinstance(refused, ToolReplies)
    assert refused.replies[0].failed
    assert "tenant" in str(refused.replies[0].output)
    assert bench.lists.asked == [("blue-swim", "545911")]


async def test_an_endless_tool_loop_ends_with_one_call_without_tools() -> None:
    bench = Bench([calls(call("get_classes"))] * 6, limits=Limits(turns=6, tool_calls=100))
    answer = await bench.answer("Any classes?")
    assert [one.may_call for one in bench.model.asked] == [True] * 5 + [False]
    assert (answer.outcome, answer.reason, answer.usage.calls) == (Outcome.HANDED_OFF, "tool_limit", 6)


async def test_after_too_many_tool_calls_the_model_may_still_answer_with_what_it_has() -> None:
    bench = Bench(
        [calls(*[call("get_classes", str(n)) for n in range(20)]), says("Guppy & Co has 2 spots.")],
        limits=Limits(tool_calls=3),
    )
    answer = await bench.answer("Any classes?")
    assert len(bench.lists.asked) == 3
    replies = bench.model.asked[1].contents[-1]
    assert isinstance(replies, ToolReplies)
    assert [one.failed for one in replies.replies] == [False] * 3 + [True] * 17
    assert not bench.model.asked[1].may_call
    assert answer.outcome is Outcome.ANSWERED


async def test_a_call_made_although_none_was_allowed_is_not_run() -> None:
    script = [says("", FinishReason.OTHER)] * 2 + [calls(call("get_classes")), says(PARKING)]
    bench = Bench(script)
    answer = await bench.answer("Where can I park?")
    assert bench.lists.asked == []
    assert answer.usage.model == "gemini-second"


async def test_calls_that_ran_out_of_tokens_may_be_half_written_and_are_not_run() -> None:
    bench = Bench([calls(call("get_classes"), finish=FinishReason.MAX_TOKENS), says(PARKING)])
    await bench.answer("Where can I park?")
    assert bench.lists.asked == []


async def test_a_busy_model_is_asked_once_more_after_a_pause_then_the_second_one_then_a_person() -> None:
    bench = Bench([ModelBusy("503")] * 4)
    answer = await bench.answer("Where can I park?")
    assert bench.model.models == ["gemini-first"] * 2 + ["gemini-second"] * 2
    assert bench.pauses == [0.5, 0.5]
    assert (answer.outcome, answer.reason) == (Outcome.HANDED_OFF, "model_busy")
    assert "Blue Swim" in answer.text
    assert "281-555-0100" in answer.text


async def test_one_busy_moment_costs_the_customer_a_pause() -> None:
    bench = Bench([ModelBusy("429"), says(PARKING)])
    answer = await bench.answer("Where can I park?")
    assert (answer.text, answer.usage.model, bench.pauses) == (PARKING, "gemini-first", [0.5])


async def test_a_rejected_request_is_not_repeated_but_the_second_model_is_asked() -> None:
    bench = Bench([ModelRejected("404 NOT_FOUND"), says(PARKING)])
    answer = await bench.answer("Where can I park?")
    assert (bench.model.models, answer.text) == (["gemini-first", "gemini-second"], PARKING)
    assert bench.pauses == []


async def test_both_models_rejecting_is_a_hand_off() -> None:
    answer = await Bench([ModelRejected("400")] * 2).answer("Where can I park?")
    assert (answer.outcome, answer.reason) == (Outcome.HANDED_OFF, "model_rejected")


async def test_without_another_fallback_the_same_model_is_not_asked_twice_over() -> None:
    service = SERVICE.__class__(connected=True, model="gemini-first", fallback_model="gemini-first")
    bench = Bench([ModelRejected("400")])
    assert (await bench.answer("Hi", service=service)).outcome is Outcome.HANDED_OFF


async def test_when_the_seconds_are_spent_no_other_call_is_made() -> None:
    bench = Bench([], limits=Limits(seconds=60))

    def slowly(request: ModelRequest) -> ModelReply:
        bench.clock.pass_by(61)
        return calls(call("get_classes"))

    bench.model.script.append(slowly)
    answer = await bench.answer("Any classes?")
    assert (answer.outcome, answer.reason, answer.usage.calls) == (Outcome.HANDED_OFF, "out_of_time", 1)


async def test_each_call_is_given_no_more_time_than_is_left() -> None:
    bench = Bench([], limits=Limits(seconds=30, call_seconds=20))

    def slowly(request: ModelRequest) -> ModelReply:
        bench.clock.pass_by(18)
        return calls(call("get_classes"))

    bench.model.script += [slowly, says("Guppy & Co has 2 spots.")]
    await bench.answer("Any classes?")
    assert [one.timeout for one in bench.model.asked] == [20, 12]


class Hanging:
    """A model that never answers."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.cancelled = 0

    async def generate(self, request: ModelRequest) -> ModelReply:
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        raise AssertionError


async def test_a_model_that_hangs_is_given_up_and_cancelled() -> None:
    hanging = Hanging()
    answer = await Bench([], limits=Limits(call_seconds=0.02), instead=hanging).answer("Where can I park?")
    assert (answer.outcome, answer.reason, hanging.cancelled) == (Outcome.HANDED_OFF, "model_busy", 4)


async def test_a_cancelled_answer_stops_at_once_and_is_not_a_hand_off() -> None:
    hanging = Hanging()
    writing = asyncio.create_task(Bench([], instead=hanging).answer("Where can I park?"))
    await hanging.started.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert hanging.cancelled == 1


class Broken(ClassList):
    async def of(self, tenant: str, org_id: str, *, deadline: float = 8.0) -> object:
        raise ZeroDivisionError("a customer's words")


async def test_a_tool_that_breaks_is_told_to_the_model_and_its_words_reach_no_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = Bench([calls(call("get_classes")), says(PARKING)], lists=Broken())
    answer = await bench.answer("Where can I park?")
    replies = bench.model.asked[1].contents[-1]
    assert isinstance(replies, ToolReplies)
    assert replies.replies[0].output == {"error": "The tool failed."}
    logged = capsys.readouterr().err
    assert "ZeroDivisionError" in logged
    assert "a customer's words" not in logged
    assert answer.text == PARKING


async def test_a_link_is_attached_once_however_often_it_is_called_for() -> None:
    twice = calls(call("send_link", "a", link="register"), call("send_link", "b", link="Registration form"))
    answer = await Bench([twice, says("Here is the link.")]).answer("Send me the registration link")
    assert answer.effects == (AttachLink("Registration form", "https://swim.example/register"),)
    assert answer.text == "Here is the link.\nhttps://swim.example/register"
    assert answer.sources == ("link:register",)


async def test_what_was_prepared_for_an_answer_that_never_came_is_not_committed() -> None:
    script = [calls(call("send_link", link="register")), *[says("", FinishReason.OTHER)] * 4]
    answer = await Bench(script).answer("Send me the link")
    assert (answer.outcome, answer.effects) == (Outcome.HANDED_OFF, ())


async def test_a_tenant_without_an_assistant_is_told_so_and_no_model_is_asked() -> None:
    bench = Bench([])
    answer = await bench.answer("Hi", service=SERVICE.__class__(connected=False), profile=PROFILE)
    assert (answer.outcome, answer.reason, answer.usage.calls) == (Outcome.HANDED_OFF, "not_connected", 0)
    assert "no assistant connected" in answer.text


async def test_an_opaque_turn_is_handed_back_by_identity_over_several_steps() -> None:
    one, two = calls(call("get_classes", "a")), calls(call("get_classes", "b", day="sat"))
    bench = Bench([one, two, says("Sharks has 1 spot.")])
    await bench.answer("Any classes?")
    turns = [content for content in bench.model.asked[2].contents if isinstance(content, ModelTurn)]
    assert turns == [one.turn, two.turn]
