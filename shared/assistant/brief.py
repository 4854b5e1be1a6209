"""Everything that one answer may know. Nothing in it comes from the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.assistant.form import NO_INTRODUCTION, Introduction, fit
from shared.assistant.model import Picture
from shared.assistant.moments import when
from shared.assistant.phrases import Phrase, introduction, sentence
from shared.opening_hours import Status, in_words, status
from shared.store.settings import BusinessProfile, CustomerService, FactText


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message. `author`: "customer", "assistant", "person" (of the business) or "system"."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Brief:
    """`tenant` comes from the verified session, and is what tools get: never an argument of theirs.

    `channel`: "sms", "webchat", "voice" or "email". `language`: BCP 47. `now`: aware, in the tenant's zone.
    `history`: oldest first, bounded by the caller, without `texts`. `texts`: the open texts to answer, oldest first.
    `customer_address`: the number (or address) at the other end of this conversation.
    `introduces`: nothing of ours is in the thread yet; the answer names the business and the way out (SMS alone).
    `pictures`: those of `texts` that can be shown, bounded by the caller.
    """

    tenant: str
    tenant_name: str
    profile: BusinessProfile
    service: CustomerService
    channel: str
    language: str
    now: datetime
    history: tuple[Turn, ...]
    texts: tuple[str, ...]
    customer_address: str
    introduces: bool = False
    pictures: tuple[Picture, ...] = ()

    @property
    def business(self) -> str:
        """The name that customers know."""
        return self.profile.name or self.tenant_name

    def introduction(self, language: str) -> Introduction:
        """What the text has to say besides the answer."""
        return introduction(self.business, language) if self.introduces else NO_INTRODUCTION

    def honest(self, phrase: Phrase, language: str) -> str:
        """A sentence of ours, as it will be sent: what no model has written."""
        is_now = self.hours
        opens = when(is_now.opens_at, self.now, language) if is_now and is_now.opens_at else ""
        contact = self.profile.contact
        said = sentence(phrase, language, self.business, contact, channel=self.channel, opens=opens)
        return fit(said, self.channel, (), self.introduction(language)).text

    @property
    def hours(self) -> Status | None:
        """Whether the business is open; None where it has told no hours."""
        told, zone = self.profile.hours, self.now.tzinfo
        return status(told, zone, self.now) if told is not None and zone is not None else None

    @property
    def opening_hours(self) -> tuple[FactText, ...]:
        """A fact that code writes; none where the business has told no hours."""
        told, zone = self.profile.hours, self.now.tzinfo
        if told is None or zone is None:
            return ()
        return (FactText("opening_hours", "Opening hours", in_words(told, zone, self.now)),)

    @property
    def told(self) -> Phrase:
        """What is said where a person was asked for. Who visits a site may be gone before somebody is there."""
        is_now = self.hours
        closed = is_now is not None and not is_now.open
        return Phrase.TOLD_CLOSED if closed and self.channel == "webchat" else Phrase.TOLD_WAITING

    @property
    def handed_off(self) -> Phrase:
        """What is said where a person is needed: that one was told, only where there is somebody to tell."""
        return self.told if self.service.handoff.notify else Phrase.HAND_OFF

    @property
    def question(self) -> str:
        return "\n".join(self.texts)
