"""What is deployed, as one zip: `python -m local.bundle [file]`. The same sources give the same bytes, everywhere.

main.py at the root with requirements.txt beside it, as the platform's builder wants it; every function is deployed from
this one archive and differs by its entry point alone.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "dist" / "functions.zip"
FILES = ("main.py", "requirements.txt")
FOLDERS = ("functions", "shared")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can say
_PLAIN_FILE = 0o100644 << 16


def contents(root: Path = ROOT) -> Iterator[Path]:
    """The files of the bundle, sorted by their names in it."""
    found = [root / name for name in FILES]
    for folder in FOLDERS:
        found += [path for path in (root / folder).rglob("*") if path.is_file() and _is_source(path)]
    yield from sorted(found, key=lambda path: path.relative_to(root).as_posix())


def write(target: Path, root: Path = ROOT) -> str:
    """Writes the bundle; answers its SHA-256, in hex."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Stored, not deflated: compressors differ from build to build, and these are a few hundred kilobytes.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in contents(root):
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _LONG_AGO)
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = _PLAIN_FILE
            archive.writestr(entry, path.read_bytes())
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _is_source(path: Path) -> bool:
    return "__pycache__" not in path.parts and not path.name.startswith(".") and path.suffix != ".pyc"


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    digest = write(target)
    print(f"{target}: {target.stat().st_size:,} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
