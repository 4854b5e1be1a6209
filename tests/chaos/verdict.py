"""Nothing lost, nothing twice: judged from what others wrote down, `python -m tests.chaos.verdict EVIDENCE.json`.

The evidence is the provider's own record of texts and calls, the commits that the database made, and the documents that
are in it at the end. Nothing of the project is imported here: the judge must not share a mistake with the judged.

    {"texts": [Telnyx's /__messages], "calls": [{"at", "key"}: calls of POST /messages as they arrived],
     "commits": [the gate's /__commits],
     "documents": {tenant: {"messages" | "conversations" | "pending": [fields, id]}}}
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.fates import Fates
from tests.chaos.hands import Hands
from tests.chaos.replay import Fields, Key, World

RULES = (
    "lost",
    "never taken",
    "stored twice",
    "answered twice",
    "accepted twice",
    "claimed after STOP",
    "claimed after take-over",
    "more than one accepted after STOP or take-over",
    "accepted after a confirmation",
    "out of order",
    "state went down",
    "pending left",
    "records disagree",
)


@dataclass(frozen=True)
class Verdict:
    """Each rule's violations, in words, and figures to know."""

    violations: dict[str, list[str]] = field(default_factory=lambda: {rule: [] for rule in RULES})
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not any(self.violations.values())

    def sentences(self) -> list[str]:
        return [f"{rule}: {one}" for rule, found in self.violations.items() for one in found]


class Judge:
    """Judges one run."""

    def __init__(self, evidence: Mapping[str, Any]) -> None:
        self.verdict = Verdict()
        self._evidence = evidence
        self._world = World()
        self._fates = Fates(self._world, self._broken)
        self._hands = Hands(self._world, self._broken)
        for step in self._world.steps(evidence["commits"]):
            self._fates.see(step)
            self._hands.see(step)
        self._messages = self._world.of("messages")
        self._by_id = {key.id: key for key in self._messages}
        self._inbound = [text for text in evidence["texts"] if text["direction"] == "inbound"]
        self._accepted = [text for text in evidence["texts"] if text["direction"] == "outbound"]

    def judge(self) -> Verdict:
        self._judge_texts()
        self._judge_acceptances()
        self._hands.judge(self._arrivals())
        self._judge_end()
        self._count()
        return self.verdict

    def _broken(self, rule: str, sentence: str) -> None:
        self.verdict.violations[rule].append(sentence)

    # -- texts that came in

    def _judge_texts(self) -> None:
        stored: dict[str, list[Key]] = defaultdict(list)
        for key, message in self._messages.items():
            if message["direction"] == "in":
                stored[message["provider_id"]].append(key)
        fates: Counter[str] = Counter()
        accepted = {_id(text) for text in self._accepted}
        for text in self._inbound:
            fates[self._judge_text(text, stored.get(text["id"], []), accepted)] += 1
        self.verdict.figures.update({f"texts {fate}": count for fate, count in sorted(fates.items())})

    def _judge_text(self, text: Fields, copies: Sequence[Key], accepted: set[str]) -> str:
        """What became of it, in a word."""
        id = text["id"]
        if text["status"] != "webhook_delivered":
            self._broken("never taken", f"text {id} was never answered with 200")
        if len(copies) > 1:
            self._broken("stored twice", f"text {id} is {len(copies)} messages")
        answers = {answer for copy in copies for answer in self._fates.answers_to(copy)}
        if len(answers) > 1 or len(self._covering(copies) & accepted) > 1:
            self._broken("answered twice", f"text {id} is covered by {len(answers)} answers")
        fate = self._fates.of(copies[0]) if copies else "lost"
        if fate == "lost":
            self._broken("lost", f"text {id}: {self._fates.why(copies[0]) if copies else 'it is not stored'}")
        return fate

    def _covering(self, copies: Sequence[Key]) -> set[str]:
        return {key.id for copy in copies for key in self._fates.covered_by[copy]}

    # -- texts that went out

    def _judge_acceptances(self) -> None:
        for id, times in Counter(map(_id, self._accepted)).items():
            if times > 1:
                self._broken("accepted twice", f"message {id}, {times} times")
        for key, times in Counter(call["key"] for call in self._evidence["calls"]).items():
            if times > 1:
                self._broken("accepted twice", f"{times} calls as {key}")
        for id in map(_id, self._accepted):
            message = self._world.get(self._by_id[id]) if id in self._by_id else {}
            given_up = message.get("state") == "failed" and (message.get("error") or {}).get("code") == "parked"
            if given_up or message.get("state") in (None, "queued", "cancelled"):
                self._broken("records disagree", f"message {id} was accepted, but is stored as {message.get('state')}")

    def _arrivals(self) -> list[tuple[int, Key]]:
        """Accepted messages by when the provider was called for them."""
        accepted = {text["idempotency_key"] for text in self._accepted}
        calls = [(call["at"], call["key"]) for call in self._evidence["calls"] if call["key"] in accepted]
        return [(at, self._by_id[_of(key)]) for at, key in calls if _of(key) in self._by_id]

    # -- how it ended

    def _judge_end(self) -> None:
        for tenant, found in self._evidence["documents"].items():
            for pending in found["pending"]:
                self._broken("pending left", f"{tenant}: {pending['id']}")
            self._compare(tenant, "messages", found["messages"], "state")
            self._compare(tenant, "conversations", found["conversations"], "open")

    def _compare(self, tenant: str, collection: str, found: Sequence[Fields], name: str) -> None:
        """The record of commits is whole: replayed, it is what is stored."""
        replayed = {k.id: v for k, v in self._world.of(collection).items() if k.tenant == tenant}
        stored = {document["id"]: document for document in found}
        for id in sorted(replayed.keys() ^ stored.keys()):
            self._broken("records disagree", f"{collection}/{id} is in one record only")
        for id in sorted(replayed.keys() & stored.keys()):
            if replayed[id].get(name) != stored[id].get(name):
                self._broken("records disagree", f"{collection}/{id}: another '{name}' is stored than was committed")

    def _count(self) -> None:
        out = [message for message in self._messages.values() if message["direction"] == "out"]
        states = Counter(f"messages {message['state']}" for message in out)
        self.verdict.figures.update(
            {
                "texts": len(self._inbound),
                "conversations": len(self._world.of("conversations")),
                "tenants": len(self._evidence["documents"]),
                "commits": len(self._evidence["commits"]),
                **self._hands.changes(),
                "accepted by the provider": len(self._accepted),
                "messages": len(out),
                **dict(sorted(states.items())),
            }
        )


def _id(text: Fields) -> str:
    return _of(text["idempotency_key"] or "?")


def _of(idempotency_key: str) -> str:
    """The message of a key "{message}.{attempt}"."""
    return idempotency_key.partition(".")[0]


def judge(evidence: Mapping[str, Any]) -> Verdict:
    return Judge(evidence).judge()


def main() -> int:
    verdict = judge(json.loads(Path(sys.argv[1]).read_text()))
    print("\n".join(f"{what:<40} {count}" for what, count in verdict.figures.items()))
    print("\n".join(verdict.sentences()) or "Nothing lost, nothing twice.")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
