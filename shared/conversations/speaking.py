"""What to say: the assistant's answer as a draft, or the honest sentence where no assistant is connected."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared import log
from shared.assistant import Assistant, Brief, Outcome, Turn
from shared.assistant.language import decide
from shared.assistant.phrases import Phrase, sentence
from shared.clock import Clock
from shared.conversations.drafts import Draft, new_id
from shared.conversations.gallery import Gallery
from shared.conversations.timers import MODEL_DEADLINE
from shared.errors import Unavailable
from shared.store.documents import Conversation, Message
from shared.store.reading import Settings

NOT_CONNECTED = "no assistant is connected (Settings → Customer service → Assistant)"
NEEDS_A_PERSON = "the assistant could not answer; a person is needed"


class Speaker:
    def __init__(self, assistant: Assistant, tenant_id: str, clock: Clock, gallery: Gallery | None = None) -> None:
        self._assistant = assistant
        self._tenant_id = tenant_id
        self._clock = clock
        self._gallery = gallery

    async def draft(
        self, conversation: Conversation, settings: Settings, history: tuple[Message, ...], texts: tuple[Message, ...]
    ) -> Draft:
        """A draft that covers everything that was open. Raises Unavailable when the model's deadline has passed."""
        brief = self._brief(conversation, settings, history, texts)
        if not settings.service.connected:
            return _unconnected(conversation, brief)
        try:
            async with asyncio.timeout(MODEL_DEADLINE):
                pictures = await self._gallery.of(texts) if self._gallery is not None else ()
                answer = await self._assistant.answer(replace(brief, pictures=pictures))
        except TimeoutError as late:
            raise Unavailable("the model took too long") from late
        log.info("model answered", outcome=answer.outcome.value, reason=answer.reason, calls=answer.usage.calls)
        return Draft(
            id=new_id(),
            text=answer.text,
            covers=conversation.open,
            epoch=conversation.epoch,
            language=answer.language,
            sources=answer.sources,
            usage={**asdict(answer.usage), "outcome": answer.outcome.value, "reason": answer.reason},
            parks=NEEDS_A_PERSON if answer.outcome is Outcome.HANDED_OFF else None,
        )

    def _brief(
        self, conversation: Conversation, settings: Settings, history: tuple[Message, ...], texts: tuple[Message, ...]
    ) -> Brief:
        written = tuple(map(_words, texts))
        return Brief(
            tenant=self._tenant_id,
            tenant_name=settings.tenant.name,
            profile=settings.profile,
            service=settings.service,
            channel=conversation.channel,
            language=decide(settings.service.language, written),
            now=self._clock.now().astimezone(_zone(settings.tenant.time_zone)),
            history=tuple(Turn(item.author, _words(item)) for item in history),
            texts=written,
            customer_address=conversation.address,
        )


def _words(said: Message) -> str:
    """A picture without a word is something that was said too; a model refuses a turn without any text."""
    return said.text if said.text.strip() else "(a picture)"


def _unconnected(conversation: Conversation, brief: Brief) -> Draft:
    return Draft(
        id=new_id(),
        text=sentence(Phrase.NOT_CONNECTED, brief.language, brief.business, brief.profile.contact),
        covers=conversation.open,
        epoch=conversation.epoch,
        kind="notice",
        author="system",
        language=brief.language,
        parks=NOT_CONNECTED,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
