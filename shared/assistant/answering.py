"""From a brief to an answer: prompt, loop, guard, form."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_hex

from shared import log
from shared.assistant import language as languages
from shared.assistant import prompt
from shared.assistant.answer import Answer, AskPerson, AttachLink, Effect, Outcome, ShowClasses, Usage, attached
from shared.assistant.asking import DEFAULT_LIMITS, Limits, Sleep, Task
from shared.assistant.brief import Brief
from shared.assistant.contacts import Known
from shared.assistant.form import Fitted, fit
from shared.assistant.guard import Evidence, Violation, check_answer
from shared.assistant.loop import Talk, talk
from shared.assistant.model import Model
from shared.assistant.phrases import Phrase, sentence
from shared.assistant.prompt import Nonces
from shared.assistant.speech import Hearing, Judge, Speech, Verdict
from shared.assistant.tooling import Toolbox
from shared.assistant.tools.base import ToolContext
from shared.assistant.tools.registry import Tools
from shared.clock import Clock
from shared.knowledge import Fact, Facts, Scored, content_words

STREAMED = frozenset({"webchat"})  # a text message is sent at once, and a voice has a stream of its own

WITH_CARDS = frozenset({"webchat"})


def _random() -> Nonces:
    return Nonces(canary=token_hex(8), fence=f"data-{token_hex(4)}")


class Assistant:
    """One per process; everything about a tenant comes with the brief."""

    def __init__(
        self,
        model: Model,
        tools: Tools,
        clock: Clock,
        limits: Limits = DEFAULT_LIMITS,
        *,
        sleep: Sleep = asyncio.sleep,
        nonces: Callable[[], Nonces] = _random,
    ) -> None:
        self._model = model
        self._tools = tools
        self._clock = clock
        self._limits = limits
        self._sleep = sleep
        self._nonces = nonces

    async def answer(self, brief: Brief, say: Hearing | None = None) -> Answer:
        """Never raises for what a model or a tool did; a cancellation passes through and leaves nothing behind.

        `say` hears the answer while it is written, on a channel that has it in units (see `speech`). What it has heard
        in the end, and was not taken back, is how the text of this answer begins; all of it, if the model answered.
        """
        spoken = languages.decide(brief.language, brief.texts)
        if not brief.service.connected:
            return _instead(brief, spoken, Phrase.NOT_CONNECTED, Usage(), "not_connected")
        job = _Job.of(brief, spoken, self._tools, self._nonces())
        speech = Speech(say if brief.channel in STREAMED else None, job.judge)
        result = await talk(self._model, job.task(speech), self._limits, self._clock, self._sleep)
        answer = job.finished(result)
        await speech.end(answer.text, in_full=answer.outcome is Outcome.ANSWERED)
        if answer.reason:
            log.warning("answer replaced or cut", tenant=brief.tenant, reason=answer.reason)
        return answer


@dataclass(frozen=True, slots=True)
class _Job:
    brief: Brief
    language: str
    facts: tuple[Scored, ...]
    toolbox: Toolbox
    nonces: Nonces
    read: dict[tuple[str, ...], Evidence] = field(default_factory=dict)  # by what tools have returned

    @classmethod
    def of(cls, brief: Brief, language: str, tools: Tools, nonces: Nonces) -> _Job:
        told = (*brief.profile.facts, *brief.opening_hours)
        known = Facts([Fact(fact.id, fact.title, fact.text) for fact in told], languages.primary(language))
        context = ToolContext(brief.tenant, brief.profile, brief.service, brief.customer_address, seconds=0)
        toolbox = Toolbox(tools.of(brief.profile, brief.service), context)
        return cls(brief, language, known.relevant(brief.question), toolbox, nonces)

    def task(self, speech: Speech) -> Task:
        service = self.brief.service
        return Task(
            system=prompt.system_instruction(self.brief, self.language, self.facts, self.toolbox.tools, self.nonces),
            contents=prompt.contents(self.brief.history, self.brief.texts, self.brief.pictures),
            models=(service.model, service.fallback_model),
            thinking=service.thinking,
            toolbox=self.toolbox,
            channel=self.brief.channel,
            introduction=self.brief.introduction(self.language),
            speech=speech,
        )

    def judge(self, outputs: Sequence[str]) -> Judge:
        """May this beginning of an answer be shown, given what tools have returned?

        Not yet, while it may become our own sentence for not knowing, or claims more than the business has said: what
        follows may change that, as the whole answer is judged. All other findings stay, whatever follows.
        """
        evidence, ours = self._evidence(tuple(outputs)), self._about(self._ignorance())

        def judged(text: str) -> Verdict:
            if self._about(text) <= ours:
                return Verdict.WAIT
            violation = check_answer(text, fit(text, self.brief.channel).body, evidence)
            if violation is None:
                return Verdict.SAY
            return Verdict.WAIT if violation is Violation.UNGROUNDED_CLAIM else Verdict.STOP

        return judged

    def finished(self, result: Talk) -> Answer:
        usage = _usage(result)
        if any(isinstance(effect, AskPerson) for effect in result.effects):
            return self._asks_a_person(result, usage)
        if result.text is None:
            return _handed_off(self.brief, self.language, usage, result.reason)
        if self._says_ignorance(result.text):
            return _instead(self.brief, self.language, Phrase.UNKNOWN, usage, None)
        fitted = self._fitted(result, result.text)
        violation = check_answer(result.text, fitted.body, self._evidence(result.outputs))
        if violation is not None:
            if violation.ignorance:
                return _instead(self.brief, self.language, Phrase.UNKNOWN, usage, f"guard:{violation}")
            return _handed_off(self.brief, self.language, usage, f"guard:{violation}")
        return self._answered(result, fitted, usage)

    def _asks_a_person(self, result: Talk, usage: Usage) -> Answer:
        """Whatever the model would have said: that a person was asked is told by code, and only if it is done."""
        told = _handed_off(self.brief, self.language, usage, "asked_for_a_person")
        kept = tuple(effect for effect in result.effects if not isinstance(effect, AttachLink | ShowClasses))
        return replace(told, effects=kept, sources=result.sources)

    def _fitted(self, result: Talk, said: str) -> Fitted:
        links = attached(result.effects)
        return fit(said, self.brief.channel, links, self.brief.introduction(self.language))

    def _answered(self, result: Talk, fitted: Fitted, usage: Usage) -> Answer:
        """What the guard has seen, the links of the profile, and our own introduction."""
        if not fitted.body and not fitted.links:
            return _handed_off(self.brief, self.language, usage, "does_not_fit")
        sources = (*(f"fact:{scored.fact.id}" for scored in self.facts), *result.sources)
        effects = tuple(effect for effect in result.effects if self._has_place_for(effect))
        return Answer(fitted.text, Outcome.ANSWERED, effects, sources, usage, result.reason, self.language)

    def _has_place_for(self, effect: Effect) -> bool:
        return self.brief.channel in WITH_CARDS or not isinstance(effect, ShowClasses)

    def _says_ignorance(self, text: str) -> bool:
        """It says our own sentence, or at least how that begins, and adds nothing to it."""
        ours = self._ignorance()
        begins = re.split("[.。]", ours)[0].casefold() in text.casefold()
        return begins and self._about(text) <= self._about(ours)

    def _about(self, text: str) -> frozenset[str]:
        return content_words(text, languages.primary(self.language))

    def _ignorance(self) -> str:
        return sentence(Phrase.UNKNOWN, self.language, self.brief.business, self.brief.profile.contact)

    def _evidence(self, outputs: tuple[str, ...]) -> Evidence:
        if outputs not in self.read:
            self.read[outputs] = self._gathered(outputs)
        return self.read[outputs]

    def _gathered(self, outputs: tuple[str, ...]) -> Evidence:
        brief = self.brief
        facts = tuple(f"{scored.fact.title} {scored.fact.text}" for scored in self.facts)
        own = (brief.business, brief.profile.description, brief.profile.contact)
        earlier = tuple(turn.text for turn in brief.history if turn.author in ("assistant", "person"))
        theirs = (*(turn.text for turn in brief.history if turn.author == "customer"), *brief.texts)
        now = f"{brief.now:%A %B %Y-%m-%d %H:%M} {brief.now.day}"
        return Evidence(
            canary=self.nonces.canary,
            links=tuple(link.url for link in brief.profile.links),
            known=Known(self._ours(own, earlier), theirs),
            texts=(*facts, *own, *earlier, *outputs),
            times=(*theirs, now),
            nothing=not self.facts and not outputs,
            said=(*own, *earlier, *(link.title for link in brief.profile.links)),
            pictures=bool(brief.pictures),
            language=languages.primary(self.language),
        )

    def _ours(self, own: tuple[str, ...], earlier: tuple[str, ...]) -> tuple[str, ...]:
        """Whose addresses may be said: the business's own and this customer's number. Not those in a tool's result."""
        facts = (f"{fact.title} {fact.text}" for fact in self.brief.profile.facts)
        return (*own, *facts, *earlier, self.brief.customer_address)


def _handed_off(brief: Brief, language: str, usage: Usage, reason: str | None) -> Answer:
    """A person is needed."""
    return _instead(brief, language, brief.handed_off, usage, reason)


def _instead(brief: Brief, language: str, phrase: Phrase, usage: Usage, reason: str | None) -> Answer:
    """An honest sentence of ours; nothing that was prepared for another text is committed with it."""
    outcome = Outcome.UNKNOWN if phrase is Phrase.UNKNOWN else Outcome.HANDED_OFF
    return Answer(brief.honest(phrase, language), outcome, (), (), usage, reason, language)


def _usage(result: Talk) -> Usage:
    tokens = result.tokens
    return Usage(tokens.prompt, tokens.output, tokens.thought, tokens.cached, result.calls, result.model)
