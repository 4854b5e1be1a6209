"""One Firestore emulator for all tests of the rules, with the project's rules, and the gate in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.emulators import firestore
from local.emulators.children import Running, free_port
from local.gate import Gate
from tests.rules.cells import Cell, every_cell, world
from tests.rules.people import PROJECT
from tests.rules.probe import Probe

RULES = Path(__file__).parent.parent.parent / "firestore.rules"


class MovableClock:
    """The real time, moved by `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return self.now().timestamp()


@pytest.fixture(scope="session")
def rules() -> str:
    return RULES.read_text("utf-8")


@pytest.fixture(scope="session")
async def emulator() -> AsyncIterator[Running]:
    running = await firestore.start(free_port(), RULES, PROJECT)
    yield running
    await running.stop()


@pytest.fixture(scope="session")
def clock_of_the_gate() -> MovableClock:
    return MovableClock()


@pytest.fixture
def clock(clock_of_the_gate: MovableClock) -> Iterator[MovableClock]:
    """The gate's clock, which is put right after the test."""
    yield clock_of_the_gate
    clock_of_the_gate.ahead = timedelta()


@pytest.fixture(scope="session")
async def gate(emulator: Running, clock_of_the_gate: MovableClock) -> AsyncIterator[Gate]:
    gate = Gate(0, emulator.host, PROJECT, clock_of_the_gate)
    await gate.start()
    yield gate
    await gate.stop()


@pytest.fixture(scope="session")
async def wrong(emulator: Running) -> list[Cell]:
    """All cells that were not answered as they must be, after every one of them was asked once."""
    cells = every_cell()
    async with Probe(emulator.host) as probe:
        await probe.seed({cell.path: cell.seed for cell in cells if cell.seed} | world())
        return await probe.wrong(cells)
