"""People act on conversations: whose it is, what they write, and what becomes of the assistant's work."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import pytest

from shared.channels.types import Refused, Unknown
from shared.conversations.drafts import Draft, outbound
from shared.conversations.timers import REPORT_WAIT
from shared.errors import Conflict, NotFound, Unavailable
from shared.store.changes import Changes
from shared.store.documents import Conversation, Message, Owner
from tests.contract.pipeline_support import FIRST, PARKING, SMS, House

QUESTION, WORDS = "Where can I park?", "Hello, this is Ann from the desk."
ANN, BOB = "uid-ann", "uid-bob"
NOBODYS = "0" * 32

Step = Callable[[House], Awaitable[object]]


async def take_over(house: House, by: str = ANN) -> Conversation:
    return await house.hands.take_over(house.conversation_id, by)


async def hand_back(house: House, nothing_left: bool = False) -> Conversation:
    return await house.hands.hand_back(house.conversation_id, nothing_left=nothing_left)


async def resolve(house: House) -> Conversation:
    return await house.hands.resolve(house.conversation_id)


async def reply(house: House, words: str = WORDS, by: str = ANN, request_id: str | None = None) -> Message:
    id = await house.hands.reply(house.conversation_id, words, by, request_id=request_id or secrets.token_hex(8))
    return await house.message(id)


async def send(house: House, sent: Message) -> None:
    await house.sending.send(sent.id, house.conversation_id)


STEPS: dict[str, Step] = {"take over": take_over, "hand back": hand_back, "resolve": resolve, "reply": reply}
every_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)


async def owned(house: House, owner: str) -> str:
    """A text is open, and the conversation is whose a test says; the text's id."""
    text = await house.text(QUESTION)
    if owner == "waiting":
        await house.change(owner="waiting", epoch=1)
    elif owner == "human":
        await take_over(house)
    elif owner == "resolved":
        await resolve(house)
    return text


# -- the table of the module


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        ("ai", take_over, "human"),
        ("ai", reply, "human"),
        ("ai", hand_back, "ai"),
        ("ai", resolve, "resolved"),
        ("waiting", take_over, "human"),
        ("waiting", reply, "human"),
        ("waiting", hand_back, "ai"),
        ("waiting", resolve, "resolved"),
        ("human", take_over, "human"),
        ("human", reply, "human"),
        ("human", hand_back, "ai"),
        ("human", resolve, "resolved"),
        ("resolved", take_over, "human"),
        ("resolved", reply, "human"),
        ("resolved", hand_back, "ai"),
        ("resolved", resolve, "resolved"),
    ],
)
async def test_the_owner_changes_as_the_table_says_and_the_epoch_with_it_alone(
    house: House, owner: str, step: Step, after: str
) -> None:
    await owned(house, owner)
    before = await house.conversation()
    assert before.owner == owner
    await step(house)
    now = await house.conversation()
    assert now.owner == after
    assert now.epoch == before.epoch + (owner != after)


@every_step
async def test_a_step_whose_answer_was_lost_is_taken_once(house: House, step: Step) -> None:
    await owned(house, "waiting")
    house.db.lose = 1
    await step(house)
    assert (await house.conversation()).epoch == 2


@every_step
async def test_a_conversation_that_does_not_exist_is_not_found(house: House, step: Step) -> None:
    with pytest.raises(NotFound) as refused:
        await step(house)
    assert refused.value.code == "unknown_conversation"


@pytest.mark.parametrize("gate", ["opted_out", "blocked"])
@pytest.mark.parametrize("step", [take_over, hand_back, reply])
async def test_nobody_writes_to_who_opted_out_or_is_blocked(house: House, step: Step, gate: str) -> None:
    await owned(house, "human")
    await house.change(epoch=2, **{gate: True})
    before = await house.conversation()
    with pytest.raises(Conflict) as refused:
        await step(house)
    assert refused.value.code == gate
    assert await house.conversation() == before
    assert await house.outbound() == []


async def test_what_opted_out_can_be_resolved(house: House) -> None:
    await owned(house, "human")
    await house.change(opted_out=True, epoch=2)
    assert (await resolve(house)).owner is Owner.RESOLVED


async def test_a_contact_who_is_blocked_is_answered_by_nobody_and_what_is_written_waits_for_nobody(
    house: House,
) -> None:
    await owned(house, "human")
    blocked = await house.hands.block(house.conversation_id, blocked=True)
    assert (blocked.owner, blocked.blocked, blocked.open) == (Owner.RESOLVED, True, ())
    await house.answer(await house.text("And now?"))
    found = await house.conversation()
    assert (found.owner, found.episode, found.open) == (Owner.RESOLVED, 0, ())
    assert house.model.asked == []
    assert await house.pending() == set()


async def test_what_was_written_for_a_contact_is_not_sent_once_they_are_blocked(house: House) -> None:
    await owned(house, "ai")
    sent = await reply(house)
    await house.hands.block(house.conversation_id, blocked=True)
    await send(house, sent)
    assert (await house.message(sent.id)).state == "cancelled"


async def test_a_contact_who_is_blocked_no_more_is_answered_from_the_next_text_on(house: House) -> None:
    await owned(house, "ai")
    await house.hands.block(house.conversation_id, blocked=True)
    await house.text("While they are blocked")
    await house.answer()
    after = await house.hands.block(house.conversation_id, blocked=False)
    assert (after.owner, after.blocked, after.open) == (Owner.RESOLVED, False, ())
    house.say(PARKING)
    text = await house.text("Where can I park?")
    await house.answer(text)
    assert [message.covers for message in await house.outbound()] == [(text,)]
    assert await house.hands.block(house.conversation_id, blocked=False) == await house.conversation()


async def test_many_at_once_end_with_one_of_them(house: House) -> None:
    await owned(house, "ai")
    results = await asyncio.gather(
        *(house.hands.take_over(house.conversation_id, f"uid-{n}") for n in range(4)), return_exceptions=True
    )
    assert all(isinstance(result, Conversation | Unavailable) for result in results)
    now = await house.conversation()
    assert (now.owner, now.epoch) == ("human", 1)


# -- taking over


async def test_who_takes_over_twice_changes_nothing_the_second_time(house: House) -> None:
    await owned(house, "ai")
    await take_over(house)
    before = await house.conversation()
    assert (before.owned_by, before.owner_since is not None) == (ANN, True)
    await take_over(house)
    assert await house.conversation() == before


async def test_a_colleague_takes_it_from_the_first_one(house: House) -> None:
    await owned(house, "ai")
    await take_over(house)
    await take_over(house, BOB)
    now = await house.conversation()
    assert (now.owner, now.owned_by, now.epoch) == ("human", BOB, 1)


async def test_a_take_over_while_an_answer_is_written_drops_the_answer(house: House) -> None:
    text = await house.text(QUESTION)
    house.say(PARKING)
    house.meanwhile(lambda: take_over(house))
    await house.answer(text)
    assert await house.outbound() == []
    now = await house.conversation()
    assert (now.owner, now.open) == ("human", (text,))
    assert await house.pending() == {f"e-{house.conversation_id}"}  # the watch over a person


async def test_a_take_over_between_the_reading_and_the_claim_stops_the_claim(house: House) -> None:
    answer = await answered(house)
    house.before_claim.append(lambda: take_over(house))
    with pytest.raises(Unavailable):
        await send(house, answer)
    assert house.carrier.called == []
    await send(house, answer)
    assert (await house.message(answer.id)).state == "cancelled"


async def test_a_person_sees_to_what_was_parked(house: House) -> None:
    await owned(house, "ai")
    await house.change(parked="the assistant failed on this conversation several times", attempts=5)
    now = await take_over(house)
    assert (now.parked, now.attempts) == (None, 0)
    assert (await house.conversation()).parked is None


# -- handing back


async def test_handing_back_answers_what_was_left_open(house: House) -> None:
    text = await owned(house, "human")
    await house.answer(text)  # its own task finds a person there, and drops the work
    assert await house.pending() == {f"e-{house.conversation_id}"}  # the watch over a person
    await hand_back(house)
    assert await house.pending() == {f"a-{house.conversation_id}"}
    assert house.queue.of("answer")[-1].name.endswith(f"-a-{house.conversation_id}-e2")
    house.say(PARKING)
    await house.answer()
    (answer,) = await house.outbound()
    assert (answer.covers, answer.epoch) == ((text,), 2)


async def test_handing_back_with_nothing_left_answers_only_what_comes(house: House) -> None:
    await owned(house, "human")
    await house.answer()
    now = await hand_back(house, nothing_left=True)
    assert (now.owner, now.open, now.owned_by) == ("ai", (), None)
    assert await house.pending() == set()


async def test_a_hand_back_that_is_repeated_enqueues_under_the_same_name(house: House) -> None:
    await owned(house, "human")
    for _ in range(3):
        await hand_back(house)
    names = [task.name for task in house.queue.of("answer")]
    assert len(names) == len(set(names)) == 2


async def test_a_text_at_the_instant_of_a_hand_back_is_not_lost(house: House) -> None:
    text = await owned(house, "human")
    stale = await house.conversation()
    second = await house.text("And the pool?")
    assert stale.version != (await house.conversation()).version
    now = await hand_back(house)
    assert now.open == (text, second)


# -- resolving


async def test_a_text_after_the_end_is_a_new_episode_that_the_assistant_answers(house: House) -> None:
    await owned(house, "human")
    ended = await resolve(house)
    assert (ended.open, ended.owned_by) == ((), None)
    text = await house.text("One more thing")
    house.say(PARKING)
    await house.answer(text)
    now = await house.conversation()
    assert (now.owner, now.epoch, now.episode, now.owned_by) == ("ai", 3, 1, None)
    assert (await house.outbound())[-1].covers == (text,)


async def test_resolving_again_forgets_no_text_that_came_after(house: House) -> None:
    """The second click, or the repeat after a lost answer, was about the first end."""
    await owned(house, "ai")
    await resolve(house)
    text = await house.text("One more thing")
    await resolve(house)
    assert (await house.conversation()).open == (text,)


# -- replying


async def test_a_reply_is_queued_next_in_the_chain_and_covers_what_was_open(house: House) -> None:
    answer = await answered(house)
    await send(house, answer)
    text = await house.text("And the pool?")
    said = await reply(house)
    assert (said.author, said.by, said.kind, said.state) == ("person", ANN, "reply", "queued")
    assert (said.prev, said.covers, said.epoch) == (answer.id, (text,), 1)
    now = await house.conversation()
    assert (now.owner, now.owned_by, now.open, now.last_out) == ("human", ANN, (), said.id)
    assert f"s-{said.id}" in await house.pending()
    assert house.queue.of("send")[-1].name.endswith(f"-s-{said.id}")
    await send(house, said)
    assert house.carrier.called[-1].text == WORDS


async def test_a_reply_that_is_asked_for_again_is_the_same_message(house: House) -> None:
    await owned(house, "ai")
    said = {(await reply(house, request_id="r-1")).id for _ in range(3)}
    assert len(said) == len(await house.outbound()) == 1
    assert len({(await reply(house, by=by, request_id="r-1")).id for by in (ANN, BOB)}) == 2


async def test_a_reply_that_is_asked_for_again_after_an_opt_out_is_still_the_same(house: House) -> None:
    await owned(house, "ai")
    first = await reply(house, request_id="r-1")
    await house.change(opted_out=True, epoch=2)
    assert (await reply(house, request_id="r-1")).id == first.id


async def test_one_request_id_is_not_two_texts(house: House) -> None:
    await owned(house, "ai")
    await reply(house, request_id="r-1")
    with pytest.raises(Conflict) as refused:
        await reply(house, "Something else", request_id="r-1")
    assert refused.value.code == "request_id_used"


async def test_the_same_reply_asked_for_many_times_at_once_is_one_message(house: House) -> None:
    await owned(house, "ai")
    results = await asyncio.gather(*(reply(house, request_id="r-1") for _ in range(4)), return_exceptions=True)
    assert all(isinstance(result, Message | Unavailable) for result in results)
    assert len(await house.outbound()) == 1


async def test_a_reply_waits_for_what_is_on_its_way_and_cancels_what_is_not(house: House) -> None:
    answer = await answered(house)
    said = await reply(house)
    with pytest.raises(Unavailable):
        await send(house, said)
    await send(house, answer)
    assert (await house.message(answer.id)).state == "cancelled"
    await send(house, said)
    assert [called.text for called in house.carrier.called] == [WORDS]


async def test_a_colleagues_help_leaves_the_conversation_to_whose_it_is(house: House) -> None:
    await owned(house, "human")
    await reply(house, by=BOB)
    now = await house.conversation()
    assert (now.owned_by, now.epoch) == (ANN, 1)


async def test_an_opt_out_stops_a_persons_queued_reply_too(house: House) -> None:
    await owned(house, "ai")
    said = await reply(house)
    await house.change(opted_out=True, epoch=2)
    await send(house, said)
    assert (await house.message(said.id)).state == "cancelled"
    assert house.carrier.called == []


# -- sending again


async def failed(house: House) -> Message:
    answer = await answered(house)
    house.carrier.outcomes = [Refused("40310", "The number cannot get texts.")]
    await send(house, answer)
    return await house.message(answer.id)


async def resent(house: House, sent: Message) -> Message:
    return await house.message(await house.hands.resend(sent.id, ANN))


async def test_a_failed_message_is_sent_again_as_a_new_one(house: House) -> None:
    first = await failed(house)
    again = await resent(house, first)
    assert (again.text, again.resend_of, again.author, again.by) == (FIRST, first.id, "person", ANN)
    assert (again.prev, again.covers, again.language) == (first.id, (), first.language)
    await send(house, again)
    assert (await house.message(again.id)).state == "sent"
    assert (await house.message(first.id)).state == "failed"
    assert (await house.conversation()).owner == "ai"


async def test_an_unconfirmed_message_can_be_sent_again(house: House) -> None:
    answer = await answered(house)
    house.carrier.outcomes = [Unknown("timeout")]
    await send(house, answer)
    house.tick(seconds=REPORT_WAIT.total_seconds() + 61)
    await send(house, answer)
    again = await resent(house, answer)
    await send(house, again)
    assert (await house.message(again.id)).state == "sent"


async def test_a_message_is_sent_again_once(house: House) -> None:
    first = await failed(house)
    await resent(house, first)
    with pytest.raises(Conflict) as refused:
        await resent(house, first)
    assert refused.value.code == "already_resent"
    assert len(await house.outbound()) == 2


async def test_a_message_is_sent_again_once_by_many_at_once_and_when_the_answer_is_lost(house: House) -> None:
    first = await failed(house)
    house.db.lose = 1
    await asyncio.gather(*(resent(house, first) for _ in range(3)), return_exceptions=True)
    assert len(await house.outbound()) == 2


@pytest.mark.parametrize("state", ["queued", "sent", "delivered", "cancelled", "uncertain"])
async def test_what_has_not_failed_is_not_sent_again(house: House, state: str) -> None:
    answer = await answered(house)
    house.carrier.outcomes = [Unknown("timeout")] if state == "uncertain" else []
    if state == "cancelled":
        await take_over(house)
    if state != "queued":
        await send(house, answer)
    if state == "delivered":
        await house.report(answer, "delivered")
    assert (await house.message(answer.id)).state == state
    with pytest.raises(Conflict) as refused:
        await house.hands.resend(answer.id, ANN)
    assert refused.value.code == "not_resendable"


async def test_what_is_no_message_of_ours_is_not_sent_again(house: House) -> None:
    text = await house.text(QUESTION)
    for id in (text, NOBODYS):
        with pytest.raises(NotFound) as refused:
            await house.hands.resend(id, ANN)
        assert refused.value.code == "unknown_message"


async def test_nothing_is_sent_again_to_who_opted_out(house: House) -> None:
    first = await failed(house)
    await house.change(opted_out=True, epoch=1)
    with pytest.raises(Conflict) as refused:
        await house.hands.resend(first.id, ANN)
    assert refused.value.code == "opted_out"


async def test_a_confirmation_that_is_sent_again_does_not_pass_a_later_opt_out(house: House) -> None:
    await house.text(QUESTION)
    first = await stored(house, kind="confirmation", state="failed")
    again = await resent(house, first)
    assert again.kind == "notice"
    await house.change(opted_out=True, epoch=1)
    await send(house, again)
    assert (await house.message(again.id)).state == "cancelled"


async def test_another_tenants_conversation_is_not_found_and_not_touched(house: House, emulated: str) -> None:
    await owned(house, "ai")
    before = await house.conversation()
    other = await House(emulated).open()
    for step in (other.hands.take_over, lambda id, by: other.hands.reply(id, WORDS, by, request_id="r-1")):
        with pytest.raises(NotFound):
            await step(house.conversation_id, ANN)
    assert await house.conversation() == before


async def answered(house: House) -> Message:
    """An answer that waits to be sent."""
    text = await house.text(QUESTION)
    house.say(PARKING)
    await house.answer(text)
    return (await house.outbound())[-1]


async def stored(house: House, *, kind: str, state: str) -> Message:
    """A message of ours in a final state, as the pipeline would have left it."""
    of, id = await house.conversation(), secrets.token_hex(16)
    changes = Changes(house.db)
    draft = Draft(id=id, text="Done.", covers=(), epoch=of.epoch, kind=kind, author="system")
    changes.create_message(id, outbound(draft, of, SMS))
    await changes.commit()
    changes = Changes(house.db)
    changes.update_message(await house.message(id), {"state": state})
    await changes.commit()
    return await house.message(id)


async def test_an_answer_that_was_waiting_when_a_person_ended_it_is_ended_with_it(house: House) -> None:
    """Open again it would be nobody's: no work is left in a conversation that is over."""
    text = await house.text(QUESTION)
    house.say(PARKING)
    await house.answer(text)
    (answer,) = await house.outbound()
    await resolve(house)
    await send(house, answer)
    assert (await house.message(answer.id)).state == "cancelled"
    assert (await house.conversation()).open == ()
    assert await house.pending() == set()
