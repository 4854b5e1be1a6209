"""Every principal, and everyone who pretends to be one, against every collection and every verb (DESIGN §2)."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.rules.cells import Cell, every_cell
from tests.rules.documents import ROWS
from tests.rules.grammar import Rules
from tests.rules.matrix import MATRIX, VERBS
from tests.rules.people import FORGERIES, PRINCIPALS

COLLECTIONS = Path(__file__).parent.parent.parent / "shared" / "store" / "collections.py"
NAMES = [who.name for who in (*PRINCIPALS, *FORGERIES)]
BLOCKS = sorted({cell.collection for cell in every_cell()})


def _sentence(cell: Cell) -> str:
    return f"{cell.name} ({cell.path}): should be {'allowed' if cell.allowed else 'refused'}"


@pytest.mark.parametrize("name", NAMES)
def test_a_principal_may_do_what_the_matrix_says_and_nothing_else(wrong: list[Cell], name: str) -> None:
    assert [_sentence(cell) for cell in wrong if cell.principal.name == name] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_a_collection_takes_only_documents_and_changes_of_its_shape(wrong: list[Cell], block: str) -> None:
    assert [_sentence(cell) for cell in wrong if cell.collection == block] == []


def test_every_collection_of_the_store_has_a_row() -> None:
    assert _collections_in(COLLECTIONS.read_text("utf-8")) == {row.collection for row in ROWS}


def test_every_match_block_has_a_row_and_every_row_a_match_block(rules: str) -> None:
    assert {block.collection for block in Rules(rules).blocks} - {"*"} == {row.collection for row in ROWS}


def test_the_matrix_and_the_documents_name_the_same_rows() -> None:
    assert set(MATRIX) == {row.name for row in ROWS}


def test_every_verb_is_both_allowed_to_someone_and_refused_to_someone() -> None:
    seen = {(cell.verb, cell.allowed) for cell in every_cell()}
    assert seen == {(verb, allowed) for verb in VERBS for allowed in (True, False)}


def test_every_cell_has_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(cell.name for cell in every_cell()).items() if times > 1] == []


def _collections_in(source: str) -> set[str]:
    """The values of all string constants of a module."""
    assigned = (node.value for node in ast.parse(source).body if isinstance(node, ast.Assign | ast.AnnAssign))
    return {value.value for value in assigned if isinstance(value, ast.Constant) and isinstance(value.value, str)}
