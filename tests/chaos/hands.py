"""Who may speak, and in which order it was spoken: claims and acceptances against consent and take-over."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.chaos.replay import Change, Fields, Key, Step, World

Broken = Callable[[str, str], None]  # (rule, sentence)


@dataclass(frozen=True, slots=True)
class Hand:
    """From when on a conversation was in which hands."""

    since: int
    owner: str
    opted_out: bool
    epoch: int

    def forbids(self, message: Fields) -> str | None:
        """The rule that a claim of this message breaks now, if any."""
        if self.opted_out and message["kind"] != "confirmation":
            return "claimed after STOP"
        if message["author"] == "assistant" and (self.owner != "ai" or message["epoch"] != self.epoch):
            return "claimed after take-over"
        return None


class Hands:
    def __init__(self, world: World, broken: Broken) -> None:
        self._world = world
        self._broken = broken
        self._history: dict[Key, list[Hand]] = defaultdict(list)
        self._made: dict[Key, int] = {}

    def see(self, step: Step) -> None:
        for change in step.changes:
            if change.key.collection == "messages" and change.before is None:
                self._made[change.key] = step.at
            elif change.key.collection == "messages" and _is_claim(change):
                self._claimed(change)
        for change in step.changes:  # a claim is judged by the hands that were there before its own commit
            if change.key.collection == "conversations" and change.after is not None:
                self._changed(change.key, _hand(step.at, change.after))

    def changes(self) -> dict[str, int]:
        """How often somebody opted out, and how often a person took over."""
        pairs = [pair for known in self._history.values() for pair in pairwise(known)]
        return {
            "opt-outs": sum(now.opted_out and not was.opted_out for was, now in pairs),
            "take-overs": sum(now.owner == "human" and was.owner != "human" for was, now in pairs),
        }

    def judge(self, arrivals: Sequence[tuple[int, Key]]) -> None:
        """`arrivals`: the accepted messages, by when the provider was called for them."""
        spoken: dict[Key, list[tuple[int, Key]]] = defaultdict(list)
        for at, message in sorted(arrivals, key=lambda one: one[0]):
            spoken[self._conversation_of(message)].append((at, message))
        for conversation, heard in spoken.items():
            self._judge_order([message for _, message in heard])
            self._judge_late(conversation, heard)
            self._judge_confirmations(conversation, heard)

    def _changed(self, conversation: Key, now: Hand) -> None:
        known = self._history[conversation]
        if not known or (known[-1].owner, known[-1].opted_out, known[-1].epoch) != (
            now.owner,
            now.opted_out,
            now.epoch,
        ):
            known.append(now)

    def _claimed(self, change: Change) -> None:
        conversation, after = self._conversation_of(change.key), change.after or {}
        known = self._history[conversation]
        rule = known[-1].forbids(after) if known else None
        if rule is not None:
            self._broken(rule, f"message {change.key.id} of conversation {conversation.id}")

    def _judge_order(self, heard: Sequence[Key]) -> None:
        for earlier, later in pairwise(heard):
            if self._made[earlier] > self._made[later]:
                self._broken("out of order", f"message {later.id} was written before {earlier.id}, and accepted after")

    def _judge_late(self, conversation: Key, heard: Sequence[tuple[int, Key]]) -> None:
        """A call that was claimed already may come after a STOP or a take-over: one, not two."""
        late: dict[Hand, int] = defaultdict(int)
        for at, message in heard:
            hand = self._at(conversation, at)
            if hand is not None and hand.forbids(self._world.get(message)):
                late[hand] += 1
        for hand, times in late.items():
            if times > 1:
                self._broken("more than one accepted after STOP or take-over", f"{times} of {conversation.id}: {hand}")

    def _judge_confirmations(self, conversation: Key, heard: Sequence[tuple[int, Key]]) -> None:
        confirmed: int | None = None  # in which epoch the last STOP was confirmed
        for at, message in heard:
            kind, hand = self._world.get(message)["kind"], self._at(conversation, at)
            if hand is None or not hand.opted_out:
                confirmed = None
            elif confirmed is not None and (kind != "confirmation" or hand.epoch == confirmed):
                self._broken("accepted after a confirmation", f"message {message.id} of {conversation.id}")
            if kind == "confirmation" and hand is not None:
                confirmed = hand.epoch

    def _at(self, conversation: Key, at: int) -> Hand | None:
        known = self._history[conversation]
        place = bisect_right([hand.since for hand in known], at)
        return known[place - 1] if place else None

    def _conversation_of(self, message: Key) -> Key:
        return message.beside("conversations", self._world.get(message)["conversation_id"])


def _is_claim(change: Change) -> bool:
    before, after = change.before or {}, change.after or {}
    claim = after.get("claim") or {}
    return after.get("state") == "sending" and claim.get("id") != (before.get("claim") or {}).get("id")


def _hand(at: int, conversation: Fields) -> Hand:
    owner, epoch = conversation.get("owner") or "ai", conversation.get("epoch") or 0
    return Hand(at, owner, bool(conversation.get("opted_out")), epoch)
