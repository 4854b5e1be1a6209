"""What the assistant hands back: a text, and effects that the answering commit writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.integrations.jackrabbit import Trimmed

MOST_SHOWN = 12  # classes below one answer


class Outcome(StrEnum):
    """ANSWERED; UNKNOWN: said that it does not know; HANDED_OFF: an honest text after failures, a person is needed."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    HANDED_OFF = "handed_off"


@dataclass(frozen=True, slots=True)
class AttachLink:
    """This link of the tenant's list goes to the number of the conversation. The answer's text carries it already."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class AskPerson:
    """A person is asked for. What the customer hears of it is said by code, not by the model."""

    reason: str  # "customer_asked"


@dataclass(frozen=True, slots=True)
class KeepLead:
    """Somebody to call back: kept once per conversation and content."""

    name: str
    wish: str


@dataclass(frozen=True, slots=True)
class ShowClasses:
    """The classes that the answer speaks of, as cards below it. Only a chat shows them."""

    classes: tuple[Trimmed, ...]


Effect = AttachLink | AskPerson | KeepLead | ShowClasses


def attached(effects: Iterable[Effect]) -> list[str]:
    """The URLs that effects put into an answer's text."""
    return [effect.url for effect in effects if isinstance(effect, AttachLink)]


def shown(effects: Iterable[Effect]) -> ShowClasses | None:
    """All classes that effects show, each once, as the last of them knows it."""
    classes = {one["id"]: one for effect in effects if isinstance(effect, ShowClasses) for one in effect.classes}
    return ShowClasses(tuple(classes.values())[:MOST_SHOWN]) if classes else None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of all calls that one answer took. `model`: the one whose turn ended it ("" if none was called)."""

    prompt_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` fits the channel and is never empty. `sources`: "fact:parking", "tool:get_classes", "link:register".

    `reason`: why it is not what the model said, in short words of our own; None for a plain answer.
    """

    text: str
    outcome: Outcome
    effects: tuple[Effect, ...]
    sources: tuple[str, ...]
    usage: Usage
    reason: str | None
    language: str
