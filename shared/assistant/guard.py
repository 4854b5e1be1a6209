"""What left the model is checked before anybody sees it. Code decides; no prompt is trusted to.

The guard reads an answer as the model wrote it, as it will be sent, and as a reader sees it who is shown no markdown:
what takes "**" out of a text also makes a link of "evil**.**com".

In this order: our canary, anything like a secret, links off the business's list, phone numbers and e-mail addresses of
strangers, figures that nobody gave, and claims for which there was nothing to know. The text is not mended: half of a
poisoned answer is still poisoned. It is replaced as a whole by an honest sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from shared.assistant import figures, urls
from shared.assistant.contacts import Known
from shared.assistant.form import plain
from shared.knowledge import content_words


class Violation(StrEnum):
    CANARY = "canary"
    SECRET = "secret"  # noqa: S105  # the name of a finding
    FOREIGN_LINK = "foreign_link"
    FOREIGN_CONTACT = "foreign_contact"
    UNGROUNDED_FIGURE = "ungrounded_figure"
    UNGROUNDED_CLAIM = "ungrounded_claim"

    @property
    def ignorance(self) -> bool:
        """The answer claimed what nobody knows: the honest replacement is "I don't know"."""
        return self in (Violation.UNGROUNDED_FIGURE, Violation.UNGROUNDED_CLAIM)


@dataclass(frozen=True)
class Evidence:
    """What an answer may rest on. It is read once, however often the beginnings of an answer are checked against it.

    `links`: the business's URLs. `known`: whose addresses may be said. `texts`: what figures may come from (facts above
    the floor, results of tools, what the business has said). `times`: times of day may come from these too (the
    customer's words, the present); a price may not, or "you promised me 50% off" would make it so. `nothing`: no fact
    was relevant and no tool gave a result; then a claim must rest on `said`, the business's own words.
    """

    canary: str
    links: tuple[str, ...]
    known: Known
    texts: tuple[str, ...]
    times: tuple[str, ...]
    nothing: bool
    said: tuple[str, ...]
    pictures: bool = False  # the customer sent some: words about those claim nothing about the business
    language: str = "en"  # of the answer, as code has set it

    @cached_property
    def figures(self) -> figures.Given:
        return figures.Given.of(self.texts, self.times)

    @cached_property
    def words(self) -> frozenset[str]:
        """What the business has said itself."""
        return frozenset(word for one in self.said for word in content_words(one, self.language))


_SECRETS = re.compile(
    r"""(?a:\b)AIza[\w-]{20,}                      # Google API keys
    | (?a:\b)KEY[0-9A-F]{16,}\w*                   # Telnyx
    | (?a:\b)(?:sk|pk|rk|ghp|gho|xox[abp])[-_][\w-]{16,}
    | (?a:\b)SG\.[\w-]{16,}\.[\w-]{16,}            # SendGrid
    | (?a:\b)(?:AC|SK)[0-9a-f]{32}(?a:\b)               # Twilio
    | (?a:\b)gAAAAA[\w=-]{20,}                     # Fernet, our own encrypted fields
    | (?a:\b)eyJ[\w-]{8,}\.[\w-]{8,}\.             # JSON web tokens
    | (?a:\b)Bearer\s+[\w.~+/=-]{12,}
    | -----BEGIN
    | (?a:\b)(?:api[\s_-]?key|password|secret|token)\s*[:=]\s*\S{8,}
    | (?<![^\W\u3400-\u9fff])(?<![+/-])  # long and random: no word of any language; Chinese has no spaces
      (?=(?:[^\W\u3400-\u9fff]|[+/-])*\d)(?=(?:[^\W\u3400-\u9fff]|[+/-])*[a-z])(?:[^\W\u3400-\u9fff]|[+/-]){32,}=*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PLEASANTRIES = content_words(
    "you're i'm we're that's i'll we'll let's today help assist assistant happy love let know ask anything else "
    "question reach anytime day evening weekend enjoy look forward seeing meet nice hoy ayudar ayudarle ayudarte "
    "asistente puedo dime diga pregunta gusto encantado servir tenga ten buen feliz dia tarde"
)
_ABOUT_PICTURES = content_words(
    "picture pictures photo photos image images sent see shows looks look cannot demo foto fotos imagen imágenes envió "
    "veo muestra ver puedo"
)
_SENTENCES = re.compile(r"[^.!?\n]+[.!?]*")
_RESTS_ON = 0.5  # share of a claim's words that the business has said itself


def check_answer(written: str, sent: str, evidence: Evidence) -> Violation | None:
    """The first thing that is wrong with an answer, or None.

    `written`: as the model wrote it. `sent`: as its channel gets it, without the links that code appends.
    """
    readings = dict.fromkeys((written, sent, plain(written)))
    return next((wrong for text in readings if (wrong := check(text, evidence)) is not None), None)


def check(text: str, evidence: Evidence) -> Violation | None:
    """The first thing that is wrong with `text`, read as it stands, or None. Of an answer: see check_answer."""
    shown = urls.unmasked(text)
    links = urls.found(shown)
    foreign = [link for link in links if not urls.allowed(link, evidence.links)]
    bare = urls.without(shown, set(links) - set(foreign))
    if _contains_canary(shown, evidence.canary):
        return Violation.CANARY
    if _SECRETS.search(bare):
        return Violation.SECRET
    if foreign:
        return Violation.FOREIGN_LINK
    if not evidence.known.allows(bare):
        return Violation.FOREIGN_CONTACT
    if evidence.figures.missing(bare):
        return Violation.UNGROUNDED_FIGURE
    if evidence.nothing and _claims_beyond(bare, evidence):
        return Violation.UNGROUNDED_CLAIM
    return None


def _contains_canary(text: str, canary: str) -> bool:
    """Also when it was spaced out, or its letters' case changed."""
    return canary.lower() in re.sub(r"[\W_]", "", text).lower()


def _claims_beyond(text: str, evidence: Evidence) -> bool:
    """Whether the statements in `text` say more than pleasantries and more than the business has said.

    Questions claim nothing. What the customer wrote is no evidence: "do you have a sauna?" does not make one.
    """
    statements = " ".join(s for s in _SENTENCES.findall(text) if not s.strip().endswith("?"))
    claimed = (
        content_words(statements, evidence.language)
        - _PLEASANTRIES
        - (_ABOUT_PICTURES if evidence.pictures else frozenset())
    )
    if not claimed:
        return False
    return len(claimed & evidence.words) < len(claimed) * _RESTS_ON
