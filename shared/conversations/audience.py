"""Whoever waits before a screen for an answer, and is told what becomes of it while it is made."""

from __future__ import annotations

from typing import Protocol

from shared.conversations.drafts import Draft
from shared.store.documents import Conversation


class Audience(Protocol):
    """None of these may raise: nobody's screen is a reason to lose an answer."""

    @property
    def has_heard(self) -> bool:
        """Whether units were said and not taken back."""
        ...

    def began(self) -> None:
        """The assistant is at it."""
        ...

    async def unit(self, text: str) -> None:
        """One more guarded piece of the answer (`shared.assistant.speech`)."""
        ...

    async def took_back(self) -> None:
        """The pieces so far are no answer: forget them."""
        ...

    def wrote(self, draft: Draft, of: Conversation) -> None:
        """This is committed."""
        ...

    def silent(self, of: Conversation) -> None:
        """Nobody answers now: a person has it, or it is parked, or nothing is open."""
        ...


class Nobody:
    """Who is sent a text waits before no screen."""

    has_heard = False

    def began(self) -> None: ...

    async def unit(self, text: str) -> None: ...

    async def took_back(self) -> None: ...

    def wrote(self, draft: Draft, of: Conversation) -> None: ...

    def silent(self, of: Conversation) -> None: ...
