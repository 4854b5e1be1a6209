"""The verdict turns red for each thing that must not happen, and for nothing else."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.replay import SECOND
from tests.chaos.verdict import RULES, Verdict, judge

BASE = "projects/p/databases/(default)/documents/tenants/t"
C = "c1"


def value(content: Any) -> dict[str, Any]:
    match content:
        case None:
            return {"nullValue": None}
        case bool():
            return {"booleanValue": content}
        case int():
            return {"integerValue": str(content)}
        case list():
            return {"arrayValue": {"values": [value(item) for item in content]}}
        case dict():
            return {"mapValue": {"fields": {name: value(item) for name, item in content.items()}}}
        case _:
            return {"stringValue": content}


def inbound(id: str, status: str = "webhook_delivered") -> dict[str, Any]:
    return {"id": id, "direction": "inbound", "status": status, "idempotency_key": None, "provider": "telnyx"}


class Story:
    """Commits as the gate would write them down, one a second, and what the provider would say of them."""

    def __init__(self) -> None:
        self.commits: list[dict[str, Any]] = []
        self.texts: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.stored: dict[str, dict[str, dict[str, Any]]] = {"messages": {}, "conversations": {}, "pending": {}}
        self._clock = itertools.count(1)
        self.conversation(owner="ai", epoch=0, open=[])

    # -- what happens

    def text(self, id: str, *, stored: str | None = None, taken: bool = True, opens: bool = True) -> None:
        status = "webhook_delivered" if taken else "received"
        if id not in [text["id"] for text in self.texts]:
            self.texts.append(inbound(id, status))
        mid = stored or f"m-{id}"
        message = {"direction": "in", "provider_id": id, "conversation_id": C}
        self.commit(("messages", mid, message), *([self.change(open=[*self.open, mid])] if opens else []))

    def answer(self, mid: str, covers: list[str], **fields: Any) -> None:
        message = {"direction": "out", "conversation_id": C, "author": "assistant", "kind": "reply", "covers": covers}
        message |= {"epoch": self.stored["conversations"][C]["epoch"], "state": "queued", "attempt": 0, **fields}
        left = [id for id in self.open if id not in covers]
        self.commit(("messages", mid, message), self.change(open=left))

    def claim(self, mid: str) -> None:
        self.move(mid, "sending", claim={"id": f"claim {len(self.commits)}"})

    def accepted(self, mid: str, attempt: int = 0, provider: str = "telnyx") -> None:
        key = f"{mid}.{attempt}"
        self.calls.append({"at": next(self._clock) * SECOND, "key": key, "provider": provider})
        shown = {"id": f"p-{key}", "direction": "outbound", "status": "sent", "idempotency_key": key}
        self.texts.append(shown | {"provider": provider})

    def move(self, mid: str, state: str, **fields: Any) -> None:
        self.commit(("messages", mid, {**self.stored["messages"][mid], "state": state, **fields}))

    def sent(self, mid: str) -> None:
        self.claim(mid)
        self.accepted(mid)
        self.move(mid, "sent")

    def conversation(self, **fields: Any) -> None:
        self.commit(self.change(**fields))

    def change(self, **fields: Any) -> tuple[str, str, dict[str, Any]]:
        return "conversations", C, {**self.stored["conversations"].get(C, {}), **fields}

    @property
    def open(self) -> list[str]:
        return list(self.stored["conversations"][C]["open"])

    def commit(self, *writes: tuple[str, str, dict[str, Any]]) -> None:
        listed = []
        for collection, id, fields in writes:
            self.stored[collection][id] = fields
            shown = {name: value(content) for name, content in fields.items()}
            listed.append({"update": {"name": f"{BASE}/{collection}/{id}", "fields": shown}})
        self.commits.append({"at": f"{next(self._clock)}.000000000", "writes": listed})

    # -- how it is judged

    def verdict(self) -> Verdict:
        documents = {name: [{**f, "id": id} for id, f in found.items()] for name, found in self.stored.items()}
        evidence = {"texts": self.texts, "calls": self.calls, "commits": self.commits, "documents": {"t": documents}}
        return judge(evidence)

    def broken(self) -> set[str]:
        return {rule for rule, found in self.verdict().violations.items() if found}


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def answered(story: Story) -> Story:
    """A text and its answer."""
    story.text("1")
    story.answer("a", ["m-1"])
    story.sent("a")
    return story


# ── What may happen ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_text_that_is_answered_breaks_nothing(answered: Story) -> None:
    assert answered.broken() == set()
    assert answered.verdict().figures["texts answered"] == 1


def test_a_text_that_a_person_has_is_not_lost(story: Story) -> None:
    story.text("1")
    story.conversation(owner="human", epoch=1)
    assert story.broken() == set()
    assert story.verdict().figures["texts a person's"] == 1


def test_a_text_of_somebody_who_opted_out_is_not_lost(story: Story) -> None:
    story.text("1")
    story.conversation(opted_out=True, epoch=1)
    story.conversation(open=[])
    assert story.verdict().figures["texts opted out"] == 1
    assert story.broken() == set()


def test_a_text_that_is_parked_is_not_lost_though_later_ones_are_answered(story: Story) -> None:
    story.text("1")
    story.conversation(open=[], parked="nobody could")
    story.text("2")
    story.conversation(parked=None)
    story.answer("a", ["m-2"])
    story.sent("a")
    assert story.verdict().figures["texts parked"] == 1
    assert story.broken() == set()


def test_a_text_whose_answer_is_unconfirmed_is_not_lost(story: Story) -> None:
    story.text("1")
    story.answer("a", ["m-1"])
    story.claim("a")
    story.move("a", "uncertain")
    story.move("a", "unconfirmed")
    assert story.verdict().figures["texts unconfirmed"] == 1
    assert story.broken() == set()


def test_a_stop_and_a_start_are_words_and_not_texts_to_answer(story: Story) -> None:
    for id, opted_out in (("1", True), ("2", False)):
        fields = {"direction": "in", "provider_id": id, "conversation_id": C}
        epoch = story.stored["conversations"][C]["epoch"] + 1
        story.commit(("messages", f"m-{id}", fields), story.change(opted_out=opted_out, epoch=epoch))
        story.texts.append(inbound(id))
    assert story.verdict().figures["texts a consent word"] == 2
    assert story.broken() == set()


def test_a_refusal_for_now_is_the_next_attempt(story: Story) -> None:
    story.text("1")
    story.answer("a", ["m-1"])
    story.claim("a")
    story.move("a", "queued", attempt=1, claim=None)
    story.claim("a")
    story.accepted("a", 1)
    story.move("a", "delivered")
    assert story.broken() == set()


def test_a_refusal_for_good_is_the_next_attempt_through_the_other_line(story: Story) -> None:
    story.text("1")
    story.answer("a", ["m-1"])
    story.claim("a")
    story.move("a", "queued", attempt=1, claim=None, via="failover")
    story.claim("a")
    story.accepted("a", 1, "twilio")
    story.move("a", "sent")
    assert story.broken() == set()
    figures = story.verdict().figures
    assert (figures["messages failed over, and accepted"], figures["accepted by twilio"]) == (1, 1)


def test_one_call_that_was_claimed_may_be_accepted_after_a_stop(story: Story) -> None:
    story.text("1")
    story.answer("a", ["m-1"])
    story.claim("a")
    story.conversation(opted_out=True, epoch=1)
    story.accepted("a")
    story.move("a", "sent")
    assert story.broken() == set()


# ── What must not happen ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_text_that_is_not_stored_is_lost(answered: Story) -> None:
    answered.texts.append(inbound("2"))
    assert answered.broken() == {"lost"}


def test_a_text_that_is_open_and_nobodys_is_lost(answered: Story) -> None:
    answered.text("2")
    assert answered.broken() == {"lost"}


def test_a_text_that_vanished_from_what_is_open_is_lost(answered: Story) -> None:
    answered.text("2")
    answered.conversation(open=[])
    assert answered.broken() == {"lost"}


@pytest.mark.parametrize("state", ["queued", "sending", "uncertain"])
def test_a_text_whose_answer_is_not_settled_is_lost(answered: Story, state: str) -> None:
    answered.text("2")
    answered.answer("b", ["m-2"], state=state)
    assert answered.broken() == {"lost"}


def test_a_text_whose_answer_was_cancelled_and_that_was_not_opened_again_is_lost(answered: Story) -> None:
    answered.text("2")
    answered.answer("b", ["m-2"])
    answered.move("b", "cancelled")
    assert answered.broken() == {"lost"}


def test_a_failure_that_says_nothing_is_a_loss(answered: Story) -> None:
    answered.text("2")
    answered.answer("b", ["m-2"])
    answered.claim("b")
    answered.move("b", "failed")
    assert answered.broken() == {"lost"}


def test_a_text_that_was_never_taken_is_seen(answered: Story) -> None:
    answered.text("2", taken=False)
    answered.answer("b", ["m-2"])
    answered.sent("b")
    assert answered.broken() == {"never taken"}


def test_a_text_that_is_two_messages_is_stored_twice(story: Story) -> None:
    story.text("1")
    story.text("1", stored="m-copy")
    story.answer("a", ["m-1", "m-copy"])
    story.sent("a")
    assert story.broken() == {"stored twice"}


def test_a_text_that_two_answers_cover_is_answered_twice(answered: Story) -> None:
    answered.answer("b", ["m-1"])
    answered.sent("b")
    assert answered.broken() == {"answered twice"}


def test_a_second_answer_to_a_stored_copy_is_an_answer_twice(answered: Story) -> None:
    answered.text("1", stored="m-copy")
    answered.answer("b", ["m-copy"])
    answered.sent("b")
    assert answered.broken() == {"stored twice", "answered twice"}


def test_a_message_that_the_provider_accepted_twice_is_seen(answered: Story) -> None:
    answered.accepted("a", 1)
    assert answered.broken() == {"accepted twice"}


def test_a_message_that_two_providers_accepted_is_seen(answered: Story) -> None:
    answered.accepted("a", 1, "twilio")
    assert answered.verdict().violations["accepted twice"] == ["message a, by telnyx and twilio"]
    assert answered.broken() == {"accepted twice"}


@pytest.mark.parametrize("state", ["sent", "delivered"])
def test_a_message_that_is_stored_as_sent_and_that_nobody_accepted_is_seen(answered: Story, state: str) -> None:
    answered.text("2")
    answered.answer("b", ["m-2"])
    answered.claim("b")
    answered.move("b", state)
    assert answered.broken() == {"sent, accepted by nobody"}


def test_a_second_call_under_the_same_key_is_an_acceptance_twice(answered: Story) -> None:
    answered.calls.append({"at": 99 * SECOND, "key": "a.0", "provider": "telnyx"})
    assert "accepted twice" in answered.broken()


def test_a_claim_after_a_stop_is_seen(story: Story) -> None:
    story.text("1")
    story.answer("a", ["m-1"])
    story.conversation(opted_out=True, epoch=1)
    story.sent("a")
    assert story.broken() == {"claimed after STOP"}


def test_a_claim_after_a_stop_is_fine_for_the_confirmation(story: Story) -> None:
    story.conversation(opted_out=True, epoch=1)
    story.answer("a", [], kind="confirmation", author="system")
    story.sent("a")
    assert story.broken() == set()


@pytest.mark.parametrize("hands", [{"owner": "human", "epoch": 1}, {"owner": "ai", "epoch": 2}])
def test_a_claim_after_a_take_over_is_seen_though_the_person_has_handed_back(story: Story, hands: Any) -> None:
    story.text("1")
    story.answer("a", ["m-1"])
    story.conversation(**hands)
    story.sent("a")
    assert story.broken() == {"claimed after take-over"}


def test_a_second_acceptance_after_a_stop_is_seen(story: Story) -> None:
    for id, mid in (("1", "a"), ("2", "b")):
        story.text(id)
        story.answer(mid, [f"m-{id}"])
        story.claim(mid)
    story.conversation(opted_out=True, epoch=1)
    for mid in ("a", "b"):
        story.accepted(mid)
        story.move(mid, "sent")
    assert story.broken() == {"more than one accepted after STOP or take-over"}


def test_what_is_accepted_after_the_confirmation_is_seen(story: Story) -> None:
    story.text("1")
    story.answer("a", ["m-1"])
    story.claim("a")
    story.conversation(opted_out=True, epoch=1)
    story.answer("b", [], kind="confirmation", author="system")
    story.claim("b")
    story.accepted("b")
    story.accepted("a")
    for mid in ("a", "b"):
        story.move(mid, "sent")
    assert story.broken() == {"accepted after a confirmation", "out of order"}


def test_an_answer_that_overtakes_an_earlier_one_is_out_of_order(story: Story) -> None:
    for id, mid in (("1", "a"), ("2", "b")):
        story.text(id)
        story.answer(mid, [f"m-{id}"])
    story.sent("b")
    story.sent("a")
    assert story.broken() == {"out of order"}


def test_a_state_that_goes_down_is_seen(answered: Story) -> None:
    answered.move("a", "delivered")
    answered.move("a", "sent")
    assert answered.broken() == {"state went down"}


def test_work_that_is_left_is_seen(answered: Story) -> None:
    answered.commit(("pending", "s-a", {"kind": "send"}))
    assert answered.broken() == {"pending left"}


@pytest.mark.parametrize("state", ["queued", "cancelled"])
def test_an_accepted_message_that_is_stored_as_never_sent_is_seen(answered: Story, state: str) -> None:
    answered.stored["messages"]["a"]["state"] = state
    assert "records disagree" in answered.broken()


def test_a_record_of_commits_with_a_hole_proves_nothing(answered: Story) -> None:
    answered.stored["messages"]["unheard"] = {"direction": "out", "state": "sent"}
    assert answered.broken() == {"records disagree"}


def test_every_rule_is_broken_by_one_of_these_stories() -> None:
    source = Path(__file__).read_text()
    assert [rule for rule in RULES if source.count(f'"{rule}"') == 0] == []


def test_the_judge_imports_nothing_of_what_it_judges() -> None:
    code = "import sys, tests.chaos.verdict; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in ("shared", "functions", "local") if f"'{name}'" in ran.stdout]
