"""The Firebase Auth emulator alone: `running = await start(port, project, say)`, `await running.stop()`.

It is part of firebase-tools and started by an internal path (auth.cjs), so its version is pinned. It proves nothing
about signatures: it accepts any key, and unsigned tokens.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from local.emulators.children import Child, EmulatorMissing, Running
from local.emulators.node import HERE, Say, install_tools, node, quiet

STARTING = 120.0  # seconds until it must listen; 9 are usual on two cores


async def start(port: int, project: str, say: Say = quiet) -> Running:
    """The emulator that FIREBASE_AUTH_EMULATOR_HOST names, else a new one on `port`. Raises EmulatorMissing."""
    host = os.environ.get("FIREBASE_AUTH_EMULATOR_HOST")
    if host:
        return Running(host)
    executable = node()
    await install_tools(say)
    child = Child([executable, str(HERE / "auth.cjs"), str(port), project], cwd=_scratch())
    try:
        await _until_ready(child)
    except BaseException:
        await child.stop()
        raise
    return Running(f"127.0.0.1:{port}", child)


async def _until_ready(child: Child) -> None:
    deadline = asyncio.get_running_loop().time() + STARTING
    while "ready" not in child.printed():
        if child.ended or asyncio.get_running_loop().time() > deadline:
            raise EmulatorMissing(f"The Auth emulator did not start:\n{child.printed().strip()[-1500:]}")
        await asyncio.sleep(0.05)


def _scratch() -> Path:
    """Where it may write its debug log, which contains the environment: a place that git ignores."""
    folder = HERE.parent.parent / ".local"
    folder.mkdir(exist_ok=True)
    return folder
