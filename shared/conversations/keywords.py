"""The words by which a text decides about texting itself, where it says nothing else.

    STOP    stop, stopall, stop all, unsubscribe, cancel, end, quit, revoke, optout, opt out, opt-out
            alto, parar, cancelar
    START   start, unstop
    HELP    help, info, ayuda

The English lists are the carriers' and the FCC's (47 CFR 64.1200(a)(10)); YES is not among them: customers say it. The
Spanish words are no carrier's keywords, but alone in a text they can hardly mean anything else, so they are as hard.
A sentence with such a word in it ("cancel my class") is none of them: see `wishes` for what it may still mean.
"""

from __future__ import annotations

from enum import StrEnum
from unicodedata import category, normalize


class Keyword(StrEnum):
    """STOP: no texts any more. START: texts again. HELP: who is this, and how does it end."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


_WORDS = {
    **dict.fromkeys(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"), Keyword.STOP),
    **dict.fromkeys(("alto", "parar", "cancelar"), Keyword.STOP),
    **dict.fromkeys(("start", "unstop"), Keyword.START),
    **dict.fromkeys(("help", "info", "ayuda"), Keyword.HELP),
}
_LONGEST = 100  # characters: what is longer holds more than a keyword with some decoration


def keyword(text: str) -> Keyword | None:
    """The keyword that `text` is, None where it is anything else.

    Letters and digits alone are compared: full-width and other compatibility forms are folded, case and accents too;
    punctuation, spaces and emoji count for nothing ("S.T.O.P!", "Opt-Out", "STOP 🛑").
    """
    stripped = text.strip()
    return _WORDS.get(letters(stripped)) if len(stripped) <= _LONGEST else None


def letters(text: str) -> str:
    """What keywords compare: letters and digits, without case and accents, full-width and other forms folded.

    NFKD lets a letter and its accent come apart; the accent is no letter (category M) and goes.
    """
    return "".join(c for c in normalize("NFKD", text).casefold() if category(c)[0] in "LN")
