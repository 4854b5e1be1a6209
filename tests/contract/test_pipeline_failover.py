"""Two lines of one tenant: the second takes over from a definite refusal of the first, once, and from nothing else."""

from __future__ import annotations

import pytest

from shared.channels.types import Accepted, DeliveryState, Outcome, Refused, StateReport, Unknown
from shared.conversations.senders import FAILOVER, line_used
from shared.conversations.sending import LATE
from shared.errors import Unavailable
from shared.store import settings_cache
from shared.store.changes import Changes
from shared.store.documents import Message
from shared.store.errors import Refused as RefusedByRules
from shared.store.provisioning import Provisioning
from shared.store.settings import SmsSettings
from tests.contract.pipeline_support import CUSTOMER, FIRST, OURS, PARKING, House

SECOND = "+12815550182"
SMS = {
    "provider": "telnyx",
    "number": OURS,
    "channel": "ch-1",
    "failover": {"provider": "twilio", "number": SECOND, "channel": "ch-2"},
}
UNREGISTERED = Refused("40010", "Your number is not registered.", ours=True)
NOT_NOW = Refused("10011", "Too many requests.", again=True)


@pytest.fixture
async def two_lines(house: House) -> House:
    await Provisioning(house.db).set_config("sms", SMS)
    settings_cache.forget()
    return house


async def queued(house: House) -> Message:
    text = await house.text("Where can I park?")
    house.say(PARKING)
    await house.answer(text)
    return (await house.outbound())[-1]


async def send(house: House, sent: Message, *outcomes: Outcome) -> Message:
    """The send task, as often as there are outcomes; the message after it."""
    house.carrier.outcomes = list(outcomes)
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            try:
                await house.sending.send(sent.id, house.conversation_id)
            except Unavailable:
                continue
        else:
            await house.sending.send(sent.id, house.conversation_id)
    return await house.message(sent.id)


async def hear(house: House, sent: Message, state: str, provider: str, ours: str, id: str = "SM1") -> Message:
    reference = (await house.message(sent.id)).reference
    await house.reporting.record(StateReport(provider, id, reference, ours, CUSTOMER, DeliveryState(state)))
    return await house.message(sent.id)


async def test_a_number_that_is_refused_for_good_hands_over_to_the_second_one(two_lines: House) -> None:
    reply = await queued(two_lines)
    refused = await send(two_lines, reply, UNREGISTERED)
    assert (refused.state, refused.attempt, refused.via, refused.claim) == ("queued", 1, FAILOVER, None)
    assert refused.error_code == "40010"
    sent = await send(two_lines, reply, Accepted("SM1"))
    assert (sent.state, sent.provider_id, sent.error_code) == ("sent", "SM1", None)
    first, second = two_lines.carrier.called
    assert (first.sender, first.status_url) == (OURS, "https://functions.example/telnyx/ch-1")
    assert (second.sender, second.status_url) == (SECOND, "https://functions.example/twilio/ch-2")
    assert (second.reference, second.text) == (f"{reply.id}.1.0", FIRST)
    assert await two_lines.pending() == set()


async def test_the_second_line_has_nobody_behind_it(two_lines: House) -> None:
    reply = await queued(two_lines)
    failed = await send(two_lines, reply, UNREGISTERED, UNREGISTERED)
    assert (failed.state, failed.attempt, failed.via) == ("failed", 1, FAILOVER)
    assert await two_lines.pending() == set()


async def test_not_now_three_times_is_enough(two_lines: House) -> None:
    reply = await queued(two_lines)
    twice = await send(two_lines, reply, NOT_NOW, NOT_NOW)
    assert (twice.attempt, twice.via) == (2, None)
    third = await send(two_lines, reply, NOT_NOW)
    assert (third.state, third.attempt, third.via) == ("queued", 3, FAILOVER)


async def test_what_we_were_too_slow_for_ourselves_is_no_refusal_of_theirs(two_lines: House) -> None:
    reply = await queued(two_lines)
    late = Refused(LATE, "too late", again=True)
    assert (await send(two_lines, reply, late, late, late, late)).via is None


@pytest.mark.parametrize(
    "outcome",
    [
        Refused("40310", "Not a number that can get texts."),
        Refused("40300", "The customer opted out.", opted_out=True),
        Refused("99999", "?"),
    ],
)
async def test_a_refusal_about_the_customer_or_the_text_is_final(two_lines: House, outcome: Refused) -> None:
    reply = await queued(two_lines)
    failed = await send(two_lines, reply, outcome)
    assert (failed.state, failed.attempt, failed.via) == ("failed", 0, None)


async def test_a_silence_never_fails_over(two_lines: House) -> None:
    reply = await queued(two_lines)
    silent = await send(two_lines, reply, Unknown("timeout"))
    assert (silent.state, silent.attempt, silent.via) == ("uncertain", 0, None)


async def test_without_a_second_line_a_refusal_is_a_failure(house: House) -> None:
    reply = await queued(house)
    failed = await send(house, reply, UNREGISTERED)
    assert (failed.state, failed.via) == ("failed", None)


async def test_what_goes_out_through_the_second_line_anyway_has_no_other(two_lines: House) -> None:
    await two_lines.text("Where can I park?")
    await two_lines.change(our_address=SECOND)
    two_lines.say(PARKING)
    await two_lines.answer()
    (reply,) = await two_lines.outbound()
    assert (reply.provider, reply.sender, reply.channel_id) == ("twilio", SECOND, "ch-2")
    assert (await send(two_lines, reply, UNREGISTERED)).state == "failed"


async def test_a_conversation_with_a_number_that_is_ours_no_more_goes_on_through_the_first(two_lines: House) -> None:
    await two_lines.text("Where can I park?")
    await two_lines.change(our_address="+12815550199", channel_id="gone")
    two_lines.say(PARKING)
    await two_lines.answer()
    (reply,) = await two_lines.outbound()
    assert (reply.provider, reply.sender, reply.channel_id) == ("telnyx", OURS, "ch-1")


async def test_a_report_counts_only_from_the_line_that_was_used(two_lines: House) -> None:
    reply = await queued(two_lines)
    await send(two_lines, reply, UNREGISTERED, Accepted("SM1"))
    for provider, ours in (("telnyx", OURS), ("twilio", OURS), ("telnyx", SECOND)):
        assert (await hear(two_lines, reply, "failed", provider, ours)).state == "sent"
    assert (await hear(two_lines, reply, "failed", "twilio", SECOND, id="SM2")).state == "sent"
    assert (await hear(two_lines, reply, "delivered", "twilio", SECOND)).state == "delivered"


async def test_a_report_of_the_second_line_does_not_count_before_it_was_used(two_lines: House) -> None:
    reply = await queued(two_lines)
    await send(two_lines, reply, Unknown("timeout"))
    assert (await hear(two_lines, reply, "delivered", "twilio", SECOND)).state == "uncertain"


async def test_a_failure_of_the_first_line_that_comes_late_is_of_an_earlier_attempt(two_lines: House) -> None:
    reply = await queued(two_lines)
    await send(two_lines, reply, UNREGISTERED)
    report = StateReport("twilio", "SM1", reply.reference, SECOND, CUSTOMER, DeliveryState.FAILED)
    await two_lines.reporting.record(report)
    assert (await two_lines.message(reply.id)).state == "queued"


async def test_an_opt_out_between_refusal_and_the_second_line_stops_the_second_line(two_lines: House) -> None:
    reply = await queued(two_lines)
    await send(two_lines, reply, UNREGISTERED)
    await two_lines.change(opted_out=True, epoch=1)
    await two_lines.sending.send(reply.id, two_lines.conversation_id)
    assert (await two_lines.message(reply.id)).state == "cancelled"
    assert len(two_lines.carrier.called) == 1


async def test_a_refusal_whose_recording_was_lost_on_the_way_fails_over_once(two_lines: House) -> None:
    reply = await queued(two_lines)

    async def refused() -> Outcome:
        two_lines.db.lose = 1
        return UNREGISTERED

    two_lines.carrier.outcomes = [refused]
    with pytest.raises(Unavailable):
        await two_lines.sending.send(reply.id, two_lines.conversation_id)
    now = await two_lines.message(reply.id)
    assert (now.state, now.attempt, now.via) == ("queued", 1, FAILOVER)


async def test_the_rules_let_nobody_change_the_line_of_a_message_in_passing(two_lines: House) -> None:
    reply = await queued(two_lines)
    changes = Changes(two_lines.db)
    changes.update_message(reply, {"state": "sending", "via": FAILOVER})
    with pytest.raises(RefusedByRules):
        await changes.commit()


@pytest.mark.parametrize(
    ("sender", "provider", "via", "used"),
    [
        (OURS, "telnyx", None, OURS),
        (SECOND, "twilio", None, SECOND),
        (OURS, "telnyx", FAILOVER, SECOND),
        ("+12815550199", "telnyx", None, OURS),
        ("+12815550199", "twilio", None, None),
        (OURS, "vonage", None, None),
        (OURS, "", None, None),
    ],
)
def test_the_line_of_a_message(sender: str, provider: str, via: str | None, used: str | None) -> None:
    """A message of a line that the tenant has no more, at a provider that it has left, goes nowhere."""
    fields = {"sender": sender, "provider": provider, "via": via}
    line = line_used(SmsSettings.parse(SMS), Message.parse("m", None, fields))
    assert (line.number if line else None) == used


def test_a_message_that_failed_over_to_a_line_that_is_gone_goes_nowhere() -> None:
    alone = SmsSettings.parse({**SMS, "failover": None})
    assert line_used(alone, Message.parse("m", None, {"sender": OURS, "provider": "telnyx", "via": FAILOVER})) is None


@pytest.mark.parametrize("failover", [None, {}, {"provider": "twilio"}, {"number": SECOND}, "x", ["x"]])
def test_a_second_line_without_provider_or_number_is_none(failover: object) -> None:
    sms = SmsSettings.parse({**SMS, "failover": failover})
    assert sms.failover is None
    assert sms.line_of(SECOND) is sms.primary
