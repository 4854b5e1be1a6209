"""What a visitor's browser loads, by the widget's own build. Alone: `python -m tests.bench.bundle`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence

from local.emulators.node import npm
from tests.bench.table import Row, show
from tests.stack import ROOT

CLIENT = ROOT / "client"
LOADER = 5 * 1024
WHOLE = 30 * 1024
PART = re.compile(r"^(loader|app|css|locale|lazy) +(\S+) +\d+ B +(\d+) B gzip$", re.MULTILINE)
DEPENDENCY = re.compile(r"^largest dependency: (.+)$", re.MULTILINE)


def rows() -> list[Row]:
    """The build itself fails over these budgets; here they are told beside the others."""
    printed = _built()
    parts = [(kind, name, int(size)) for kind, name, size in PART.findall(printed)]
    loader, app, css = (sum(size for of, _, size in parts if of == kind) for kind in ("loader", "app", "css"))
    locale = max(size for of, _, size in parts if of == "locale")
    whole = loader + app + css + locale
    return [
        Row("widget: the loader", _kilobytes(loader), "≤ 5 KB", loader <= LOADER),
        Row(
            "widget: loader, app, CSS and the largest locale",
            f"{_kilobytes(whole)} ({', '.join(map(_kilobytes, (loader, app, css, locale)))})",
            "≤ 30 KB",
            whole <= WHOLE,
        ),
        Row("widget: on demand", _on_demand(parts), "", None),
        Row("widget: its largest dependency", _found(DEPENDENCY, printed), "", None),
    ]


def _built() -> str:
    if not (CLIENT / "node_modules").is_dir():
        subprocess.run(
            [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=CLIENT, check=True, timeout=300
        )
    done = subprocess.run([*npm(), "run", "build"], cwd=CLIENT, timeout=300, stdout=subprocess.PIPE, text=True)
    if not PART.search(done.stdout):
        raise RuntimeError(f"the widget's build told no sizes:\n{done.stdout}")
    return done.stdout


def _found(pattern: re.Pattern[str], printed: str) -> str:
    match = pattern.search(printed)
    return match[1] if match else "not told"


def _on_demand(parts: Sequence[tuple[str, str, int]]) -> str:
    lazy = sorted((size for kind, _, size in parts if kind == "lazy"), reverse=True)
    return f"{len(lazy)} parts, {_kilobytes(sum(lazy))}, the largest {_kilobytes(max(lazy, default=0))}"


def _kilobytes(size: int) -> str:
    return f"{size / 1024:.1f} KB"


if __name__ == "__main__":
    show(rows(), ROOT / ".local" / "bench-bundle.json")
