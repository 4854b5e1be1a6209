"""What the assistant's unit tests share: a scripted model, a swim school, its class list."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shared.assistant import Answer, Assistant, Brief, Limits, Tools, Turn
from shared.assistant.model import (
    FinishReason,
    Model,
    ModelPart,
    ModelReply,
    ModelRequest,
    ModelTurn,
    Tokens,
    ToolCall,
)
from shared.assistant.prompt import Nonces
from shared.integrations.jackrabbit import JackrabbitUnavailable, Listing, Opening
from shared.store.settings import BusinessProfile, CustomerService, FactText, Link
from tests.unit.loopback import MovableClock

CANARY = "c4n4ry0123456789"
FETCHED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
REGISTER = Link("register", "Registration form", "https://swim.example/register")
POLICIES = Link("policies", "Our policies", "https://swim.example/policies?v=2")

PROFILE = BusinessProfile(
    name="Blue Swim",
    description="A swim school for children.",
    contact="281-555-0100 or desk@swim.example",
    facts=(
        FactText("parking", "Parking", "Free behind the building, 40 spaces."),
        FactText("fees", "Registration fee", "The registration fee is $45 per family and year."),
        FactText("hours", "Opening hours", "We are open from 9:00 to 18:30 on weekdays."),
    ),
    links=(REGISTER, POLICIES),
)
SERVICE = CustomerService(
    connected=True,
    model="gemini-first",
    fallback_model="gemini-second",
    tools=("get_classes", "send_link"),
    jackrabbit_org="545911",
)
GUPPY = Opening(7, "Guppy & Co", "Main Pool", ("tue",), "16:30", "17:00", 2, 85.0, 36, 71, ("Beginner",))
SHARK = Opening(8, "Sharks", "North", ("sat",), "09:00", "09:30", 1, 90.0, 96, 143, ("Advanced",))


@dataclass(frozen=True)
class Breaks:
    """A stream that ends in an error after these words."""

    text: str
    error: Exception


Scripted = ModelReply | Exception | Breaks | Callable[[ModelRequest], ModelReply]


def word_by_word(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+", text)


@dataclass
class ScriptedModel:
    """Says what it was told to, in order, at once or in `pieces`; remembers what it was asked, and what it had said."""

    script: list[Scripted]
    asked: list[ModelRequest] = field(default_factory=list)
    pieces: Callable[[str], list[str]] = word_by_word
    streamed: list[str] = field(default_factory=list)
    since: float = 0.0  # when the last piece was said
    closed: int = 0  # streams

    async def generate(self, request: ModelRequest) -> ModelReply:
        self.asked.append(request)
        said = self.script.pop(0)
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, ModelReply) else said(request)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart | ModelReply, None]:
        broken = self.script[0] if self.script and isinstance(self.script[0], Breaks) else None
        if broken:
            self.script[0] = says(broken.text)
        reply = await self.generate(request)
        try:
            for piece in self.pieces(reply.text):
                self.streamed.append(piece)
                self.since = time.perf_counter()
                yield ModelPart(piece, tokens=reply.tokens)
            if broken:
                raise broken.error
            if reply.calls:
                yield ModelPart("", calls=True)
            yield reply
        finally:
            self.closed += 1

    @property
    def models(self) -> list[str]:
        return [request.model for request in self.asked]


class ClassList:
    """Stands where Jackrabbit's cache stands; remembers who asked."""

    def __init__(self, *openings: Opening, stale: bool = False, broken: bool = False) -> None:
        self.openings = openings
        self.stale = stale
        self.broken = broken
        self.asked: list[tuple[str, str]] = []

    async def of(self, tenant: str, org_id: str, *, deadline: float = 8.0) -> Listing:
        self.asked.append((tenant, org_id))
        if self.broken:
            raise JackrabbitUnavailable("hangs")
        return Listing(self.openings, FETCHED, self.stale)


def says(text: str, finish: FinishReason = FinishReason.STOP) -> ModelReply:
    return ModelReply(text, (), finish, ModelTurn(object()), Tokens(100, 10, 5, 50))


def calls(*named: ToolCall, text: str = "", finish: FinishReason = FinishReason.STOP) -> ModelReply:
    return ModelReply(text, named, finish, ModelTurn(object()), Tokens(100, 10, 5, 50))


def call(name: str, identity: str = "fc_1", /, **args: object) -> ToolCall:
    return ToolCall(identity, name, args)


def brief(*texts: str, history: Iterable[Turn] = (), **changes: object) -> Brief:
    return replace(
        Brief(
            tenant="blue-swim",
            tenant_name="Blue Swim LLC",
            profile=PROFILE,
            service=SERVICE,
            channel="sms",
            language="en",
            now=datetime(2026, 11, 23, 15, 5, tzinfo=ZoneInfo("America/Chicago")),
            history=tuple(history),
            texts=texts,
            customer_address="+12815550142",
        ),
        **changes,
    )


TAKEN_BACK = "(taken back)"


@dataclass
class Reader:
    """Reads along: what happened in order, and what stands on the screen."""

    events: list[str] = field(default_factory=list)

    async def unit(self, text: str) -> None:
        self.events.append(text)

    async def took_back(self) -> None:
        self.events.append(TAKEN_BACK)

    @property
    def reads(self) -> str:
        taken = [place for place, event in enumerate(self.events, 1) if event == TAKEN_BACK]
        return "".join(self.events[taken[-1] if taken else 0 :])


@dataclass
class Bench:
    """An assistant on a scripted model."""

    script: list[Scripted]
    lists: ClassList = field(default_factory=lambda: ClassList(GUPPY, SHARK))
    limits: Limits = field(default_factory=Limits)
    clock: MovableClock = field(default_factory=MovableClock)
    pauses: list[float] = field(default_factory=list)
    instead: Model | None = None  # of the scripted one
    at_a_pause: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.model = ScriptedModel(self.script)
        self.assistant = Assistant(
            self.instead or self.model,
            Tools(self.lists),
            self.clock,
            self.limits,
            sleep=self._pause,
            nonces=lambda: Nonces(CANARY, "data-1234"),
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at_a_pause()

    async def streamed(self, *texts: str, reader: Reader, history: Iterable[Turn] = (), **changes: object) -> Answer:
        """As a visitor of a website has it."""
        asked = brief(*texts, history=history, **({"channel": "webchat"} | changes))
        return await self.assistant.answer(asked, reader)

    async def answer(self, *texts: str, history: Iterable[Turn] = (), **changes: object) -> Answer:
        return await self.assistant.answer(brief(*texts, history=history, **changes))
