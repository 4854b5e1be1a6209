"""Where the Firestore emulator's jar is on this machine (DESIGN §6), or a download of it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from local.emulators.children import EmulatorMissing
from local.emulators.node import TOOLS, Say, install_tools, node, quiet, run

IN_GCLOUD = Path("platform", "cloud-firestore-emulator", "cloud-firestore-emulator.jar")


async def find_jar(say: Say = quiet) -> Path:
    """The jar, downloaded if this machine has none. Raises EmulatorMissing."""
    return named() or of_gcloud() or cached() or await _downloaded(say)


def named() -> Path | None:
    """The jar named by FIRESTORE_EMULATOR_BINARY_PATH. Raises EmulatorMissing if the name leads nowhere."""
    name = os.environ.get("FIRESTORE_EMULATOR_BINARY_PATH")
    if not name:
        return None
    if not Path(name).is_file():
        raise EmulatorMissing(f"FIRESTORE_EMULATOR_BINARY_PATH names {name}, which is not a file.")
    return Path(name)


def of_gcloud() -> Path | None:
    """The component beside the real `gcloud`: looked for, because asking gcloud takes seconds."""
    gcloud = shutil.which("gcloud")
    root = Path(gcloud).resolve().parent.parent if gcloud else None
    jar = root / IN_GCLOUD if root else None
    return jar if jar and jar.is_file() else None


def cached() -> Path | None:
    """The newest one that firebase-tools has downloaded."""
    folder = Path(os.environ.get("FIREBASE_EMULATORS_PATH") or Path.home() / ".cache" / "firebase" / "emulators")
    return max(folder.glob("cloud-firestore-emulator-v*.jar"), key=_version, default=None)


def _version(jar: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", jar.stem))


async def _downloaded(say: Say) -> Path:
    await install_tools(say)
    say("Downloading the Firestore emulator (once, about 50 MB) …")
    firebase = str(TOOLS / "lib" / "bin" / "firebase.js")
    await run(
        [node(), firebase, "setup:emulators:firestore"], "firebase-tools could not download the Firestore emulator"
    )
    jar = cached()
    if jar is None:
        raise EmulatorMissing(
            "The Firestore emulator is not on this machine and could not be downloaded. Install gcloud's component "
            "(`gcloud components install cloud-firestore-emulator`), or name a jar in FIRESTORE_EMULATOR_BINARY_PATH."
        )
    return jar
