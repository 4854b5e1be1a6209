"""What to say: the assistant's answer as a draft, or the honest sentence where no assistant is connected."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, replace

from shared import log
from shared.assistant import Answer, AskPerson, Assistant, Brief, KeepLead, Outcome, Turn
from shared.assistant.answer import shown
from shared.assistant.phrases import Phrase
from shared.assistant.speech import Hearing
from shared.clock import Clock
from shared.conversations.drafts import Draft, new_id
from shared.conversations.gallery import Gallery
from shared.conversations.honest import brief_of, by_code, lead_of, or_parked
from shared.conversations.limits import TOO_MANY, Budget, hour_of, over, spent_by
from shared.conversations.timers import MODEL_DEADLINE
from shared.errors import Unavailable
from shared.store.documents import Conversation, Message
from shared.store.reading import Settings

NOT_CONNECTED = "no assistant is connected (Settings → Customer service → Assistant)"


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
        names = await self._gallery.names((*history, *texts)) if self._gallery is not None else {}
        before, written = _in_words(history, names), tuple(turn.text for turn in _in_words(texts, names))
        brief = brief_of(self._tenant_id, conversation, settings, self._clock.now(), before, written)
        draft = await self._drafted(conversation, settings, brief, texts, hearing)
        return or_parked(draft, conversation, settings, brief)

    async def _drafted(
        self,
        conversation: Conversation,
        settings: Settings,
        brief: Brief,
        texts: tuple[Message, ...],
        hearing: Hearing | None,
    ) -> Draft:
        if not settings.service.connected:
            return replace(by_code(conversation, brief, Phrase.NOT_CONNECTED), parks=NOT_CONNECTED)
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


def _draft(conversation: Conversation, brief: Brief, answer: Answer) -> Draft:
    """What a hand-off says is said by code: it may go out while the conversation waits for a person."""
    asked = next((effect.reason for effect in answer.effects if isinstance(effect, AskPerson)), None)
    leads = tuple(effect for effect in answer.effects if isinstance(effect, KeepLead))
    found = shown(answer.effects)
    handed_off = answer.outcome is Outcome.HANDED_OFF
    if handed_off and asked is None:  # nobody has asked, and nobody was answered: the business must not lose them
        asked, leads = "assistant_failed", (*leads, lead_of(conversation, brief))
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


def _in_words(messages: tuple[Message, ...], names: Mapping[str, tuple[str, ...]]) -> tuple[Turn, ...]:
    return tuple(Turn(said.author, _words(said, names.get(said.id, ()))) for said in messages)


def _words(said: Message, files: tuple[str, ...]) -> str:
    """A picture without a word is something that was said too; a model refuses a turn without any text.

    A file's name stands among its visitor's words, because it is theirs.
    """
    told = [said.text, *(f"(a file: {name})" for name in files)]
    return "\n".join(one for one in told if one.strip()) or "(a picture)"


def _by_limit(conversation: Conversation, brief: Brief) -> Draft:
    """It says that a person will look: what they look at is kept with it."""
    return replace(by_code(conversation, brief, Phrase.OVER_LIMIT), leads=(lead_of(conversation, brief),))
