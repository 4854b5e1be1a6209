"""Who texts what, and when: all of it follows from the seed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import Random

LINES = {  # whose numbers each business has, in the order of its list
    "testing-agency": ("telnyx",),
    "bss-cypress-spring": ("telnyx", "twilio"),
    "cp-marketing": ("telnyx", "twilio"),
}
TENANTS = tuple(LINES)
POINTS = (
    "before the receive commit",
    "between receive commit and enqueue",
    "during the model call",
    "between answer commit and send",
    "after the provider accepted",
)
WORDS = (
    "Where can I park?",
    "What should we bring?",
    "When are you open?",
    "Hola, gracias",
    "Do you sell car insurance?",
)


@dataclass(frozen=True, slots=True)
class Size:
    """`seconds` of traffic; `kills` at each point; `divisor` of the pipeline's waiting times."""

    texts: int
    conversations: int
    kills: int
    seconds: float
    divisor: int


LONG = Size(texts=5200, conversations=300, kills=20, seconds=600.0, divisor=6)
SHORT = Size(texts=300, conversations=30, kills=1, seconds=40.0, divisor=10)


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a customer, to the number at `provider`. `word`: STOP or START, "" for anything else; `answered`: by
    the provider itself."""

    id: str
    words: str
    word: str = ""
    answered: bool = False
    copies: int = 1
    after: float = 0.0  # seconds, after the one before
    again: float | None = None  # seconds later, the provider delivers it once more
    provider: str = "telnyx"


@dataclass(frozen=True, slots=True)
class Act:
    """What a customer does from `at` seconds on.

    kind        texts                                 meanwhile
    texts       one after the other, or all at once   nothing
    at_answer   one, and another                      the other arrives while the answer to the first is committed
    at_claim    one, and perhaps a STOP               while the answer is claimed: the STOP, or a person takes over
    take, give  none                                  a person takes over, or hands back
    """

    at: float
    kind: str
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """`plain`: nobody opts out or takes over."""

    tenant: str
    customer: str
    plain: bool
    outcome: str  # how the carrier ends our texts
    acts: tuple[Act, ...]


def text_id(provider: str, random: Random) -> str:
    """As the provider gives them to texts."""
    id = uuid.UUID(int=random.getrandbits(128))
    return f"SM{id.hex}" if provider == "twilio" else str(id)


class _Writer:
    def __init__(self, random: Random, numbers: count[int]) -> None:
        self._random = random
        self._numbers = numbers
        self._provider = "telnyx"

    def text(self, word: str = "", *, after: float = 0.0) -> Text:
        words = word or f"{self._random.choice(WORDS)} ({next(self._numbers)})"
        answered = bool(word) and self._random.random() < 0.5
        id = text_id(self._provider, self._random)
        return Text(id, words, word, answered, after=after, provider=self._provider)

    def act(self, at: float, *, plain: bool, lines: Sequence[str]) -> list[Act]:
        """All of its texts go to one number: a customer may write to the other one the next time."""
        self._provider = self._random.choice(lines)
        kinds = ["one", "one", "burst", "burst", "together", "twice", "later", "typing", "at_answer"]
        kind = self._random.choice(kinds if plain else [*kinds, "stop", "stop_at_claim", "take", "take_at_claim"])
        acts: list[Act] = getattr(self, f"_{kind}")(at)
        return acts

    def _one(self, at: float) -> list[Act]:
        return [Act(at, "texts", (self.text(),))]

    def _burst(self, at: float) -> list[Act]:
        first, *more = (self.text(after=self._random.uniform(0.02, 0.2)) for _ in range(self._random.randint(2, 5)))
        return [Act(at, "texts", (first, *more))]

    def _together(self, at: float) -> list[Act]:
        return [Act(at, "together", tuple(self.text() for _ in range(self._random.randint(2, 4))))]

    def _twice(self, at: float) -> list[Act]:
        return [Act(at, "texts", (replace(self.text(), copies=self._random.randint(2, 5)),))]

    def _later(self, at: float) -> list[Act]:
        return [Act(at, "texts", (replace(self.text(), again=self._random.uniform(0.5, 6.0)),))]

    def _typing(self, at: float) -> list[Act]:
        return [Act(at, "texts", tuple(self.text(after=0.12) for _ in range(self._random.randint(6, 10))))]

    def _at_answer(self, at: float) -> list[Act]:
        return [Act(at, "at_answer", (self.text(), self.text()))]

    def _stop(self, at: float) -> list[Act]:
        return [Act(at, "texts", (self.text(), self.text("STOP", after=self._random.uniform(0, 0.8)))), *self._back(at)]

    def _stop_at_claim(self, at: float) -> list[Act]:
        return [Act(at, "at_claim", (self.text(), self.text("STOP"))), *self._back(at)]

    def _back(self, at: float) -> list[Act]:
        """A text that nobody may answer; then most of them want to hear from us again, and ask something."""
        later = [Act(at + 2, "texts", (self.text(),))]
        if self._random.random() < 0.7:
            later.append(Act(at + 4, "texts", (self.text("START"), self.text(after=0.3))))
        return later

    def _take(self, at: float) -> list[Act]:
        return [Act(at, "texts", (self.text(),)), Act(at + self._random.uniform(0, 1), "take"), *self._given(at)]

    def _take_at_claim(self, at: float) -> list[Act]:
        return [Act(at, "at_claim", (self.text(),)), *self._given(at)]

    def _given(self, at: float) -> list[Act]:
        later = [Act(at + 2, "texts", (self.text(),))]
        if self._random.random() < 0.7:
            later += [Act(at + 4, "give"), Act(at + 5, "texts", (self.text(),))]
        return later


def plan(size: Size, seed: int) -> Sequence[Conversation]:
    """Every conversation of a run; together they have at least `size.texts` texts."""
    random = Random(f"conversations of {seed}")
    writer = _Writer(random, count(1))
    plain = [number % 5 < 3 for number in range(size.conversations)]
    acts: list[list[Act]] = [[] for _ in plain]
    written = 0
    while written < size.texts:
        for number, is_plain in enumerate(plain):
            new = writer.act(random.uniform(0, size.seconds), plain=is_plain, lines=LINES[_tenant(number)])
            acts[number] += new
            written += sum(len(act.texts) for act in new)
    return [_conversation(number, is_plain, acts[number], random) for number, is_plain in enumerate(plain)]


def _conversation(number: int, plain: bool, acts: list[Act], random: Random) -> Conversation:
    """Two neighbours are one customer at two businesses."""
    outcome = random.choices(("delivered", "silent", "delivery_failed"), (88, 8, 4))[0]
    ordered = tuple(sorted(acts, key=lambda act: act.at))
    return Conversation(_tenant(number), _number(number // 2), plain, outcome, ordered)


def _tenant(number: int) -> str:
    return TENANTS[number % len(TENANTS)]


def _number(customer: int) -> str:
    return f"+1{301 + customer // 100}55501{customer % 100:02d}"


def kills(size: Size, seed: int) -> Sequence[str]:
    """The points of all kills, in the order of the run."""
    order = list(POINTS) * size.kills
    Random(f"kills of {seed}").shuffle(order)
    return order
