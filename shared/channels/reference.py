"""Our reference on the URL that a provider reports to: how it gets there, and how it is read when it comes back.

It is a hint: whoever knows the URL can write another one, so the body of the report must confirm it.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote

from shared.channels.types import OutboundText

PARAMETER = "ref"
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,200}")


def status_url(text: OutboundText) -> str:
    joint = "&" if "?" in text.status_url else "?"
    return f"{text.status_url}{joint}{PARAMETER}={quote(text.reference, safe='')}"


def referenced(query: str) -> str | None:
    """The reference in a raw query string, None where there is none of ours."""
    try:
        values = parse_qs(query).get(PARAMETER, [])
    except ValueError:
        return None
    return values[0] if values and _REFERENCE.fullmatch(values[0]) else None


def printable(label: str) -> str:
    """What a provider wrote, at most 80 characters of it, as a log can show it."""
    return "".join(character for character in label if character.isprintable())[:80]
