"""In which language a conversation is spoken with: its own, where code has set one, else the business's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from shared.assistant import Assistant, Tools
from shared.conversations.limits import Budget
from shared.conversations.speaking import Speaker
from shared.store.documents import Conversation, Message
from shared.store.reading import Reader, Settings
from shared.store.settings import BusinessProfile, CustomerService, SmsSettings, TenantFacts
from tests.unit.assistant_support import ClassList, ScriptedModel
from tests.unit.loopback import MovableClock

NOT_CONNECTED = Settings(
    TenantFacts(name="Blue Swim"), BusinessProfile(), CustomerService(language="es-MX"), SmsSettings()
)


@pytest.mark.parametrize(
    ("own", "words", "language"),
    [
        (None, "ok", "es-MX"),
        ("fr", "ok", "fr"),
        ("fr-CA", "ok", "fr-CA"),
        ("fr", "Do you have classes on Tuesday?", "en"),
        ("fr", "Quelles sont vos heures ?", "fr"),
        ("", "ok", "es-MX"),
    ],
)
async def test_the_conversation_s_language_goes_before_the_business_s_and_the_customer_s_words_before_both(
    own: str | None, words: str, language: str
) -> None:
    clock = MovableClock()
    assistant = Assistant(ScriptedModel([]), Tools(ClassList()), clock)
    budget = Budget(cast(Reader, None), "blue-swim", clock)  # nobody asks it: no assistant is connected
    said = Message("m", datetime.now(UTC), "c", "in", "webchat", "customer", words, "", "")
    conversation = Conversation("c", None, channel="webchat", language=own, open=("m",))
    draft = await Speaker(assistant, "blue-swim", budget, clock).draft(conversation, NOT_CONNECTED, (), (said,))
    assert draft.language == language
