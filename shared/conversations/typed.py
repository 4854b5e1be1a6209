"""What strangers type of themselves and call their files: their text, made fit to stand on one line among ours.

Nothing of it is ever an id or a path.
"""

from __future__ import annotations

import re
from unicodedata import category, normalize
from urllib.parse import unquote

from shared.conversations.pictures import GIF, HEIC, JPEG, PDF, PNG, WEBP
from shared.errors import BadRequest

MOST_FILE_NAME = 255
MOST_EMAIL = 254  # RFC 5321, 4.5.3.1, with the brackets of a path
_MOST_LOCAL = 64

# The plain form of RFC 5321 in ASCII, with a domain of the public name system: no quotes, no comments, no addresses.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(
    rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{1,58}}[A-Za-z0-9]))"
)

# Controls, what turns or hides other characters (bidi overrides, zero width, tags), and halves of characters.
_UNSEEN = ("Cc", "Cf", "Cs", "Co")
_ENDINGS = {
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    WEBP: (".webp",),
    GIF: (".gif",),
    HEIC: (".heic", ".heif"),
    PDF: (".pdf",),
}


def one_line(text: str, most: int) -> str:
    """Only what is seen, each gap one space; at most `most` UTF-16 units, as the database's rules count them."""
    seen = "".join(c for c in " ".join(normalize("NFC", text).split()) if category(c) not in _UNSEEN)
    return _cut(" ".join(seen.split()), most).strip()


def email(text: str) -> str:
    """An address that any mail server takes, its domain in lower case. Raises BadRequest for everything else."""
    match = _EMAIL.fullmatch(text.strip()[: MOST_EMAIL + 1])
    if match is None or len(match[0]) > MOST_EMAIL or len(match[1]) > _MOST_LOCAL:
        raise BadRequest("This is not an email address. Write it as in name@example.com.")
    return f"{match[1]}@{match[2].lower()}"


def file_name(header: str, content_type: str) -> str:
    """Out of percent-encoded UTF-8: without its folders, and with the ending of what the file is."""
    last = re.split(r"[/\\]", unquote(header, errors="replace"))[-1]
    name = one_line(last, 8 * MOST_FILE_NAME).strip(" .")
    endings = _ENDINGS[content_type]
    ending = next((name[-len(one) :] for one in endings if name[-len(one) :].lower() == one), "")
    stem = name.removesuffix(ending) or "file"
    ending = ending or endings[0]
    return f"{_cut(stem, MOST_FILE_NAME - len(ending))}{ending}"


def _cut(text: str, most: int) -> str:
    return text.encode("utf-16-le", "ignore")[: 2 * most].decode("utf-16-le", "ignore")
