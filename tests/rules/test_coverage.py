"""Each boolean of the rules has been true and has been false (a trivial pass covers 100% of the emulator's nodes)."""

from __future__ import annotations

import httpx

from local.emulators import firestore
from local.emulators.children import Running
from tests.rules.cells import for_coverage, world
from tests.rules.coverage import Report, conditions, one_sided
from tests.rules.probe import Probe

PROJECT = "demo-coverage"


async def test_every_condition_has_been_seen_true_and_false(emulator: Running, rules: str) -> None:
    await firestore.load_rules(emulator.host, rules, PROJECT)
    cells = for_coverage()
    async with Probe(emulator.host, PROJECT) as probe:
        await probe.seed({cell.path: cell.seed for cell in cells if cell.seed} | world())
        await probe.wrong(cells)
    assert one_sided(rules, await _report(emulator.host)) == []


def test_a_condition_that_was_only_ever_true_is_named_with_its_line() -> None:
    rules = "service cloud.firestore {\n  match /a/{b} {\n    allow get: if b == 'x' && b != 'y';\n  }\n}"
    start = rules.index("b ==")
    spans = [
        (start, rules.index("'x'") + 2),
        (rules.index("b !="), rules.index("'y'") + 2),
        (start, rules.index("'y'") + 2),
    ]
    seen: list[Report] = [_node(spans[0], True, False), _node(spans[1], True), _node(spans[2], True, False)]
    assert one_sided(rules, seen) == ["line 3: never false: b != 'y'"]


def test_a_condition_that_was_never_reached_is_named_too() -> None:
    rules = "service cloud.firestore {\n  match /a/{b} {\n    allow get: if b == 'x';\n  }\n}"
    assert one_sided(rules, []) == ["line 3: never true: b == 'x'", "line 3: never false: b == 'x'"]


def test_the_parser_finds_the_conditions_of_the_real_rules(rules: str) -> None:
    assert len(conditions(rules)) > 300


def _node(span: tuple[int, int], *values: bool) -> Report:
    seen: list[dict[str, dict[str, object]]] = [{"value": {"boolValue": value}} for value in values]
    return {"sourcePosition": {"currentOffset": span[0], "endOffset": span[1]}, "values": seen, "children": []}


async def _report(host: str) -> list[Report]:
    url = f"http://{host}/emulator/v1/projects/{PROJECT}:ruleCoverage"
    async with httpx.AsyncClient(timeout=600) as client:
        report: list[Report] = (await client.get(url)).json()["report"]
    return report
