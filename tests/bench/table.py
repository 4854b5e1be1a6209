"""The budgets of the design, what was measured, and whether it holds."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.stack import ROOT, RunningStack, started


@dataclass(frozen=True)
class Row:
    """`holds` is None where there is no budget, only a figure to know."""

    what: str
    measured: str
    budget: str
    holds: bool | None


def show(rows: list[Row], file: Path) -> None:
    """Prints the table and writes it."""
    table = Table("what", "measured", "budget", "")
    for row in rows:
        mark = {True: "[green]holds[/]", False: "[bold red]over[/]", None: ""}[row.holds]
        table.add_row(row.what, row.measured, row.budget, mark)
    Console(width=150).print(table)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(row) for row in rows], indent=1))


async def alone(rows: Callable[[RunningStack], Awaitable[list[Row]]], name: str) -> None:
    """One measurement, in a local cloud of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with started(Path(folder)) as stack:
            found = await rows(stack)
    show(found, ROOT / ".local" / f"bench-{name}.json")
