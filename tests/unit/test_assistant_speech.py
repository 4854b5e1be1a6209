"""An answer that is heard while it is written: what is shown is what will be stored, or it is taken back."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant import AskPerson, Limits, Outcome, Turn
from shared.assistant import speech as speaking
from shared.assistant.guard import Violation
from shared.assistant.model import FinishReason, ModelBusy, ModelPart, ModelRejected, ModelReply, ModelRequest
from shared.assistant.speech import Speech, Verdict
from shared.assistant.steps import STEPS, Step
from tests.unit.assistant_support import (
    SERVICE,
    TAKEN_BACK,
    Bench,
    Breaks,
    ClassList,
    Reader,
    call,
    calls,
    says,
)
from tests.unit.test_assistant_guard import DISGUISED

QUESTION = "Where can I park?"
PARKING = "Parking is free. It is behind the building, with 40 spaces. See you soon!"
UNITS = ["Parking is free.", " It is behind the building, with 40 spaces.", " See you soon!"]
IGNORANCE = "I don't know that, and I'd rather not guess. A person at Blue Swim can help you."
URL = "https://swim.example/register"
RETRIED = sorted(reason for reason, step in STEPS.items() if step is Step.RETRY)
REFUSED = sorted(reason for reason, step in STEPS.items() if step is Step.HAND_OFF)


async def test_an_answer_is_heard_in_sentences_and_is_stored_as_it_was_heard() -> None:
    bench, reader = Bench([says(PARKING)]), Reader()
    answer = await bench.streamed(QUESTION, reader=reader)
    assert reader.events == UNITS
    assert (answer.text, answer.outcome, answer.reason) == (PARKING, Outcome.ANSWERED, None)
    assert (answer.usage.calls, answer.usage.output_tokens) == (1, 10)


async def test_white_space_around_an_answer_is_nobodys() -> None:
    reader = Reader()
    answer = await Bench([says(f"\n  {PARKING} \n")]).streamed(QUESTION, reader=reader)
    assert (answer.text, reader.events) == (PARKING, UNITS)


async def test_a_unit_is_heard_when_its_end_is_seen_and_not_later() -> None:
    bench = Bench([says(PARKING)])
    seen: list[str] = []

    class Watching(Reader):
        async def unit(self, text: str) -> None:
            seen.append("".join(bench.model.streamed))

    await bench.streamed(QUESTION, reader=Watching())
    assert seen == ["Parking is free. It", PARKING[: -len(" you soon!")], PARKING]


async def test_nobody_listening_and_other_channels_stream_nothing() -> None:
    for channel in ("sms", "voice", "email"):
        bench, reader = Bench([says(PARKING)]), Reader()
        await bench.streamed(QUESTION, reader=reader, channel=channel)
        assert (bench.model.streamed, reader.events) == ([], [])
    bench = Bench([says(PARKING)])
    assert (await bench.answer(QUESTION, channel="webchat")).text == PARKING
    assert bench.model.streamed == []


async def test_an_answer_after_tools_may_rest_on_what_they_returned() -> None:
    bench, reader = Bench([calls(call("get_classes")), says("Guppy & Co has 2 spots. It costs $85. Ok?")]), Reader()
    answer = await bench.streamed("Any classes?", reader=reader)
    assert reader.events == ["Guppy & Co has 2 spots.", " It costs $85.", " Ok?"]
    assert answer.outcome is Outcome.ANSWERED


async def test_a_text_before_a_call_is_no_answer_and_is_taken_back_before_the_tool_runs() -> None:
    reader, seen = Reader(), list[str]()

    class Looking(ClassList):
        async def of(self, tenant: str, org_id: str, *, deadline: float = 8.0) -> object:
            seen.append(reader.reads)
            return await super().of(tenant, org_id, deadline=deadline)

    script = [calls(call("get_classes"), text="Parking is free. Let me look that up."), says("Guppy & Co, Tue. Ok?")]
    answer = await Bench(script, lists=Looking()).streamed("Any classes? And can I park?", reader=reader)
    assert reader.events == ["Parking is free.", TAKEN_BACK, "Guppy & Co, Tue.", " Ok?"]
    assert (answer.text, seen) == (reader.reads, [""])


class CallsFirst:
    """Calls a tool, and goes on talking."""

    async def generate(self, request: ModelRequest) -> ModelReply:
        raise AssertionError

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart | ModelReply, None]:
        if not request.may_call:
            yield ModelPart("Guppy. Ok")
            yield says("Guppy. Ok")
            return
        yield ModelPart("", calls=True)
        yield ModelPart("Parking is free. I am looking. Wait")
        yield calls(call("get_classes"), text="Parking is free. I am looking. Wait")


class CallsAnyway:
    """Calls a tool that it may not call, and says something."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.heard: list[str] = []

    async def generate(self, request: ModelRequest) -> ModelReply:
        raise AssertionError

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart | ModelReply, None]:
        yield ModelPart("", calls=True)
        yield ModelPart("Parking is free. Ok?")
        self.heard += self.reader.events
        yield calls(call("get_classes"), text="Parking is free. Ok?")


async def test_a_text_behind_a_call_is_never_heard() -> None:
    bench, reader = Bench([], limits=Limits(turns=2), instead=CallsFirst()), Reader()
    answer = await bench.streamed("Any classes? And can I park?", reader=reader)
    assert (answer.text, reader.events) == ("Guppy. Ok", ["Guppy.", " Ok"])


async def test_where_no_call_was_allowed_the_text_beside_one_is_the_answer_and_is_heard() -> None:
    reader = Reader()
    model = CallsAnyway(reader)
    answer = await Bench([], limits=Limits(turns=1), instead=model).streamed(QUESTION, reader=reader)
    assert (answer.text, reader.events) == ("Parking is free. Ok?", ["Parking is free.", " Ok?"])
    assert model.heard == ["Parking is free."]


@pytest.mark.parametrize("finish", RETRIED)
async def test_a_try_that_ends_badly_is_taken_back_before_the_next(finish: FinishReason) -> None:
    bench, reader = Bench([says("Parking is there. Half a th", finish), says(PARKING)]), Reader()
    answer = await bench.streamed(QUESTION, reader=reader)
    assert reader.events == ["Parking is there.", TAKEN_BACK, *UNITS]
    assert answer.text == PARKING


@pytest.mark.parametrize("finish", REFUSED)
async def test_what_was_blocked_in_the_end_is_taken_back_and_our_own_sentence_is_not_said_before_it_is_done(
    finish: FinishReason,
) -> None:
    reader = Reader()
    answer = await Bench([says(PARKING, finish)]).streamed(QUESTION, reader=reader)
    assert answer.outcome is Outcome.HANDED_OFF
    assert reader.events == [*UNITS[:2], TAKEN_BACK]


async def test_a_stream_that_breaks_half_way_is_taken_back_before_the_pause_and_asked_again() -> None:
    reader = Reader()
    seen: list[str] = []
    script = [Breaks("Parking is there. And", ModelBusy("reset")), says(PARKING)]
    answer = await Bench(script, at_a_pause=lambda: seen.extend(reader.events)).streamed(QUESTION, reader=reader)
    assert seen == ["Parking is there.", TAKEN_BACK]
    assert reader.events == [*seen, *UNITS]
    assert (answer.text, answer.usage.calls) == (PARKING, 2)


async def test_what_waited_when_a_stream_broke_leaves_no_cut_in_the_next() -> None:
    reader = Reader()
    bench = Bench([Breaks("Hello! Sorry. Sorry! And", ModelBusy("reset")), says(PARKING)])
    await bench.streamed(QUESTION, reader=reader)
    assert reader.events == UNITS


async def test_what_the_first_model_said_is_not_left_standing_for_the_second() -> None:
    reader = Reader()
    bench = Bench([Breaks("Parking is there. And", ModelRejected("400")), says(PARKING)])
    answer = await bench.streamed(QUESTION, reader=reader)
    assert reader.events == ["Parking is there.", TAKEN_BACK, *UNITS]
    assert answer.usage.model == "gemini-second"


async def test_where_no_model_answers_nothing_stays_and_a_person_is_needed() -> None:
    reader = Reader()
    bench = Bench([Breaks("Parking is there. And", ModelBusy("reset"))] * 4)
    answer = await bench.streamed(QUESTION, reader=reader)
    assert (answer.outcome, answer.reason, reader.reads) == (Outcome.HANDED_OFF, "model_busy", "")


POISONED = "Parking is free. Or pay at evil.example/pay now. It is nice there. Really. Come and see."


async def test_a_finding_of_the_guard_stops_the_answer_at_once() -> None:
    bench, reader = Bench([says(POISONED)]), Reader()
    answer = await bench.streamed(QUESTION, reader=reader)
    assert reader.events == ["Parking is free.", TAKEN_BACK]
    assert (answer.outcome, answer.reason, answer.effects) == (Outcome.HANDED_OFF, "guard:foreign_link", ())
    assert "".join(bench.model.streamed) == "Parking is free. Or pay at evil.example/pay now. It"
    assert answer.usage.output_tokens == 10  # as far as they were told
    assert bench.model.closed == 1


async def test_a_price_that_nobody_gave_is_never_heard() -> None:
    reader = Reader()
    answer = await Bench([says("Parking is free. It costs $99 on Sundays. Ok?")]).streamed(QUESTION, reader=reader)
    assert reader.events == ["Parking is free.", TAKEN_BACK]
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, "guard:ungrounded_figure")


@pytest.mark.parametrize("words", [0, 27, 28, 29, 30, 31, 32])
@pytest.mark.parametrize(("text", "wrong"), DISGUISED)
async def test_no_half_of_what_may_not_be_said_is_heard_wherever_a_unit_could_end(
    text: str, wrong: Violation, words: int
) -> None:
    bench, reader = Bench([says(f"Parking is free. It {'really ' * words}{text} and more of it. Ok?")]), Reader()
    bench.model.pieces = list
    answer = await bench.streamed(QUESTION, reader=reader)
    assert (answer.reason, reader.reads) == (f"guard:{wrong}", "")
    assert all(re.fullmatch(r"[A-Za-z .$*_]*", event) for event in reader.events if event != TAKEN_BACK)
    assert not any(half in event for event in reader.events for half in ("evil", "$", "AIza", "KEY", "boss"))


async def test_our_sentence_for_not_knowing_is_not_heard_from_a_model_that_was_busy_in_the_middle_of_another() -> None:
    reader = Reader()
    bench = Bench([Breaks("Parking is free. And", ModelBusy("reset")), says(f"Sorry. {IGNORANCE}")])
    answer = await bench.streamed(QUESTION, reader=reader)
    assert (answer.outcome, answer.usage.calls) == (Outcome.UNKNOWN, 2)
    assert reader.events == ["Parking is free.", TAKEN_BACK]


async def test_a_beginning_that_waits_is_judged_once_for_each_unit_and_not_for_each_piece() -> None:
    judged, reader = list[str](), Reader()

    def judge(text: str) -> Verdict:
        judged.append(text)
        return Verdict.SAY if text.endswith("soon!") else Verdict.WAIT

    speech = Speech(reader, lambda _outputs: judge)
    await speech.begin(())
    for end in range(len(PARKING) + 1):
        assert await speech.more(PARKING[:end]) is None
    assert await speech.more(f"{PARKING} Ok") is None
    assert judged == [UNITS[0], "".join(UNITS[:2]), PARKING]
    assert reader.events == UNITS


@pytest.mark.parametrize("before", ["", "Hello! ", "Sorry. "])
async def test_our_sentence_for_not_knowing_is_not_heard_in_the_models_words(before: str) -> None:
    reader = Reader()
    answer = await Bench([says(before + IGNORANCE)]).streamed("Do you have a sauna?", reader=reader)
    assert answer.outcome is Outcome.UNKNOWN
    assert reader.events == []


async def test_a_greeting_is_heard_once_it_cannot_become_ignorance_any_more() -> None:
    reader = Reader()
    await Bench([says(f"Sure! {PARKING}")]).streamed(QUESTION, reader=reader)
    assert reader.events == ["Sure!", " Parking is free.", *UNITS[1:]]


async def test_a_claim_about_what_nobody_knows_is_never_heard() -> None:
    reader = Reader()
    said = "Hello! Yes, we have a lovely sauna. It is warm. Come in."
    answer = await Bench([says(said)]).streamed("Do you have a sauna?", reader=reader)
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, "guard:ungrounded_claim")
    assert reader.events == []


async def test_a_claim_waits_for_the_words_of_the_business_that_it_is_judged_with() -> None:
    """As a whole it passes, with a stream as without."""
    said = "Saunas? Blue Swim is a swim school for children. Ok."
    whole = await Bench([says(f"A sauna! {said}")]).answer("Sauna?", channel="webchat")
    reader = Reader()
    streamed = await Bench([says(f"A sauna! {said}")]).streamed("Sauna?", reader=reader)
    assert streamed == whole
    assert streamed.outcome is Outcome.ANSWERED
    assert reader.events[0] == "A sauna!"


async def test_a_person_that_is_asked_for_leaves_nothing_of_what_was_heard() -> None:
    reader = Reader()
    service = replace(SERVICE, tools=("request_handoff",))
    script = [calls(call("request_handoff"), text="Parking is free. Let me ask."), says("Somebody will come. Soon.")]
    answer = await Bench(script).streamed(QUESTION, reader=reader, service=service)
    assert answer.effects == (AskPerson("customer_asked"),)
    assert answer.reason == "asked_for_a_person"
    assert TAKEN_BACK in reader.events
    assert reader.reads == ""


async def test_what_was_heard_of_a_text_that_ran_out_of_tokens_begins_what_is_left_of_it() -> None:
    reader = Reader()
    said = f"{PARKING} And furth"
    answer = await Bench([says(said, FinishReason.MAX_TOKENS)]).streamed(QUESTION, reader=reader)
    assert (answer.text, answer.reason, reader.events) == (PARKING, "shortened", UNITS)


async def test_half_of_a_sentence_that_ran_out_of_tokens_is_taken_back() -> None:
    reader = Reader()
    said = f"Parking is free. It {'really ' * 40} is"
    answer = await Bench([says(said, FinishReason.MAX_TOKENS)]).streamed(QUESTION, reader=reader)
    assert answer.text == "Parking is free."
    assert reader.events[-2:] == [TAKEN_BACK, "Parking is free."]


async def test_the_link_that_was_attached_comes_behind_as_a_unit() -> None:
    reader = Reader()
    script = [calls(call("send_link", link="register")), says("Here is the link. Fill it in.")]
    answer = await Bench(script).streamed("Send me the link to register", reader=reader)
    assert reader.events == ["Here is the link.", " Fill it in.", f"\n{URL}"]
    assert answer.text == reader.reads


async def test_markdown_stays_and_a_link_is_heard_whole() -> None:
    bench, reader = Bench([says(f"**Parking. Free!** See [our form. Now]({URL}). Ok?")]), Reader()
    bench.model.pieces = list
    answer = await bench.streamed(QUESTION, reader=reader)
    assert reader.events == [f"**Parking. Free!** See [our form. Now]({URL}).", " Ok?"]
    assert answer.text == reader.reads


class Gone(Reader):
    async def unit(self, text: str) -> None:
        await super().unit(text)
        raise ConnectionError("a visitor's words")


class Deaf(Reader):
    async def unit(self, text: str) -> None:
        await super().unit(text)
        await asyncio.Event().wait()


@pytest.mark.parametrize("visitor", [Gone, Deaf])
async def test_a_visitor_who_has_gone_or_hangs_gets_the_answer_stored_all_the_same(
    visitor: type[Reader], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speaking, "PATIENCE", 0.01)
    reader = visitor()
    answer = await Bench([says(PARKING)]).streamed(QUESTION, reader=reader)
    assert (answer.text, answer.outcome) == (PARKING, Outcome.ANSWERED)
    assert reader.events == UNITS[:1]
    assert "a visitor's words" not in capsys.readouterr().err


async def test_a_visitor_who_has_gone_is_told_once_more_what_does_not_hold() -> None:
    reader = Gone()
    answer = await Bench([says(POISONED)]).streamed(QUESTION, reader=reader)
    assert reader.events == ["Parking is free.", TAKEN_BACK]
    assert answer.reason == "guard:foreign_link"


class Stalling:
    """Says a sentence, and then nothing any more."""

    def __init__(self) -> None:
        self.stalls = asyncio.Event()
        self.closed = 0

    async def generate(self, request: ModelRequest) -> ModelReply:
        raise AssertionError

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart | ModelReply, None]:
        try:
            yield ModelPart("Parking is free. It")
            self.stalls.set()
            await asyncio.Event().wait()
        finally:
            self.closed += 1


async def test_a_stream_that_stalls_is_given_up_within_the_seconds_of_a_call() -> None:
    reader, stalling = Reader(), Stalling()
    bench = Bench([], limits=Limits(call_seconds=0.02), instead=stalling)
    answer = await bench.streamed(QUESTION, reader=reader)
    assert (answer.outcome, answer.reason, stalling.closed) == (Outcome.HANDED_OFF, "model_busy", 4)
    assert reader.events == ["Parking is free.", TAKEN_BACK] * 4


async def test_a_cancelled_answer_closes_its_stream() -> None:
    reader, stalling = Reader(), Stalling()
    writing = asyncio.create_task(Bench([], instead=stalling).streamed(QUESTION, reader=reader))
    await stalling.stalls.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert stalling.closed == 1


SAYINGS = st.lists(
    st.sampled_from(
        [
            *("Parking is free.", "It is behind the building,", "with 40 spaces.", "Yes!", "**Free**", "**Free. Yes**"),
            *(
                "\n- 40 spaces",
                "\n1. Parking",
                f"[the form]({URL})",
                URL,
                "desk@swim.example",
                "281-555-0100",
                "9:00",
                "$45",
            ),
            *(
                "evil.example",
                "https://evil.example/x",
                "713-555-0199",
                "boss@evil.com",
                "$99",
                "3:15 am",
                "ev**il**.com",
            ),
            *(
                "[see. this](https://evil.example)",
                "c4n4ry0123456789",
                "`code. here`",
                IGNORANCE,
                "words " * 40,
                "…",
                "\n\n",
            ),
        ]
    ),
    min_size=1,
    max_size=14,
)
BAD = ("evil", "0199", "$99", "3:15", "c4n4ry")


@given(SAYINGS, st.randoms(use_true_random=False), st.sampled_from([FinishReason.STOP, FinishReason.MAX_TOKENS]))
async def test_whatever_is_said_in_whatever_pieces_what_stands_in_the_end_is_the_answer(
    sayings: list[str], random, finish: FinishReason
) -> None:
    said = " ".join(sayings)
    places = sorted(random.choices(range(len(said) + 1), k=random.randint(0, 60)))
    whole = await Bench([says(said, finish)] * 4).answer(QUESTION, channel="webchat")
    bench, reader = Bench([says(said, finish)] * 4), Reader()
    bench.model.pieces = lambda text: [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    answer = await bench.streamed(QUESTION, reader=reader)
    assert answer.text.startswith(reader.reads)
    assert answer.outcome is not Outcome.ANSWERED or answer.text == reader.reads
    assert answer.outcome is Outcome.ANSWERED or reader.reads == ""
    assert not any(bad in event for event in reader.events for bad in BAD)
    # Said as it would have been without a stream; and stopped alike, except in a half that would have been cut off.
    assert answer.outcome is not Outcome.ANSWERED or answer.text == whole.text
    alike = (answer.outcome is Outcome.ANSWERED) is (whole.outcome is Outcome.ANSWERED)
    assert alike or finish is FinishReason.MAX_TOKENS


def long_answer(characters: int) -> str:
    line = "- **Guppy & Co** at Main Pool, Tue 4:30 PM to 5:00 PM, 2 spots, $85. Bring a towel and goggles.\n"
    return (line * 40)[:characters].rsplit("\n", 1)[0]


async def test_a_unit_of_a_long_answer_is_heard_milliseconds_after_the_piece_that_completes_it() -> None:
    """The figures are printed (`pytest -s`), and held loosely here."""
    history = [Turn("assistant", "Classes are on Tuesday at 4:30 PM, $85 each. " * 4)] * 20
    for characters in (1500, 2000):
        bench, waits = Bench([calls(call("get_classes")), says(long_answer(characters))]), list[float]()

        class Timing(Reader):
            async def unit(self, text: str, bench: Bench = bench, waits: list[float] = waits) -> None:
                waits.append(time.perf_counter() - bench.model.since)

        await bench.streamed("Any classes?", reader=Timing(), history=history)
        usual, last, worst = (1000 * wait for wait in (median(waits), waits[-1], max(waits)))
        print(f"{characters} characters, {len(waits)} units: {usual:.1f} ms, the last {last:.1f}, at worst {worst:.1f}")
        assert worst < 500
