"""What code says itself instead of an answer, and what it leaves for a person: the same whoever asked for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.assistant import Brief, KeepLead, Turn
from shared.assistant.language import decide
from shared.assistant.phrases import Phrase
from shared.conversations.drafts import Draft, new_id
from shared.conversations.handoff import CUSTOMER_ASKED, REASONS
from shared.store.documents import Conversation
from shared.store.reading import Settings

NOBODY_TOLD = "a person is needed, and nobody is named to be told (Settings → Customer service → Hand-off)"
MOST_WISH = 200  # characters of a text that are kept as what a lead wants
MOST_NAME = 100


def brief_of(
    tenant_id: str,
    of: Conversation,
    settings: Settings,
    now: datetime,
    history: tuple[Turn, ...],
    texts: tuple[str, ...],
) -> Brief:
    return Brief(
        tenant=tenant_id,
        tenant_name=settings.tenant.name,
        profile=settings.profile,
        service=settings.service,
        channel=of.channel,
        language=decide(of.language or settings.service.language, texts),
        now=now.astimezone(settings.tenant.zone),
        history=history,
        texts=texts,
        customer_address=of.address,
        introduces=of.last_out is None,
    )


def by_code(of: Conversation, brief: Brief, phrase: Phrase) -> Draft:
    """The promised sentence instead of an answer."""
    text, covers, epoch = brief.honest(phrase, brief.language), of.open, of.epoch
    return Draft(new_id(), text, covers, epoch, kind="notice", author="system", language=brief.language)


def lead_of(of: Conversation, brief: Brief) -> KeepLead:
    """What they last wanted, by the name that a visitor has given."""
    name = of.verified.get("name") or of.claims.get("name") or ""
    return KeepLead(name[:MOST_NAME], brief.question[:MOST_WISH] or REASONS[CUSTOMER_ASKED])


def or_parked(draft: Draft, of: Conversation, settings: Settings, brief: Brief) -> Draft:
    """A draft that asks for a person, where nobody would be told: parked, so that one who looks finds it.

    Who has asked for a person waits for one all the same. For everybody else the assistant would fall silent for hours,
    for no one who comes instead.
    """
    if draft.asks is None or settings.service.handoff.phones:
        return draft
    if draft.asks == CUSTOMER_ASKED:
        return replace(draft, parks=NOBODY_TOLD, leads=draft.leads or (lead_of(of, brief),))
    return replace(draft, asks=None, parks=NOBODY_TOLD)
