"""A visitor of a house's site: what they write and do, on the emulator and through the real pipeline."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from local.standins.storage import StorageStandin
from local.wire import serve_http
from shared.config import config
from shared.conversations.on_site import Received, Said
from shared.store.documents import Message
from shared.vault.visits import Visit
from tests.contract import pipeline_support
from tests.contract.pipeline_support import House


class Visitor(pipeline_support.Visitor):
    """Does one thing at a time: what is written is answered when a test says so."""

    def __init__(self, house: House) -> None:
        visit = Visit.begun(house.tenant, "key-1", "https://site.example", "en")
        super().__init__(house, visit)
        self.id = visit.conversation

    async def write(self, words: str = "", *files: str) -> Received:
        return await self.on_site.receive(Said(secrets.token_hex(8), words, files, "https://site.example/classes"))

    async def is_answered(self, *said: str) -> None:
        """By the assistant, which says this."""
        self.house.say(*said)
        await self.house.answering.answer(self.id)

    async def heard(self) -> list[Message]:
        """What was said to them, oldest first."""
        return [one for one in await self.messages() if one.direction == "out"]


@asynccontextmanager
async def files_kept(project: str) -> AsyncIterator[str]:
    """Cloud Storage for this process, beside the database that it has already; its URL."""
    storage = await serve_http(StorageStandin().app)
    before = dict(os.environ)
    os.environ |= {
        "STORAGE_EMULATOR_HOST": storage.url,
        "FIRESTORE_EMULATOR_HOST": str(config().endpoints.firestore),
        "GOOGLE_CLOUD_PROJECT": project,
    }
    config.cache_clear()
    config()
    os.environ.clear()
    os.environ |= before
    yield storage.url
    await storage.stop()
