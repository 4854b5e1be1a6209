"""The pictures that an answer is about, for a model that can look at them.

An answer does not wait for a picture: what is not stored yet is asked for again, since its task may be lost, and the
model is told that there was one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from shared import log
from shared.assistant import Picture
from shared.clock import Clock
from shared.conversations.pictures import HEIC, JPEG, KINDS, PNG, WEBP
from shared.conversations.work import Work
from shared.errors import Unavailable
from shared.store.blobs import Blobs
from shared.store.documents import Message
from shared.store.media import MediaFile
from shared.store.reading import Found, Reader, media

MOST_SHOWN = 4
MOST_BYTES = 4 * 1024 * 1024  # together
SHOWN = (JPEG, PNG, WEBP, HEIC)  # what Gemini takes (ai.google.dev/gemini-api/docs/image-understanding)


class Gallery:
    def __init__(self, reader: Reader, blobs: Blobs, work: Work, clock: Clock) -> None:
        self._reader = reader
        self._blobs = blobs
        self._work = work
        self._clock = clock

    async def of(self, texts: Sequence[Message]) -> tuple[Picture, ...]:
        """What is stored of these texts' pictures, the newest that fit, in the order in which they came."""
        with_files = [text for text in texts if text.media_ids]
        if not with_files:
            return ()
        known = await self._reader.read(media(id) for text in with_files for id in text.media_ids)
        await self._ask_again(text for text in with_files if any(known.media(id) is None for id in text.media_ids))
        loaded = await asyncio.gather(*(self._load(file) for file in _chosen(with_files, known)))
        return tuple(picture for picture in loaded if picture is not None)

    async def names(self, messages: Iterable[Message]) -> Mapping[str, tuple[str, ...]]:
        """By message: what its files are called that no model is shown, as their visitor called them."""
        uploads = {said.id: said.pictures for said in messages if said.direction == "in" and said.pictures}
        known = await self._reader.read(media(id) for ids in uploads.values() for id in ids)
        files = {said: [file for file in map(known.media, ids) if file is not None] for said, ids in uploads.items()}
        return {
            said: tuple(one.name for one in found if one.content_type not in KINDS) for said, found in files.items()
        }

    async def _load(self, file: MediaFile) -> Picture | None:
        try:
            blob = await self._blobs.get(file.id)
        except Unavailable:
            log.warning("picture not loaded", count="picture_missing", media=file.id)
            return None
        return Picture(file.content_type, blob.content) if blob is not None else None

    async def _ask_again(self, texts: Iterable[Message]) -> None:
        for text in texts:
            log.info("files not there yet", count="media_late", message_id=text.id)
            try:
                await self._work.fetch_media_again(text.id, self._clock.now())
            except Unavailable:
                log.warning("could not enqueue", count="media_task_failed", message_id=text.id)


def _chosen(texts: Sequence[Message], known: Found) -> list[MediaFile]:
    files = [file for text in texts for file in map(known.media, text.media_ids) if file is not None and file.stored]
    chosen: list[MediaFile] = []
    for file in reversed(files):
        fits = len(chosen) < MOST_SHOWN and sum(one.size for one in chosen) + file.size <= MOST_BYTES
        if fits and file.content_type in SHOWN:
            chosen.insert(0, file)
    return chosen
