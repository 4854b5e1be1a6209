"""What became of every text that came in, told from the commits alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from tests.chaos.replay import Change, Fields, Key, Step, World

Broken = Callable[[str, str], None]  # (rule, sentence)

RANK = {
    "queued": 0,
    "sending": 1,
    "uncertain": 2,
    "unconfirmed": 3,
    "sent": 4,
    "delivered": 5,
    "failed": 5,
    "cancelled": 5,
}
SETTLED = 3


class Fates:
    """Sees each step; afterwards `of` says what became of a text:

    answered, failed (visibly), unconfirmed, a person's, opted out, parked, a consent word, or lost.
    """

    def __init__(self, world: World, broken: Broken) -> None:
        self._world = world
        self._broken = broken
        self._last: dict[Key, str] = {}  # what happened to a text last
        self.covered_by: dict[Key, list[Key]] = defaultdict(list)

    def see(self, step: Step) -> None:
        made = [change for change in step.changes if change.key.collection == "messages" and change.before is None]
        covered = {id for change in made for id in (change.after or {}).get("covers", [])}
        for change in made:
            self._made(change, step)
        for change in step.changes:
            if change.key.collection == "conversations":
                self._conversation(change, covered)
            elif change.key.collection == "messages" and change.before is not None:
                self._moved(change)

    def answers_to(self, text: Key) -> set[str]:
        """Messages that cover it and were not cancelled."""
        return {key.id for key in self.covered_by[text] if self._world.get(key).get("state") != "cancelled"}

    def of(self, text: Key) -> str:
        return self._judged(text)[0]

    def why(self, text: Key) -> str:
        return self._judged(text)[1]

    def _judged(self, text: Key) -> tuple[str, str]:
        last = self._last.get(text, "nothing")
        if last == "open":
            return self._still_open(text)
        if last == "covered":
            return self._covered(text)
        if last in ("opted out", "parked", "a person's", "a consent word"):
            return last, ""
        return "lost", f"the last thing that happened to it is: {last}"

    def _still_open(self, text: Key) -> tuple[str, str]:
        conversation = self._conversation_of(text)
        if conversation.get("opted_out"):
            return "opted out", ""
        if conversation.get("owner", "ai") in ("human", "waiting"):
            return "a person's", ""
        return "lost", "it is open, and nobody's"

    def _covered(self, text: Key) -> tuple[str, str]:
        answers = [self._world.get(key) for key in self.covered_by[text]]
        states = [answer.get("state") for answer in answers]
        if "sent" in states or "delivered" in states:
            return "answered", ""
        if "unconfirmed" in states:
            return "unconfirmed", ""
        if any(answer.get("state") == "failed" and answer.get("error") for answer in answers):
            return "failed", ""
        return "lost", f"its answers are {states}"

    def _conversation_of(self, message: Key) -> Fields:
        return self._world.get(message.beside("conversations", self._world.get(message)["conversation_id"]))

    # -- events

    def _made(self, change: Change, step: Step) -> None:
        after = change.after or {}
        if after.get("direction") == "in":
            self._last[change.key] = "a consent word" if _changes_consent(step) else "stored, and not open"
        for id in after.get("covers", []):
            text = change.key.beside("messages", id)
            self.covered_by[text].append(change.key)
            self._last[text] = "covered"

    def _conversation(self, change: Change, covered: set[str]) -> None:
        before, after = change.before or {}, change.after or {}
        was, now = set(before.get("open") or []), set(after.get("open") or [])
        self._mark(change.key, now - was, "open")
        self._mark(change.key, was - now - covered, _why_gone(after))

    def _mark(self, beside: Key, texts: Iterable[str], what: str) -> None:
        for id in texts:
            self._last[beside.beside("messages", id)] = what

    def _moved(self, change: Change) -> None:
        before, after = change.before or {}, change.after or {}
        was, now = before.get("state"), after.get("state")
        if was is None or now is None or was == now:
            return
        again = (was, now) == ("sending", "queued") and after["attempt"] == before["attempt"] + 1
        if RANK[now] <= RANK[was] and not again:
            self._broken("state went down", f"message {change.key.id}: {was}, then {now}")
        if now == "cancelled":
            self._cancelled(change.key, after)

    def _cancelled(self, message: Key, fields: Fields) -> None:
        """What it covered is open again (then the same commit says so), or its customer has opted out."""
        conversation = self._conversation_of(message)
        texts = [message.beside("messages", id) for id in fields.get("covers", [])]
        for text in texts:
            if text.id not in (conversation.get("open") or []):
                closed = "a person's" if conversation.get("owner") == "resolved" else "its answer was cancelled"
                self._last[text] = "opted out" if conversation.get("opted_out") else closed


def _why_gone(conversation: Fields) -> str:
    if conversation.get("opted_out"):
        return "opted out"
    if conversation.get("owner", "ai") in ("human", "waiting", "resolved"):
        return "a person's"
    return "parked" if conversation.get("parked") else "vanished from what is open"


def _changes_consent(step: Step) -> bool:
    """The commit that stores a STOP or a START changes consent, or says once more what it was."""
    return any(
        change.key.collection == "conversations"
        and (change.before or {}).get("epoch", 0) != (change.after or {}).get("epoch", 0)
        for change in step.changes
    )
