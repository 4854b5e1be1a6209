"""The Firebase Auth emulator alone: `running = await start(port, project, say)`, `await running.stop()`.

It is part of firebase-tools and started by an internal path (auth.cjs), so its version is pinned. It proves nothing
about signatures: it accepts any key, and unsigned tokens.
"""

from __future__ import annotations

import os

from local.emulators.children import Running
from local.emulators.node import Say, quiet
from local.emulators.scripts import started


async def start(port: int, project: str, say: Say = quiet) -> Running:
    """The emulator that FIREBASE_AUTH_EMULATOR_HOST names, else a new one on `port`. Raises EmulatorMissing."""
    host = os.environ.get("FIREBASE_AUTH_EMULATOR_HOST")
    if host:
        return Running(host)
    child = await started("The Auth emulator", "auth.cjs", str(port), project, say=say)
    return Running(f"127.0.0.1:{port}", child)
