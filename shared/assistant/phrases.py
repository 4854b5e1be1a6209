"""Sentences that code says and no model may reword, by language. What has no translation is said in English."""

from __future__ import annotations

from shared.assistant.form import PLAIN_CHANNELS, Introduction, shorten
from shared.assistant.language import spoken
from shared.assistant.sentences.de import DE
from shared.assistant.sentences.en import EN
from shared.assistant.sentences.es import ES
from shared.assistant.sentences.fr import FR
from shared.assistant.sentences.kinds import Phrase, Sentences
from shared.assistant.sentences.pt import PT
from shared.assistant.sentences.vi import VI
from shared.assistant.sentences.zh import ZH
from shared.segments import fold

__all__ = ["Phrase", "introduction", "sentence"]

_SENTENCES = {"en": EN, "es": ES, "fr": FR, "de": DE, "pt": PT, "vi": VI, "zh": ZH}
_LONGEST_NAME = 60  # characters of a name in an introduction: there must be room left for what it introduces


def sentence(
    phrase: Phrase, language: str, name: str, contact: str = "", *, channel: str = "sms", opens: str = ""
) -> str:
    """The phrase in that language (BCP 47), with the business's name and, where known, how to reach a person.

    `opens`: when it does, as `moments.when` says it; "" where nobody knows. Texts and calls get no typography.
    """
    known = Phrase.TOLD_AWAY if phrase is Phrase.TOLD_CLOSED and not opens else phrase
    ours = _sentences(language)
    said, reach = ours.said[known]
    whole = f"{said}{ours.gap}{reach}" if reach and contact.strip() else said
    whole = whole.format(name=name.strip() or ours.nameless, contact=contact.strip(), opens=opens)
    return fold(whole) if channel in PLAIN_CHANNELS else whole


def introduction(name: str, language: str) -> Introduction:
    """How the first text of a thread says whose it is and how to end it; see `form.introduced`."""
    whole = " ".join(fold(name).split())
    known = shorten(whole, _LONGEST_NAME) or whole[:_LONGEST_NAME]
    return Introduction(f"{known}: " if known else "", fold(_sentences(language).way_out))


def _sentences(language: str) -> Sentences:
    return _SENTENCES[spoken(language) or "en"]
