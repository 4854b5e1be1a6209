"""What to say: the assistant's answer as a draft, or the honest sentence where no assistant is connected."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

from shared import log
from shared.assistant import Answer, AskPerson, Assistant, Brief, KeepLead, Outcome, Turn
from shared.assistant.answer import shown
from shared.assistant.language import decide
from shared.assistant.phrases import Phrase
from shared.assistant.speech import Hearing
from shared.clock import Clock
from shared.conversations.drafts import Draft, new_id
from shared.conversations.gallery import Gallery
from shared.conversations.handoff import CUSTOMER_ASKED
from shared.conversations.limits import TOO_MANY, Budget, hour_of, over, spent_by
from shared.conversations.timers import MODEL_DEADLINE
from shared.errors import Unavailable
from shared.store.documents import Conversation, Message
from shared.store.reading import Settings

NOT_CONNECTED = "no assistant is connected (Settings → Customer service → Assistant)"
NOBODY_TOLD = "a person is needed, and nobody is named to be told (Settings → Customer service → Hand-off)"
MOST_WISH = 200  # characters of a text that are kept as what a lead wants


class Speaker:
    def __init__(
        self, assistant: Assistant, tenant_id: str, budget: Budget, clock: Clock, gallery: Gallery | None = None
    ) -> None:
        self._assistant = assistant
        self._budget = budget
        self._tenant_id = tenant_id
        self._clock = clock
        self._gallery = gallery

    async def draft(
        self,
        conversation: Conversation,
        settings: Settings,
        history: tuple[Message, ...],
        texts: tuple[Message, ...],
        hearing: Hearing | None = None,
    ) -> Draft:
        """A draft that covers everything that was open. Raises Unavailable when the model's deadline has passed."""
        draft = await self._drafted(conversation, settings, history, texts, hearing)
        if draft.asks in (None, CUSTOMER_ASKED) or settings.service.handoff.phones:
            return draft
        # Nobody would be told: the assistant would fall silent for hours, for no one who comes instead.
        return replace(draft, asks=None, parks=NOBODY_TOLD)

    async def _drafted(
        self,
        conversation: Conversation,
        settings: Settings,
        history: tuple[Message, ...],
        texts: tuple[Message, ...],
        hearing: Hearing | None,
    ) -> Draft:
        brief = self._brief(conversation, settings, history, texts)
        if not settings.service.connected:
            return replace(_by_code(conversation, brief, Phrase.NOT_CONNECTED), parks=NOT_CONNECTED)
        if over(conversation, settings, self._clock.now()):
            return replace(_by_limit(conversation, brief), parks=TOO_MANY, limits=hour_of(self._clock.now()))
        if await self._budget.spent(settings):
            return replace(_by_limit(conversation, brief), asks="budget_spent")
        answer = await self._answer(brief, texts, hearing)
        tokens = answer.usage.prompt_tokens + answer.usage.output_tokens + answer.usage.thought_tokens
        await self._budget.add(settings, tokens)
        draft = _draft(conversation, brief, answer)
        return replace(draft, spent=spent_by(self._clock.now(), settings, tokens))

    async def _answer(self, brief: Brief, texts: tuple[Message, ...], hearing: Hearing | None) -> Answer:
        try:
            async with asyncio.timeout(MODEL_DEADLINE):
                pictures = await self._gallery.of(texts) if self._gallery is not None else ()
                answer = await self._assistant.answer(replace(brief, pictures=pictures), hearing)
        except TimeoutError as late:
            raise Unavailable("the model took too long") from late
        log.info("model answered", outcome=answer.outcome.value, reason=answer.reason, calls=answer.usage.calls)
        return answer

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
            language=decide(conversation.language or settings.service.language, written),
            now=self._clock.now().astimezone(settings.tenant.zone),
            history=tuple(Turn(item.author, _words(item)) for item in history),
            texts=written,
            customer_address=conversation.address,
            introduces=conversation.last_out is None,
        )


def _draft(conversation: Conversation, brief: Brief, answer: Answer) -> Draft:
    """What a hand-off says is said by code: it may go out while the conversation waits for a person."""
    asked = next((effect.reason for effect in answer.effects if isinstance(effect, AskPerson)), None)
    leads = tuple(effect for effect in answer.effects if isinstance(effect, KeepLead))
    found = shown(answer.effects)
    handed_off = answer.outcome is Outcome.HANDED_OFF
    if handed_off and asked is None:  # nobody has asked, and nobody was answered: the business must not lose them
        asked, leads = "assistant_failed", (*leads, _lead_of(brief))
    return Draft(
        id=new_id(),
        text=answer.text,
        covers=conversation.open,
        epoch=conversation.epoch,
        kind="notice" if handed_off else "reply",
        author="system" if handed_off else "assistant",
        language=answer.language,
        sources=answer.sources,
        usage={**asdict(answer.usage), "outcome": answer.outcome.value, "reason": answer.reason},
        asks=asked,
        leads=leads,
        cards=tuple({**one} for one in found.classes) if found is not None else (),
    )


def _lead_of(brief: Brief) -> KeepLead:
    return KeepLead("", brief.question[:MOST_WISH])


def _words(said: Message) -> str:
    """A picture without a word is something that was said too; a model refuses a turn without any text."""
    return said.text if said.text.strip() else "(a picture)"


def _by_limit(conversation: Conversation, brief: Brief) -> Draft:
    """It says that a person will look: what they look at is kept with it."""
    return replace(_by_code(conversation, brief, Phrase.OVER_LIMIT), leads=(_lead_of(brief),))


def _by_code(conversation: Conversation, brief: Brief, phrase: Phrase) -> Draft:
    """The promised sentence instead of an answer."""
    text, covers, epoch = brief.honest(phrase, brief.language), conversation.open, conversation.epoch
    return Draft(new_id(), text, covers, epoch, kind="notice", author="system", language=brief.language)
