"""What a provider's error code means, whichever provider's it is, and the sentences that do not name one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    AGAIN = "again"  # the same text may be accepted later
    LINE = "line"  # our number, account or registration: not this way, perhaps through another number
    PERMANENT = "permanent"  # the recipient, the text, or nobody knows
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Meaning:
    kind: Kind
    sentence: str


BAD_NUMBER = "This is not a phone number that can receive texts. Check the customer's number."
LANDLINE = "This number is a landline or cannot be reached by text. Call the customer instead."
SPAM = "The text was blocked as spam. Change its wording before you send it again."
TRY_LATER = "The carrier takes no more texts at the moment; we try again."
TOO_LONG = "The text or its attachment is too large. Shorten it or send it in two parts."
CONTENT = "The text was refused because of its content. Change it before you send it again."
EXPIRED = "The text could not be delivered in time. Send it again if it still matters."
EMPTY = "The text was empty."

OPTED_OUT = Meaning(Kind.OPTED_OUT, "The customer has opted out of texts from you. Only they can undo it (START).")


def table(**sentences: dict[str, str]) -> dict[str, Meaning]:
    """One table of codes from one of sentences for each kind."""
    return {code: Meaning(Kind(kind), said) for kind, codes in sentences.items() for code, said in codes.items()}
