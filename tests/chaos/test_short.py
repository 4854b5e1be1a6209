"""Nothing lost, nothing twice: the short run."""

from __future__ import annotations

import secrets
from pathlib import Path

from tests.chaos.plan import SHORT
from tests.chaos.report import show
from tests.chaos.run import run


async def test_under_fire_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}: python3 noxfile.py -s chaos -- --short --seed {seed}")
    found = await run(SHORT, seed, tmp_path)
    show(found, tmp_path / "chaos.json")
    assert found.holds
