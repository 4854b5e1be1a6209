"""One turn of a chat is run once on an instance, and everybody who needs it reads along."""

from __future__ import annotations

import asyncio

from shared.conversations import turns
from shared.conversations.drafts import Draft
from shared.conversations.turns import Answered, Failed, Happening, Silent, Still, TakenBack, Turn, Typing, Unit
from shared.errors import Conflict, Unavailable
from shared.store.documents import Conversation

OF = Conversation("c" * 32, None)


def draft(*covers: str) -> Draft:
    return Draft("d" * 32, "Yes.", covers, 0)


async def happened(message: str, answer: turns.Answer) -> list[Happening]:
    return [one async for one in turns.turns(OF.id, message, answer)]


async def test_who_comes_while_it_runs_reads_it_from_its_beginning() -> None:
    runs, going, done = 0, asyncio.Event(), asyncio.Event()

    async def answer(turn: Turn) -> None:
        nonlocal runs
        runs += 1
        await turn.unit("Yes.")
        going.set()
        await done.wait()
        turn.wrote(draft("m1", "m2"), OF)

    first = asyncio.create_task(happened("m1", answer))
    await going.wait()
    second = asyncio.create_task(happened("m2", answer))
    await asyncio.sleep(0)  # it has joined
    done.set()
    assert [type(one) for one in await second] == [Unit, Answered]
    assert await second == await first
    assert runs == 1


async def test_a_silence_from_before_a_message_was_there_is_no_answer_to_it() -> None:
    """The turn that runs may have looked before the message was stored."""
    runs, going, stored = 0, asyncio.Event(), asyncio.Event()

    async def answer(turn: Turn) -> None:
        nonlocal runs
        runs += 1
        if runs > 1:
            turn.wrote(draft("m2"), OF)
            return
        going.set()
        await stored.wait()
        turn.silent(OF)

    first = asyncio.create_task(happened("m1", answer))
    await going.wait()
    second = asyncio.create_task(happened("m2", answer))
    await asyncio.sleep(0)  # it has joined
    stored.set()
    assert [type(one) for one in await second] == [Silent, Answered]
    await first


async def test_a_failure_that_is_no_matter_of_time_is_told_at_once() -> None:
    async def answer(_turn: Turn) -> None:
        raise Conflict("that will not do")

    (failed,) = await happened("m1", answer)
    assert isinstance(failed, Failed)
    assert failed.problem.detail == "that will not do"


async def test_what_nobody_expected_is_told_without_its_words() -> None:
    async def answer(_turn: Turn) -> None:
        raise ValueError("a customer's words")

    (failed,) = await happened("m1", answer)
    assert isinstance(failed, Failed)
    assert "customer" not in failed.problem.detail


async def test_what_was_said_and_taken_back_begins_anew_under_another_name() -> None:
    turn = Turn()
    await turn.unit("No")
    await turn.took_back()
    await turn.took_back()
    await turn.unit("Yes")
    first, back, second = turn.seen
    assert first.answer == back.answer != second.answer  # type: ignore[union-attr]
    assert second.end == 3  # type: ignore[union-attr]


async def test_what_was_said_of_an_answer_that_failed_is_taken_back() -> None:
    """It may never be stored, and whoever has read it would keep it on their screen."""

    async def answer(turn: Turn) -> None:
        await turn.unit("We are open on")
        raise Conflict("that will not do")

    said, back, failed = await happened("m1", answer)
    assert isinstance(said, Unit)
    assert isinstance(back, TakenBack)
    assert back.answer == said.answer
    assert isinstance(failed, Failed)


async def test_who_reads_slowly_misses_nothing_that_is_said_meanwhile() -> None:
    async def answer(turn: Turn) -> None:
        for unit in ("One. ", "Two. ", "Three."):
            await turn.unit(unit)
            await asyncio.sleep(0.02)
        turn.wrote(draft("m1"), OF)

    heard: list[Happening] = []
    async for happening in turns.turns(OF.id, "m1", answer):
        heard.append(happening)
        await asyncio.sleep(0.03)
    assert [one.text for one in heard if isinstance(one, Unit)] == ["One. ", "Two. ", "Three."]
    assert isinstance(heard[-1], Answered)


async def test_who_has_waited_their_time_is_told_so_while_the_turn_goes_on() -> None:
    goes_on, over = asyncio.Event(), asyncio.Event()

    async def answer(turn: Turn) -> None:
        turn.began()
        await goes_on.wait()
        turn.wrote(draft("m1"), OF)
        over.set()

    async with asyncio.timeout(2):
        (*_, late) = [one async for one in turns.turns(OF.id, "m1", answer, longest=0.05)]
    assert isinstance(late, Failed)
    assert late.problem.code == "unavailable"
    goes_on.set()
    await asyncio.wait_for(over.wait(), 2)


async def test_who_waits_hears_from_time_to_time_that_somebody_is_there() -> None:
    turn = Turn()
    reading = turn.follow(asyncio.get_running_loop().time() + 5, still=0.01)
    assert [type(await anext(reading)) for _ in range(2)] == [Still, Still]
    turn.began()
    assert isinstance(await anext(reading), Typing)
    turn.end()
    assert [one async for one in reading] == []


async def test_whoever_waits_for_another_instance_looks_less_and_less_often() -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def answer(turn: Turn) -> None:
        if len(pauses) < 5:
            raise Unavailable("somebody is answering this conversation")
        turn.wrote(draft("m1"), OF)

    happenings = [one async for one in turns.turns(OF.id, "m1", answer, sleep=sleep)]
    assert [type(one) for one in happenings] == [Still] * 5 + [Answered]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 4.0]
