"""Nothing lost, nothing twice: judged from what others wrote down, `python -m tests.chaos.verdict EVIDENCE.json`.

The evidence is the providers' own record of texts and calls, the commits that the database made, and the documents that
are in it at the end. Nothing of the project is imported here: the judge must not share a mistake with the judged.

    {"texts": [the providers' /__messages, with "provider", and "idempotency_key" also where it has none of its own],
     "calls": [{"at", "key", "provider"}: calls to send as they arrived],
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
    "sent, accepted by nobody",
    "claimed after STOP",
    "claimed after take-over",
    "more than one accepted after STOP or take-over",
    "accepted after a confirmation",
    "out of order",
    "state went down",
    "pending left",
    "records disagree",
)

NOT_TO_ANSWER = ("a consent word", "opted out", "a person's")  # fates; all others should have had an answer


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
        self._to_answer: Counter[str] = Counter()
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
        if fate not in NOT_TO_ANSWER:
            self._to_answer["texts to answer"] += 1
            self._to_answer["texts to answer, with an answer accepted"] += bool(self._covering(copies) & accepted)
        if fate == "lost":
            self._broken("lost", f"text {id}: {self._fates.why(copies[0]) if copies else 'it is not stored'}")
        return fate

    def _covering(self, copies: Sequence[Key]) -> set[str]:
        return {key.id for copy in copies for key in self._fates.covered_by[copy]}

    # -- texts that went out

    def _judge_acceptances(self) -> None:
        acceptances: dict[str, list[str]] = defaultdict(list)
        for text in self._accepted:
            acceptances[_id(text)].append(text["provider"])
        for id, providers in acceptances.items():
            if len(providers) > 1:
                self._broken("accepted twice", f"message {id}, by {' and '.join(providers)}")
        for key, times in Counter(call["key"] for call in self._evidence["calls"]).items():
            if times > 1:
                self._broken("accepted twice", f"{times} calls as {key}")
        for key, message in self._messages.items():
            if message.get("state") in ("sent", "delivered") and key.id not in acceptances:
                self._broken("sent, accepted by nobody", f"message {key.id} is {message['state']}")
        for id in acceptances:
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
                **self._to_answer,
                "conversations": len(self._world.of("conversations")),
                "tenants": len(self._evidence["documents"]),
                "commits": len(self._evidence["commits"]),
                **self._hands.changes(),
                **{f"accepted by {name}": count for name, count in sorted(self._by_provider().items())},
                "messages": len(out),
                "messages failed over": len(self._failed_over()),
                "messages failed over, and accepted": len(self._failed_over() & set(map(_id, self._accepted))),
                **dict(sorted(states.items())),
            }
        )

    def _by_provider(self) -> Counter[str]:
        return Counter(text["provider"] for text in self._accepted)

    def _failed_over(self) -> set[str]:
        return {key.id for key, message in self._messages.items() if message.get("via") == "failover"}


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
