"""Node scripts of this folder that serve something, and say "ready" once they do."""

from __future__ import annotations

import asyncio
from pathlib import Path

from local.emulators.children import Child, EmulatorMissing
from local.emulators.node import HERE, Say, install_tools, node, quiet

STARTING = 120.0  # seconds until one must listen; 9 are usual on two cores


async def started(name: str, script: str, *arguments: str, say: Say = quiet) -> Child:
    """The process of `script`, once it is ready; `name` is what people call it. Raises EmulatorMissing."""
    executable = node()
    await install_tools(say)
    child = Child([executable, str(HERE / script), *arguments], cwd=_scratch())
    try:
        await _until_ready(child, name)
    except BaseException:
        await child.stop()
        raise
    return child


async def _until_ready(child: Child, name: str) -> None:
    deadline = asyncio.get_running_loop().time() + STARTING
    while "ready" not in child.printed():
        if child.ended or asyncio.get_running_loop().time() > deadline:
            raise EmulatorMissing(f"{name} did not start:\n{child.printed().strip()[-1500:]}")
        await asyncio.sleep(0.05)


def _scratch() -> Path:
    """Where it may write its debug log, which contains the environment: a place that git ignores."""
    folder = HERE.parent.parent / ".local"
    folder.mkdir(exist_ok=True)
    return folder
