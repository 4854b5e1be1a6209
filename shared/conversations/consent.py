"""Whether a customer wants texts: `opted_out` on the conversation is the gate, `consents/` the ledger.

    is            hears                              becomes       who says so to the customer
    wants texts   STOP, answered by the provider     opted out     the provider
    wants texts   STOP, or words that mean it        opted out     one confirmation of ours
    opted out     STOP again                         opted out     nobody: what is claimed first is the only one
    opted out     START                              wants texts   the provider, else one notice of ours
    wants texts   HELP                               as it was     the provider, else one notice of ours
    opted out     HELP                               as it was     the provider, else nobody: nothing follows a STOP
    wants texts   the provider refuses a text of     opted out     nobody: nothing can reach them
                  ours because of an opt-out

The gate and the ledger are always one commit. An exact keyword is obeyed without a read, so nothing can get in its way;
wording that only means it is obeyed on the version that was read (PIPELINE §2). The confirmation that is claimed first
is noted on the conversation, so a second one is never sent (47 CFR 64.1200(a)(12): one).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared import log
from shared.assistant.sentences.kinds import Phrase
from shared.channels.types import InboundText
from shared.conversations.keywords import Keyword, keyword
from shared.conversations.timers import MOST_TRIES
from shared.conversations.wishes import wants_out
from shared.errors import Unavailable
from shared.ids import digest
from shared.store.changes import Changes, raised
from shared.store.documents import ON_SITE, Conversation, Message
from shared.store.reading import Reader, conversation
from shared.tenancy import Database
from shared.vault import AddressHashes

# What code says to a wish that the provider has not answered itself: the sentence, and the message's kind.
ANSWERS: Mapping[Keyword, tuple[Phrase, str]] = {
    Keyword.STOP: (Phrase.OPTED_OUT, "confirmation"),
    Keyword.START: (Phrase.OPTED_IN, "notice"),
    Keyword.HELP: (Phrase.HELP, "notice"),
}
# On a site, where it is the chat that falls silent, nobody has ever had a text, and HELP asks the assistant.
_IN_A_CHAT: Mapping[Keyword, Phrase] = {
    Keyword.STOP: Phrase.CHAT_STOPPED,
    Keyword.START: Phrase.CHAT_STARTED,
}


def answer_to(word: Keyword, channel: str) -> tuple[Phrase, str]:
    """The sentence that code says to a wish, and the message's kind."""
    phrase, kind = ANSWERS[word]
    return (_IN_A_CHAT.get(word, phrase) if channel == ON_SITE else phrase), kind


@dataclass(frozen=True, slots=True)
class Wish:
    """What a text asks for. `source`: "provider" (it has acted and answered), "keyword", or "free_text"."""

    word: Keyword
    source: str

    @property
    def answered(self) -> bool:
        return self.source == "provider"

    @property
    def certain(self) -> bool:
        return self.source != "free_text"


def wish_of(text: InboundText) -> Wish | None:
    """The provider's word goes first, then an exact keyword, then clear wording; None for everything else."""
    if text.opt_out is not None:
        return Wish(Keyword(text.opt_out), "provider")
    word = keyword(text.text)
    if word is not None:
        return Wish(word, "keyword")
    return Wish(Keyword.STOP, "free_text") if wants_out(text.text) else None


def gate(wish: Wish, message_id: str) -> dict[str, object]:
    """What the wish changes in the conversation; its epoch rises, so what was written before is not sent any more."""
    if wish.word is Keyword.HELP:
        return {}
    confirmed = message_id if wish.answered else None
    if wish.word is Keyword.START:
        return {"opted_out": False, "epoch": raised(), "confirmed": None}
    return {"opted_out": True, "epoch": raised()} | ({"confirmed": confirmed} if confirmed else {})


def enter(changes: Changes, wish: Wish, of: Conversation, address_id: str, message_id: str, words: str) -> None:
    """The ledger's entry for the text that caused it; HELP changes nothing and has none."""
    if wish.word is Keyword.HELP:
        return
    state = "opted_out" if wish.word is Keyword.STOP else "opted_in"
    fields = _entry(state, wish.source, of.id, address_id, message_id, words)
    changes.create_consent(digest("consent", message_id), fields)


def _entry(
    state: str, source: str, conversation_id: str, address_id: str, message_id: str, words: str
) -> dict[str, object]:
    return {
        "address": address_id,
        "conversation_id": conversation_id,
        "message_id": message_id,
        "state": state,
        "source": source,
        "text": words,
    }


class Mirror:
    """Takes over an opt-out that only the provider knew of."""

    def __init__(self, db: Database, tenant_id: str, hashes: AddressHashes) -> None:
        self._db = db
        self._reader = Reader(db)
        self._tenant_id = tenant_id
        self._hashes = hashes

    async def opted_out(self, sent: Message, sentence: str) -> None:
        """The provider refused `sent` because of an opt-out. Raises Unavailable where the conversation is too busy."""
        for _ in range(MOST_TRIES):
            key = conversation(sent.conversation_id)
            found = (await self._reader.read([key])).conversation(sent.conversation_id)
            if found is None or found.opted_out or await self._written(found, sent, sentence):
                return
        raise Unavailable("this conversation is too busy; the opt-out is taken over later")

    async def _written(self, found: Conversation, sent: Message, sentence: str) -> bool:
        changes = Changes(self._db)
        fields = {"opted_out": True, "epoch": found.epoch + 1, "open": [], "confirmed": sent.id}
        changes.update_conversation(found, fields)
        address_id = self._hashes.address(self._tenant_id, found.address)
        entry = _entry("opted_out", "provider_refusal", found.id, address_id, sent.id, sentence)
        changes.create_consent(digest("consent", sent.id, "refusal", str(found.epoch)), entry)
        if await changes.try_commit() is None:
            return False
        log.info("opt-out taken over from the provider", count="opt_out_mirrored", conversation=found.id)
        return True
