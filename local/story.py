"""The seeded story: a parent asks about classes by text, gets an answer, asks for the link, and has it.

It is told through the doors that everybody uses: texts go in as signed webhooks, answers come out at the carrier. The
transcript is checked against the class list that Jackrabbit serves: what is named must exist, nothing full is offered.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from local.seed_data import CUSTOMERS, TESTING_AGENCY

QUESTION = "Hi! Any Saturday classes for my 4 year old?"
WISH = "Great, please send me the link to sign up"
PATIENCE = 45.0  # seconds for one answer; about 4 are usual, 3 of them waiting for the customer to finish typing
_FINAL = ("delivered", "delivery_unconfirmed")


class StoryError(Exception):
    """What did not happen as it should."""


@dataclass(frozen=True)
class Line:
    who: str
    text: str
    state: str


@dataclass(frozen=True)
class Told:
    """`named` are the open classes that the answer named."""

    lines: tuple[Line, ...]
    named: tuple[str, ...]


class Story:
    """`telnyx` and `jackrabbit` are base URLs of the stand-ins."""

    def __init__(self, telnyx: str, jackrabbit: str, client: httpx.AsyncClient) -> None:
        self._telnyx = telnyx
        self._jackrabbit = jackrabbit
        self._client = client

    async def tell(self, customer: str = CUSTOMERS[0], say: Callable[[Line], None] = lambda _line: None) -> Told:
        """Plays it, each line said as it happens. Raises StoryError."""
        answer = await self._exchange(customer, QUESTION, say)
        named = await self._check_classes(answer.text)
        link = await self._exchange(customer, WISH, say)
        url = TESTING_AGENCY.links[0]["url"]
        if url not in link.text:
            raise StoryError(f"the answer to {WISH!r} does not carry the link {url}")
        question, wish = (Line("Parent", text, "delivered") for text in (QUESTION, WISH))
        return Told((question, answer, wish, link), named)

    async def _exchange(self, customer: str, text: str, say: Callable[[Line], None]) -> Line:
        before = len(await self._answers(customer))
        sent = {"from": customer, "to": TESTING_AGENCY.number, "text": text}
        taken = (await self._client.post(f"{self._telnyx}/__inbound", json=sent)).json()
        if taken.get("status") != 200:
            raise StoryError(f"the webhook answered {taken.get('status')} to the text {text!r}")
        say(Line("Parent", text, "delivered"))
        answer = await self._next_answer(customer, before)
        say(answer)
        return answer

    async def _next_answer(self, customer: str, before: int) -> Line:
        """The first answer after `before` of them, once the carrier has said how it went."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    answers = await self._answers(customer)
                    if len(answers) > before and answers[before].state in _FINAL:
                        return answers[before]
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise StoryError(f"no answer within {PATIENCE:.0f} seconds (see what the functions print)") from None

    async def _answers(self, customer: str) -> list[Line]:
        messages = (await self._client.get(f"{self._telnyx}/__messages")).json()
        return [
            Line(TESTING_AGENCY.name, message["text"], message["status"])
            for message in messages
            if message["to"] == customer and message["from"] == TESTING_AGENCY.number
        ]

    async def _check_classes(self, answer: str) -> tuple[str, ...]:
        """The open classes that the answer names. Raises StoryError if there is none, or if it names a full one."""
        rows = (await self._client.get(f"{self._jackrabbit}/__openings/{TESTING_AGENCY.jackrabbit_org}")).json()
        spots = {html.unescape(row["name"]): row["openings"]["calculated_openings"] for row in rows}
        named = [name for name in spots if name in answer]
        full = [name for name in named if spots[name] <= 0]
        if full:
            raise StoryError(f"the answer offers classes that are full: {', '.join(full)}")
        if not named:
            raise StoryError(f"the answer names no class that exists: {answer!r}")
        return tuple(named)
