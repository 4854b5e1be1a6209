"""The matrix notices when a condition of the rules is broken. All of them: `python -m tests.rules.mutate --all`."""

from __future__ import annotations

import pytest

from local.emulators.children import Running
from tests.rules.grammar import Rules, Unreadable
from tests.rules.mutants import broken, mutants, unbroken
from tests.rules.mutate import chosen, noticed_although_unbroken, survivors

SAMPLE = 24
SEED = 20261122

TINY = """rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    function isOwner(role) { let wanted = 'owner'; return role == wanted; }
    match /a/{id} { allow get: if isOwner('x') && !(id in ['b']) || id.size() <= 3; }
    match /b/{id} { allow read: if isOwner('y'); allow delete: if true; }
  }
}
"""


async def test_a_sample_of_broken_conditions_is_noticed(emulator: Running, rules: str) -> None:
    some = chosen(mutants(rules), SAMPLE, SEED)
    living = await survivors(emulator.host, some)
    assert [mutant.describe(rules) for mutant in living] == []


async def test_unbroken_rules_are_not_noticed_even_without_the_other_blocks(emulator: Running, rules: str) -> None:
    same = [mutant for mutant in unbroken(rules) if mutant.block in ("pending", "secrets", "routes")]
    assert len(same) == 3
    assert await noticed_although_unbroken(emulator.host, same) == []


def test_every_kind_of_condition_is_found_and_broken() -> None:
    found = {mutant.describe(TINY).partition(": ")[2] for mutant in mutants(TINY)}
    assert found >= {
        "==  →  !=",
        "isOwner('x')  →  true",
        "!(id in ['b'])  →  true",
        "!(id in ['b'])  →  (id in ['b'])",
        "id in ['b']  →  !(id in ['b'])",
        "'b'  →  'b~'",
        "'x'  →  'x~'",
        "isOwner('x') && !(id in ['b'])  →  false",
        "id.size() <= 3  →  false",
        "<=  →  >",
        "3  →  4",
        "isOwner('y')  →  true",
        "true  →  false",
    }


def test_a_mutant_is_loaded_with_its_own_block_and_what_is_shared() -> None:
    in_b = next(mutant for mutant in mutants(TINY) if mutant.block == "b")
    text = broken(TINY, in_b)
    assert "match /b/" in text
    assert "function isOwner" in text
    assert "match /a/" not in text


def test_text_that_the_parser_does_not_know_is_an_error_and_not_overlooked() -> None:
    with pytest.raises(Unreadable, match="line 5"):
        Rules(TINY.replace("id.size() <= 3", "(id == 'a' ? true : false)"))


def test_the_parser_reads_the_rules_to_their_end(rules: str) -> None:
    assert sum(statement.is_allow for statement in Rules(rules).statements) == rules.count("allow ")
