"""Firebase Hosting of one target: `running = await start(port, site, say)`, `await running.stop()`.

The files, headers and rewrites are those of the real firebase.json, read by superstatic, which firebase-tools brings
and its emulator uses too. That emulator itself cannot reach functions which it has not started.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local.emulators.children import Running
from local.emulators.node import Say, quiet
from local.emulators.scripts import started

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "firebase.json"
PATIENCE = 60.0  # seconds that Hosting waits for a function


@dataclass(frozen=True)
class Site:
    """`target`: which of firebase.json's; `functions`: their URL; `root`: the folder that its `public` lies in."""

    target: str
    functions: str
    root: Path = ROOT
    patience: float = PATIENCE


async def start(port: int, site: Site, say: Say = quiet) -> Running:
    """A new one on `port` of 127.0.0.1. Raises EmulatorMissing."""
    arguments = (str(port), str(CONFIGURATION), site.target, str(site.root), site.functions, str(site.patience))
    child = await started("Hosting", "hosting.cjs", *arguments, say=say)
    return Running(f"127.0.0.1:{port}", child)
