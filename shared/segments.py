"""What a text costs: its encoding and segments, counted as carriers do; and how typography is kept from doubling it.

GSM-7 (3GPP TS 23.038) holds 160 septets in one text and 153 in each part of a longer one; UCS-2 holds 70 and 67 UTF-16
code units. One character outside GSM-7 makes the whole text UCS-2. The extension table's characters are two septets,
and many emoji are two code units: neither is split over two parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_CARRIED = 1600  # characters: what ten texts carry, and the most that carriers pass on

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _BASIC | _EXTENSION

# Typographic characters that would cost a text half its length (UCS-2) for nothing: their GSM-7 look-alikes.
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´‹›", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys(
            "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
        ),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad"),
        **dict.fromkeys("\u0085\u2028\u2029", "\n"),
        "…": "...",
        "•": "-",
        "·": "-",
    }
)


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}  # units: alone, in a part


@dataclass(frozen=True, slots=True)
class Segments:
    """`units`: septets of GSM-7, UTF-16 code units of UCS-2. `segments`: what is billed; 0 for an empty text."""

    encoding: Encoding
    units: int
    segments: int


def fold(text: str) -> str:
    """`text` with typographic punctuation and spaces as GSM-7 has them. Letters and emoji stay: they are meant."""
    return text.translate(_FOLDED)


def count(text: str) -> Segments:
    """How carriers count `text` as it stands; fold it first."""
    encoding = Encoding.GSM7 if _GSM7.issuperset(text) else Encoding.UCS2
    sizes = [_size(character, encoding) for character in text]
    units = sum(sizes)
    alone, part = _ROOM[encoding]
    return Segments(encoding, units, min(units, 1) if units <= alone else _parts(sizes, part))


def _size(character: str, encoding: Encoding) -> int:
    twice = character in _EXTENSION if encoding is Encoding.GSM7 else ord(character) > 0xFFFF
    return 2 if twice else 1


def _parts(sizes: Iterable[int], room: int) -> int:
    """Filled one after the other; what does not fit whole begins the next."""
    parts, used = 1, 0
    for size in sizes:
        used += size
        if used > room:
            parts, used = parts + 1, size
    return parts
