"""A file for whoever holds its link (`shared.vault.links`): no database is asked."""

from __future__ import annotations

from datetime import datetime

from shared.errors import NotFound
from shared.store.blobs import Blob, Blobs
from shared.vault.links import media_links


async def linked_file(token: str, now: datetime) -> Blob:
    """The file behind a link. Raises NotFound, the same for a forged, an expired and an empty one, and Unavailable."""
    file = media_links().open(token, now)
    found = await Blobs(file.tenant).get(file.media) if file is not None else None
    if found is None:
        raise NotFound("there is nothing at this address")
    return found
