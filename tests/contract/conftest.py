"""The Firestore emulator with the real rules, and Gemini's stand-in, without the rest of the local cloud."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.emulators import firestore
from local.emulators.children import free_port
from shared.config import ConfigurationError, config
from shared.store import settings_cache
from shared.tenancy import database
from tests.contract.live_support import Door, door_before
from tests.contract.pipeline_support import House

if TYPE_CHECKING:
    from tests.contract.gemini_support import Rig

RULES = Path(__file__).parents[2] / "firestore.rules"


@pytest.fixture(scope="session")
async def emulator() -> AsyncIterator[str]:
    """host:port of an emulator with our rules."""
    running = await firestore.start(free_port(), RULES)
    yield running.host
    await database.close()
    config.cache_clear()
    await running.stop()


@pytest.fixture
def emulated(emulator: str) -> str:
    """The project, once this process's configuration points at the emulator: another test may have forgotten it."""
    try:
        pointed = config().endpoints.firestore is not None
    except ConfigurationError:
        pointed = False
    if not pointed:
        _point_at(emulator)
    return firestore.PROJECT


def _point_at(host: str) -> None:
    before = dict(os.environ)
    os.environ |= {"FIRESTORE_EMULATOR_HOST": host, "GOOGLE_CLOUD_PROJECT": firestore.PROJECT}
    config.cache_clear()
    config()  # read once; what other tests start must not inherit these
    os.environ.clear()
    os.environ |= before


@pytest.fixture
async def door(emulated: str) -> AsyncIterator[Door]:
    """In front of the emulator, for whatever this test does from now on."""
    async with door_before(emulated) as door:
        yield door


@pytest.fixture
async def house(emulated: str) -> House:
    settings_cache.forget()
    return await House(emulated).open()


@pytest.fixture(scope="session")
async def served_gemini() -> AsyncIterator[Rig]:
    from tests.contract.gemini_support import rig  # here: its client takes a second, and most tests have none

    async with rig() as served:
        yield served


@pytest.fixture
def gemini(served_gemini: Rig) -> Rig:
    """The stand-in, as new, and the real client before it."""
    served_gemini.reset()
    return served_gemini
