"""When a message may go out, at three in the morning in Texas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.conversations.gates import allowed_at, not_allowed
from shared.conversations.timers import DIRECT_FOR
from shared.store.documents import Conversation, Message, Owner
from shared.store.reading import Settings
from shared.store.settings import BusinessProfile, CustomerService, SmsSettings, TenantFacts

NIGHT = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)  # 3:00 in Chicago
MORNING = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
SETTINGS = Settings(TenantFacts(time_zone="America/Chicago"), BusinessProfile(), CustomerService(), SmsSettings())


def heard(ago: timedelta | None, **fields: object) -> Conversation:
    at = None if ago is None else NIGHT - ago
    return Conversation("c", NIGHT, address="+12815550101", last_inbound_at=at, **fields)  # type: ignore[arg-type]


def message(kind: str = "reply", author: str = "assistant") -> Message:
    return Message("m", NIGHT, "c", "out", "sms", author, "words", "+12817679141", "+12815550101", kind=kind)


@pytest.mark.parametrize("author", ["assistant", "person", "system"])
def test_what_nobody_has_just_asked_for_waits_whoever_wrote_it(author: str) -> None:
    assert allowed_at(message(author=author), heard(timedelta(hours=5)), SETTINGS, NIGHT) == MORNING
    assert allowed_at(message(author=author), heard(None), SETTINGS, NIGHT) == MORNING


def test_an_answer_within_the_hour_goes_out_at_any_hour_and_not_a_second_later() -> None:
    assert allowed_at(message(), heard(DIRECT_FOR - timedelta(seconds=1)), SETTINGS, NIGHT) is None
    assert allowed_at(message(), heard(DIRECT_FOR), SETTINGS, NIGHT) == MORNING


def test_a_confirmation_and_what_staff_are_told_go_out_at_any_hour() -> None:
    assert allowed_at(message("confirmation", "system"), heard(None), SETTINGS, NIGHT) is None
    assert allowed_at(message("notice", "system"), heard(None, about=("c2",)), SETTINGS, NIGHT) is None


def test_by_day_everything_goes_out() -> None:
    assert allowed_at(message(), heard(None), SETTINGS, MORNING) is None


def test_a_person_may_not_text_who_opted_out_or_is_blocked_either() -> None:
    assert not_allowed(message(author="person"), heard(None, opted_out=True)) is not None
    assert not_allowed(message(author="person"), heard(None, blocked=True)) is not None
    assert not_allowed(message(author="person"), heard(None, owner=Owner.HUMAN)) is None
