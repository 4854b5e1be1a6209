"""This repository as data: its files, its syntax trees, its manifest."""

from __future__ import annotations

import ast
import copy
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
DEPLOYED = ("functions", "shared", "main.py")
TYPED = (*DEPLOYED, "local")  # what the type checker holds to its strictest


@dataclass(frozen=True)
class Source:
    """A Python file, parsed. `name` is its path below the root."""

    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@cache
def source(name: str) -> Source:
    text = (ROOT / name).read_text()
    return Source(name, text, ast.parse(text))


def sources(*places: str) -> list[Source]:
    """Every Python file in `places`, which are folders or files below the root."""
    found = [
        source(path.relative_to(ROOT).as_posix())
        for place in places
        for path in ([ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py")))
        if "node_modules" not in path.parts
    ]
    assert found, f"nothing to look at in {places}"
    return found


def manifest() -> dict[str, dict[str, object]]:
    """A copy that the caller may change."""
    return copy.deepcopy(_manifest())


@cache
def _manifest() -> dict[str, dict[str, object]]:
    found = yaml.safe_load((ROOT / "functions" / "manifest.yaml").read_text())
    assert isinstance(found, dict)
    return found


def project_files() -> list[Path]:
    """Every file that belongs to the project: tracked by git, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Each import below `tree` as (statement, "package.module[.name]")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def imported_at_start(module: ast.Module) -> Iterator[str]:
    """What importing this module imports: not inside functions, and not for the type checker alone."""
    for node in _runs_at_start(module.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name for _, name in imported(node))


def _runs_at_start(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _only_for_types(node):
            continue
        yield node
        for inner in ("body", "orelse", "finalbody"):
            yield from _runs_at_start(getattr(node, inner, []))
        for handler in getattr(node, "handlers", []):
            yield from _runs_at_start(handler.body)


def _only_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def below(name: str, package: str) -> bool:
    """Whether the dotted `name` is `package` or something in it."""
    return name == package or name.startswith(f"{package}.")
