"""Tokens that live two seconds: everything works while they expire under it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.stack import RunningStack, started

AGENCY = "testing-agency"


@pytest.fixture(scope="module")
async def short_lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    async with started(tmp_path_factory.mktemp("short"), "--token-ttl", "2") as running:
        yield running


async def test_texts_are_answered_while_tokens_expire(short_lived: RunningStack) -> None:
    """An answer takes longer than a token lives: the window alone is three seconds."""
    for _ in range(3):
        customer = short_lived.new_customer()
        await short_lived.text(customer, AGENCY, "Where can I park?")
        (answer,) = await short_lived.answers(customer)
        assert "behind the building" in answer["text"]
    signed = await short_lived.calls("signing", "/v1/projects")
    assert len(signed) > 6


async def test_a_text_and_its_answer_are_stored_though_the_token_expires_between_them(
    short_lived: RunningStack,
) -> None:
    customer = short_lived.new_customer()
    await short_lived.text(customer, AGENCY, "Where can I park?")
    await short_lived.answers(customer)
    await short_lived.idle()
    stored = await short_lived.messages_of(AGENCY, customer)
    assert [message["direction"] for message in stored] == ["in", "out"]
