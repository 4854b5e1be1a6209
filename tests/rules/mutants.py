"""Every condition of the rules, and each broken once: an operator flipped, a term dropped, a constant changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.rules.cells import Cell
from tests.rules.grammar import COMPARISONS, Block, Node, Rules, Statement, line_of

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
OTHER_CONSTANT = {"true": "false", "false": "true", "null": "0"}


@dataclass(frozen=True)
class Mutant:
    """Text from `start` to `end` becomes `instead`. `block` is the collection it is about (None: all of them)."""

    start: int
    end: int
    instead: str
    block: str | None
    term: str  # the smallest condition around it

    def describe(self, source: str) -> str:
        was = " ".join(source[self.start : self.end].split())
        return f"line {line_of(source, self.start)}: {was[:90]}  →  {self.instead[:90]}"


def mutants(source: str) -> list[Mutant]:
    """All of them, in the order of the text."""
    found = [mutant for statement in Rules(source).statements for mutant in _of_statement(source, statement)]
    return sorted(set(found), key=lambda mutant: (mutant.start, mutant.end, mutant.instead))


def _of_statement(source: str, statement: Statement) -> Iterator[Mutant]:
    top = statement.expression
    if statement.is_allow and top.operator not in ("&&", "||"):
        yield Mutant(top.start, top.end, "true", statement.block, source[top.start : top.end])
    yield from _of_node(source, top, statement.block, top)


def _of_node(source: str, node: Node, block: str | None, term: Node) -> Iterator[Mutant]:
    around = source[term.start : term.end]
    for start, end, instead in _breaks(source, node):
        yield Mutant(start, end, instead, block, around)
    for part in node.parts:
        inner = part if node.operator in ("&&", "||") else term
        yield from _of_node(source, part, block, inner)


def _breaks(source: str, node: Node) -> Iterator[tuple[int, int, str]]:
    whole = source[node.start : node.end]
    match node.operator:
        case "&&" | "||":
            neutral = "true" if node.operator == "&&" else "false"
            for part in node.parts:
                yield part.start, part.end, neutral
        case "in" | "is":
            yield node.start, node.end, f"!({whole})"
        case "!":
            yield node.start, node.end, source[node.parts[0].start : node.parts[0].end]
        case "number":
            yield node.start, node.end, str(int(whole) + 1)
        case "text":
            yield node.start, node.end, f"{whole[:-1]}~{whole[-1]}"
        case "call matches":
            pattern = node.parts[1]
            yield pattern.start, pattern.end, "'.*'"
        case operator if operator in COMPARISONS:
            sign = node.token
            assert sign is not None
            yield sign.start, sign.end, OPPOSITE[sign.text]
        case constant if constant in OTHER_CONSTANT:
            yield node.start, node.end, OTHER_CONSTANT[constant]


def broken(source: str, mutant: Mutant) -> str:
    """The rules with this mutant, without the blocks it is not about (the emulator reads them for seconds)."""
    text = source
    for block in _others(source, mutant.block):
        text = text[: block.start] + " " * (block.end - block.start) + text[block.end :]
    return text[: mutant.start] + mutant.instead + text[mutant.end :]


def _others(source: str, collection: str | None) -> list[Block]:
    """The match blocks that have no say over a collection: neither its own, nor around one, nor for any collection."""
    blocks = Rules(source).blocks
    own = [block for block in blocks if collection in (None, "*", block.collection) or block.collection == "*"]
    return [block for block in blocks if not any(block.start <= one.start < block.end for one in own)]


def unbroken(source: str) -> list[Mutant]:
    """For each match block a mutant that changes nothing: whoever notices that one would notice anything."""
    names = {block.collection for block in Rules(source).blocks}
    return [Mutant(0, 0, "", name, "") for name in sorted(names)]


def judges(mutant: Mutant, cells: tuple[Cell, ...]) -> list[Cell]:
    """The cells of the mutant's block, those first that speak of what it breaks."""
    own = [cell for cell in cells if mutant.block in (None, "*", cell.collection)]
    words = set(re.findall(r"[a-z_]{3,}", mutant.term))
    return sorted(own, key=lambda cell: -len(words & set(re.findall(r"[a-z_]{3,}", cell.name))))
