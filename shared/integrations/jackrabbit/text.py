"""Jackrabbit's texts carry HTML: here they become plain."""

from __future__ import annotations

import html
from html.parser import HTMLParser
from unicodedata import combining, normalize

LONGEST = 200  # characters of a name or a location; the school's own widget shows fewer


def plain(text: str) -> str:
    """`text` without entities, tags and invisible characters, on one line, at most LONGEST characters.

    Entities first: the markup itself may be escaped. A character that nobody can see (bidi overrides, zero-width,
    half surrogates) could only hide something from the person who reads the class list.
    """
    line = " ".join(_without_tags(html.unescape(text)).split())
    if not line.isprintable():
        line = "".join(character for character in line if character.isprintable())
    return line[:LONGEST].strip()


def fold(text: str) -> str:
    """Plain text as it is compared: lower case, without accents ("Niños" and "NINOS" are the same)."""
    return "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(" ")  # "Level 1<br>Mornings" is two words


def _without_tags(markup: str) -> str:
    if "<" not in markup:
        return markup
    stripper = _Stripper()
    stripper.feed(markup)
    stripper.close()
    return "".join(stripper.parts)
