"""What there is to say, whatever the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Phrase(Enum):
    """UNKNOWN: it does not know, and offers a person. HAND_OFF: it cannot answer. NOT_CONNECTED: there is none.

    OPTED_OUT, OPTED_IN, HELP: the answers to STOP, START and HELP. TOLD_WAITING: staff were notified of a hand-off.
    OVER_LIMIT: no assistant any more today; the question is noted for a person.
    In a web chat: CHAT_STOPPED and CHAT_STARTED answer STOP and START. TOLD_CLOSED: staff were
    notified, and the business is closed; TOLD_AWAY: and nobody knows when it opens.
    """

    UNKNOWN = "unknown"
    HAND_OFF = "hand_off"
    NOT_CONNECTED = "not_connected"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    HELP = "help"
    TOLD_WAITING = "told_waiting"
    OVER_LIMIT = "over_limit"
    CHAT_STOPPED = "chat_stopped"
    CHAT_STARTED = "chat_started"
    TOLD_CLOSED = "told_closed"
    TOLD_AWAY = "told_away"


@dataclass(frozen=True, slots=True)
class Sentences:
    """A language's. `said`: each in two parts, always said, and how to reach a person ("" where that is not said),
    where the business has told us; `gap` stands between them. `nameless`: instead of a name that nobody knows.

    They promise nothing that is not so: a message is stored and shown to the business. From OPTED_OUT on they say that
    something was done; whoever sends one commits with it what it says.
    From OPTED_OUT to OVER_LIMIT they are texts of one segment: once folded, of GSM-7 letters alone (no "á", "ç" or
    "ê"), and where a language has none of those, of at most two.
    """

    nameless: str
    way_out: str
    said: Mapping[Phrase, tuple[str, str]]
    gap: str = " "
