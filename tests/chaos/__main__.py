"""`python -m tests.chaos`: texts under fire. Prints a table, writes .local/chaos.json, ends 1 if it is red."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from tests.chaos.plan import LONG, SHORT
from tests.chaos.plants import PLANTS
from tests.chaos.report import show
from tests.chaos.run import run
from tests.stack import ROOT


async def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="repeats a run's choices")
    parser.add_argument("--short", action="store_true", help="the run that is part of the tests")
    parser.add_argument("--plant", choices=PLANTS, help="with this bug planted: it must end red")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        size = SHORT if given.short or given.plant else LONG
        found = await run(size, given.seed, Path(folder), plant=given.plant)
        (ROOT / ".local").mkdir(exist_ok=True)
        shutil.copy(Path(folder) / "evidence.json", ROOT / ".local" / "chaos-evidence.json")
    show(found, ROOT / ".local" / "chaos.json")
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
