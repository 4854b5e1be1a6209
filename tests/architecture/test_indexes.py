"""Every query of the store has its index in firestore.indexes.json: the emulator answers without, production does not.

The queries are read from the store's syntax trees. Whatever cannot be read there fails, so that none is overlooked.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass

import pytest

from shared.store import collections
from tests.architecture.tree import ROOT, Source, sources

ASCENDING, DESCENDING = "ASCENDING", "DESCENDING"
RANGES = ("<", "<=", ">", ">=", "!=", "not-in")
EQUALITIES = ("==", "in")
CALLS = ("where", "order_by", "sum", "avg")
QUERYING = ("where", "order_by", "find_nearest", "select", "start_at", "start_after", "end_at", "end_before")


@dataclass(frozen=True)
class Query:
    """`fields`: what is compared for equality, then what is ordered or ranged over, as (name, direction or None)."""

    collection: str
    group: bool
    equal: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...]

    @property
    def scope(self) -> str:
        return "COLLECTION_GROUP" if self.group else "COLLECTION"

    @property
    def composite(self) -> bool:
        """One field, or equalities alone, are answered by the indexes of single fields."""
        return bool(self.ordered) and len(self.equal) + len(self.ordered) > 1


# -- reading the queries


def queries_of(file: Source) -> list[Query]:
    """The queries built in `file`, each one a chain of calls on a collection."""
    inner = {id(node.func.value) for node in ast.walk(file.tree) if _is_step(node)}  # type: ignore[attr-defined]
    chains = [node for node in ast.walk(file.tree) if _is_step(node) and id(node) not in inner]
    return [_query(chain, file.name) for chain in chains if any(name in QUERYING for name, _ in _steps(chain)[1])]


def _is_step(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _steps(node: ast.AST) -> tuple[ast.AST, list[tuple[str, ast.Call]]]:
    """What a chain starts with, and its calls in order."""
    steps: list[tuple[str, ast.Call]] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        steps.insert(0, (node.func.attr, node))
        node = node.func.value
    return node, steps


def _query(chain: ast.AST, where: str) -> Query:
    _, steps = _steps(chain)
    origin = next((step for step in steps if step[0] in ("collection", "collection_group")), None)
    assert origin is not None, f"{where}: a query must be one chain that starts at its collection"
    equal, ordered = [], []
    for name, call in steps[steps.index(origin) + 1 :]:
        if name == "where":
            field, operator = _filter(call, where)
            assert operator in (*RANGES, *EQUALITIES), f"{where}: teach this test about {operator!r}"
            equal += [field] if operator in EQUALITIES else []
            ordered += [(field, ASCENDING)] if operator in RANGES else []
        elif name == "order_by":
            ordered.append(_order(call))
        elif name in ("sum", "avg"):  # answered by an index that ends with what is added up
            ordered.append((_text(call.args[0]), ASCENDING))
        else:
            assert name in ("limit", "start_after", "get", "stream", "count"), (
                f"{where}: teach this test about .{name}(…)"
            )
    return Query(_collection(origin[1]), origin[0] == "collection_group", tuple(equal), _merged(ordered))


def _collection(call: ast.Call) -> str:
    argument = call.args[-1]
    assert isinstance(argument, ast.Name), "a collection is named by its constant"
    name = getattr(collections, argument.id)
    assert isinstance(name, str)
    return name


def _filter(call: ast.Call, where: str) -> tuple[str, str]:
    given = call.keywords[0].value if call.keywords else call.args[0]
    assert isinstance(given, ast.Call), f"{where}: where(filter=FieldFilter(…))"
    assert ast.unparse(given.func) == "FieldFilter", f"{where}: teach this test about {ast.unparse(given.func)}"
    return _text(given.args[0]), _text(given.args[1])


def _order(call: ast.Call) -> tuple[str, str]:
    direction = next((_text(word.value) for word in call.keywords if word.arg == "direction"), ASCENDING)
    return _text(call.args[0]), direction


def _text(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant), f"not a literal: {ast.unparse(node)}"
    assert isinstance(node.value, str)
    return node.value


def _merged(ordered: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """One entry per field: a range's own direction gives way to an explicit order."""
    last = dict(ordered)
    return tuple((name, last[name]) for name in dict.fromkeys(name for name, _ in ordered))


# -- what the file offers


def missing(query: Query, offered: dict[str, list[dict[str, object]]]) -> str | None:
    """Why production would refuse `query`, or None."""
    if query.composite:
        served = any(_serves(index, query) for index in offered["indexes"])
        return None if served else f"no composite index for {query}"
    for name, direction in [*((name, ASCENDING) for name in query.equal), *query.ordered]:
        if not _single(query, name, direction, offered["fieldOverrides"]):
            return f"no index of {query.collection}.{name} for {query}"
    return None


def _serves(index: dict[str, object], query: Query) -> bool:
    if (index["collectionGroup"], index["queryScope"]) != (query.collection, query.scope):
        return False
    fields = [(field["fieldPath"], field.get("order")) for field in index["fields"]]  # type: ignore[attr-defined]
    count = len(query.equal)
    return {name for name, _ in fields[:count]} == set(query.equal) and tuple(fields[count:]) == query.ordered


def _single(query: Query, name: str, direction: str, overrides: list[dict[str, object]]) -> bool:
    """Single fields are indexed in both directions within a collection, unless an override says otherwise."""
    override = next((o for o in overrides if (o["collectionGroup"], o["fieldPath"]) == (query.collection, name)), None)
    if override is None:
        return not query.group
    wanted = (query.scope, direction)
    return any((i["queryScope"], i.get("order")) == wanted for i in override["indexes"])  # type: ignore[attr-defined]


def indexes() -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads((ROOT / "firestore.indexes.json").read_text())
    return found


QUERIES = [query for file in sources("shared/store") for query in queries_of(file)]


def test_every_call_that_makes_a_query_was_read() -> None:
    calls = [
        f"{file.name}:{node.lineno}"
        for file in sources("functions", "shared", "main.py")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS
    ]
    assert len(calls) == sum(_calls_in(file) for file in sources("shared/store")), calls
    assert len(QUERIES) >= 3


def _calls_in(file: Source) -> int:
    """What makes a query, in the chains that were read as queries: none of it stands in a statement of its own."""
    inner = {id(node.func.value) for node in ast.walk(file.tree) if _is_step(node)}  # type: ignore[attr-defined]
    chains = [node for node in ast.walk(file.tree) if _is_step(node) and id(node) not in inner]
    return sum(name in CALLS for chain in chains for name, _ in _steps(chain)[1])


@pytest.mark.parametrize(
    "query", QUERIES, ids=[f"{q.collection}-{'-'.join((*q.equal, *dict(q.ordered)))}" for q in QUERIES]
)
def test_every_query_has_its_index(query: Query) -> None:
    assert missing(query, indexes()) is None


def test_every_composite_index_serves_a_query() -> None:
    idle = [index for index in indexes()["indexes"] if not any(_serves(index, query) for query in QUERIES)]
    assert idle == []


# -- and the reading itself can fail


HISTORY = Query("messages", False, ("conversation_id",), (("received_at", DESCENDING),))
COMPOSITE: dict[str, object] = {
    "collectionGroup": "messages",
    "queryScope": "COLLECTION",
    "fields": [
        {"fieldPath": "conversation_id", "order": "ASCENDING"},
        {"fieldPath": "received_at", "order": "DESCENDING"},
    ],
}
OVERDUE = Query("pending", True, (), (("due_at", ASCENDING),))
OVERRIDE: dict[str, object] = {
    "collectionGroup": "pending",
    "fieldPath": "due_at",
    "indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}],
}


def test_a_query_over_two_fields_needs_their_index_in_its_order() -> None:
    assert missing(HISTORY, {"indexes": [COMPOSITE], "fieldOverrides": []}) is None
    assert missing(HISTORY, {"indexes": [], "fieldOverrides": []})
    turned = {**COMPOSITE, "fields": [*COMPOSITE["fields"][:1], {"fieldPath": "received_at", "order": "ASCENDING"}]}  # type: ignore[index]
    assert missing(HISTORY, {"indexes": [turned], "fieldOverrides": []})


def test_a_sum_over_what_is_compared_needs_an_index_that_ends_with_what_is_added_up() -> None:
    words = 'db.collection(MESSAGES).where(filter=FieldFilter("day", "==", day)).sum("tokens")'
    (query,) = queries_of(Source("a sum", words, ast.parse(words)))
    assert query == Query("messages", False, ("day",), (("tokens", ASCENDING),))
    assert missing(query, {"indexes": [], "fieldOverrides": []})


def test_a_query_over_a_collection_group_needs_an_index_of_that_scope() -> None:
    assert missing(OVERDUE, {"indexes": [], "fieldOverrides": [OVERRIDE]}) is None
    assert missing(OVERDUE, {"indexes": [], "fieldOverrides": []})


def test_a_query_over_a_field_that_is_exempt_is_refused() -> None:
    one = Query("messages", False, ("provider_id",), ())
    exempt: dict[str, object] = {"collectionGroup": "messages", "fieldPath": "provider_id", "indexes": []}
    assert missing(one, {"indexes": [], "fieldOverrides": []}) is None
    assert missing(one, {"indexes": [], "fieldOverrides": [exempt]})
