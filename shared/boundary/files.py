"""How a file is handed to a browser: as a picture that stands in a page, or as something to put away."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote

from shared.boundary.call import Reply
from shared.conversations.pictures import FILES, IN_PAGES
from shared.conversations.typed import file_name
from shared.store.blobs import Blob


def handed_out(file: Blob, query: str) -> Reply:
    """`query` may say what it is called, which proves nothing: it names a download, whose ending is the file's own."""
    headers = {
        "content-type": file.content_type,
        "x-content-type-options": "nosniff",
        "content-disposition": _disposition(file.content_type, parse_qs(query).get("name", [""])[0]),
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",  # the widget's frame shows it, from an origin of its own
        "cache-control": "private, max-age=300",
    }
    return Reply(file.content, headers=headers)


def _disposition(content_type: str, name: str) -> str:
    """RFC 6266: a name in ASCII for whoever knows no other, and the whole one in UTF-8."""
    if content_type in IN_PAGES:
        return "inline"
    if content_type not in FILES:
        return "attachment"
    whole = file_name(quote(name, errors="ignore"), content_type)
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", whole)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(whole, safe='')}"
