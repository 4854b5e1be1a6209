"""What each boolean expression of the rules has been: the emulator's report, held against our own reading of the text.

The emulator's "coverage" counts an expression that was only ever true. And an expression that was never reached has no
values at all: so every condition that the parser finds must be in the report, with both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from tests.rules.grammar import COMPARISONS, Node, Rules, line_of

BOOLEAN = ("&&", "||", "!", *COMPARISONS)


class Position(TypedDict):
    currentOffset: int
    endOffset: int


class Report(TypedDict, total=False):
    sourcePosition: Position
    values: list[dict[str, dict[str, object]]]
    children: list[Report]


def one_sided(source: str, report: list[Report]) -> list[str]:
    """A sentence for each condition that was not seen both true and false."""
    seen = dict(_seen(report))
    return [
        f"line {line_of(source, start)}: never {missing}: {' '.join(source[start:end].split())}"
        for start, end in conditions(source)
        for missing in ("true", "false")
        if (missing == "true") not in seen.get((start, end), set())
    ]


def conditions(source: str) -> list[tuple[int, int]]:
    """Where each boolean expression stands: comparisons, their combinations, and what is combined."""
    found = {
        (start, _reported_end(source, end))
        for statement in Rules(source).statements
        for start, end in _conditions(statement.expression)
    }
    return sorted(found)


def _conditions(node: Node, bracket: int | None = None) -> Iterator[tuple[int, int]]:
    """An expression in brackets is reported as beginning with its bracket."""
    start = node.start if bracket is None else bracket
    if node.operator in BOOLEAN:
        yield start, node.end
    for part in node.parts:
        if node.operator in ("&&", "||"):
            yield part.start, part.end
        yield from _conditions(part, start if node.operator == "()" else None)


def _reported_end(source: str, end: int) -> int:
    """The emulator's spans end with their last name or constant, before closing brackets."""
    while source[end - 1] in "()[] \n":
        end -= 1
    return end


def _seen(report: list[Report]) -> Iterator[tuple[tuple[int, int], set[bool]]]:
    merged: dict[tuple[int, int], set[bool]] = {}
    for node in _walk(report):
        position = node.get("sourcePosition")
        if position is not None:
            span = (position["currentOffset"], position["endOffset"] + 1)
            merged.setdefault(span, set()).update(_booleans(node))
    yield from merged.items()


def _booleans(node: Report) -> Iterator[bool]:
    for entry in node.get("values", []):
        value = entry["value"].get("boolValue")
        if isinstance(value, bool):
            yield value


def _walk(report: list[Report]) -> Iterator[Report]:
    for node in report:
        yield node
        yield from _walk(node.get("children", []))
