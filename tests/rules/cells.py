"""Every cell of the matrix and of the shapes, as a request with the answer it must get."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

from tests.rules import moves
from tests.rules.documents import ROWS, Row
from tests.rules.kinds import NOW, Kept, Optional, faults, sample, variants
from tests.rules.matrix import EVERYWHERE, LIMITS, MATRIX, VERBS, allows
from tests.rules.moves import GONE, Fields, Move
from tests.rules.people import (
    ERASING,
    FORGERIES,
    HOME,
    MEMBERS,
    NUMERIC,
    OTHER,
    PLATFORM,
    PRINCIPALS,
    SERVICE,
    TENANT_ADMIN,
    USER,
    Principal,
)

SEEDED = datetime(2026, 1, 1, tzinfo=UTC)  # what a server's timestamp was when the seeds were written

# Of collections with several rows, the one in which most is allowed.
FORGED_ROWS = {row.collection: row.name for row in ROWS if "update" in MATRIX[row.name].get("service", "")} | {
    "routes": "routes",
    "tenants": "tenants",
    "config": "config/business_profile",
    "pending": "pending/answer",
    "media": "media/stored",
}


@dataclass(frozen=True)
class Cell:
    """One request. `fields` of an update are its mask too; `seed` must be there before."""

    name: str
    collection: str  # the match block it is about
    principal: Principal
    verb: str
    path: str  # of the document, or of the collection for lists
    allowed: bool
    fields: Fields | None = None
    seed: Fields | None = None
    limit: int | None = None
    order: int = 0  # in which it was thought of


def path_of(row: Row, tenant: str, id: str) -> str:
    return f"tenants/{tenant}/{row.collection}/{id}" if row.of_tenant else f"{row.collection}/{id}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def _id(row: Row, *parts: str) -> str:
    if row.fixed:
        return row.fixed
    return f"{row.prefix}{_hash(row.name, *parts)}"


def world() -> dict[str, Fields]:
    """Documents that are there for all cells: four tenants with the same people in each."""
    documents: dict[str, Fields] = {}
    for tenant in (HOME, OTHER, ERASING, NUMERIC):
        status = "erasing" if tenant == ERASING else "active"
        documents[f"tenants/{tenant}"] = {**_row("tenants").document(tenant), "status": status}
        for uid, member in MEMBERS.items():
            documents[f"tenants/{tenant}/members/{uid}"] = dict(member)
        for row in ROWS:
            if row.fixed:
                documents[path_of(row, tenant, row.fixed)] = row.document(row.fixed)
    return documents


def _row(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)


# ── The matrix ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _matrix() -> Iterator[Cell]:
    for row in ROWS:
        for principal in PRINCIPALS:
            for verb in VERBS:
                yield _cell(row, principal, principal.home, verb, allows(MATRIX, row.name, principal.name, verb))
                if principal.home != OTHER:
                    fine = allows(EVERYWHERE, row.name, principal.name, verb)
                    yield _cell(row, principal, OTHER, verb, fine, "elsewhere: ")
        if row.name in FORGED_ROWS.values():
            for principal in FORGERIES:
                for verb in VERBS:
                    yield _cell(row, principal, principal.home, verb, False, "forged: ")


def _cell(row: Row, who: Principal, tenant: str, verb: str, allowed: bool, kind: str = "") -> Cell:
    name = f"{kind}{who.name}, {verb}, {row.name}"
    if verb in ("list", "group-list"):
        many = LIMITS.get(who.name, 1)
        return Cell(name, row.collection, who, verb, _collection(row, tenant, verb), allowed, limit=many)
    id = _matrix_id(row, tenant, verb, name)
    document = row.document(id)
    known = row.fixed or row.name == "tenants"  # there already: a document of the world
    seed = _seed(document) if verb in ("update", "delete") and not known else None
    return Cell(name, row.collection, who, verb, path_of(row, tenant, id), allowed, _written(row, verb, document), seed)


def _matrix_id(row: Row, tenant: str, verb: str, name: str) -> str:
    if row.name == "tenants" and verb in ("get", "update", "delete"):
        return tenant
    return _id(row, tenant, name)


def _written(row: Row, verb: str, document: Fields) -> Fields | None:
    """A change that is right for whoever may make it."""
    if verb == "create":
        return document
    if verb != "update":
        return None
    small: dict[str, Fields] = {
        "routes": {"channel": "moved"},
        "routes/twilio": {"channel": "moved"},
        "routes/webchat": {"channel": "moved"},
        "tenants": {"name": "Renamed"},
        "messages/in": {"state": "sending"},
        "messages/out": {"state": "sending"},
        "messages/in on a site": {"state": "delivered"},
        "messages/out on a site": {"state": "delivered"},
        "contacts": {"name": "Ann"},
        "addresses": {"contact_id": _hash("other")},
        "addresses/proven": {"contact_id": _hash("other")},
        "conversations": {"parked": "too many attempts"},
        "conversations/visit": {"parked": "too many attempts"},
        "pending/answer": {"attempt": 2},
        "pending/send": {"attempt": 2},
    }
    return small.get(row.name, document)


def _collection(row: Row, tenant: str, verb: str) -> str:
    return path_of(row, tenant, "").rstrip("/") if verb == "list" else row.collection


def _seed(document: Fields) -> Fields:
    return {name: SEEDED if value is NOW else value for name, value in document.items() if value is not GONE}


# ── Beside the matrix ────────────────────────────────────────────────────────────────────────────────────────────────


def _limits() -> Iterator[Cell]:
    """Whoever has a limit may ask for no more, and must name one."""
    for row in ROWS:
        for who in PRINCIPALS:
            limit = LIMITS[who.name]
            for verb in ("list", "group-list"):
                if limit is not None and allows(MATRIX, row.name, who.name, verb):
                    path = _collection(row, who.home, verb)
                    for many in (limit + 1, None):
                        name = f"{who.name}, {verb} of {many}, {row.name}"
                        yield Cell(name, row.collection, who, verb, path, False, limit=many)


def _own_member_document() -> Iterator[Cell]:
    """People read their own member document, and change nothing in it."""
    for who in (TENANT_ADMIN, USER, *FORGERIES):
        if who.uid in MEMBERS:
            path = f"tenants/{who.home}/members/{who.uid}"
            mine = who in (TENANT_ADMIN, USER)
            yield Cell(f"{who.name}, get, members/self", "members", who, "get", path, mine)
            wish: Fields = {"role": "tenant_admin"}
            yield Cell(f"{who.name}, update, members/self", "members", who, "update", path, False, wish)
            yield Cell(f"{who.name}, delete, members/self", "members", who, "delete", path, False)


def _unlisted() -> Iterator[Cell]:
    """What no rule names is nobody's."""
    for who in PRINCIPALS:
        for verb in VERBS:
            for place in (
                f"tenants/{who.home}/unlisted",
                "unlisted",
                f"tenants/{who.home}/messages/{_hash('x')}/below",
            ):
                erased = who.name == "eraser" and place.startswith("tenants/gone/unlisted")
                fine = erased and verb in ("list", "delete")
                path = place if verb == "list" else "unlisted" if verb == "group-list" else f"{place}/{_hash(who.name)}"
                fields: Fields | None = {"a": 1} if verb in ("create", "update") else None
                name = f"{who.name}, {verb}, {place}"
                yield Cell(name, "unlisted", who, verb, path, fine, fields, {"a": 0} if verb == "update" else None, 1)


def _gone_already() -> Iterator[Cell]:
    """Deleting what is not there (any more) is fine."""
    for row in ROWS:
        for who in PRINCIPALS:
            if allows(MATRIX, row.name, who.name, "delete") and not row.fixed:
                path = path_of(row, who.home, _id(row, "never there"))
                yield Cell(f"{who.name} deletes what is gone, {row.name}", row.collection, who, "delete", path, True)


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _writer(row: Row) -> Principal:
    return SERVICE if row.of_tenant else PLATFORM


def _created(row: Row, name: str, document: Fields, allowed: bool, id: str | None = None) -> Cell:
    id = id or _shape_id(row, name)
    if "subject" in document and document["subject"] == "0" * 32:
        document = {**document, "subject": id[2:]}
    path = path_of(row, HOME, id)
    return Cell(f"create {row.name}: {name}", row.collection, _writer(row), "create", path, allowed, document)


def _shape_id(row: Row, name: str) -> str:
    return _id(row, "shape", name)


def _creates(row: Row) -> Iterator[Cell]:
    for name, document in variants(row.fields):
        yield _created(row, name, document, True)
    for name, document in faults(row.fields):
        yield _created(row, name, document, False)
    for id in row.bad_ids:
        yield _created(row, f"as {id}", row.document(id), False, id)
    for move in moves.CREATES.get(row.name, _nothing)():
        yield _created(row, move.name, {**sample(row.fields), **move.change}, move.allowed)


def _updates(row: Row) -> Iterator[Cell]:
    """Everything that is wrong in a new document is wrong in a change too."""
    for name, document in faults(row.fields):
        missing = {key: GONE for key in row.fields if key not in document}
        yield _updated(row, Move(name, {**_differences(row, document), **missing}, False))
    for move in moves.UPDATES.get(row.name, _nothing)():
        yield _updated(row, move)


def _differences(row: Row, document: Fields) -> Fields:
    whole = sample(row.fields)
    return {key: value for key, value in document.items() if key not in whole or repr(whole[key]) != repr(value)}


def _updated(row: Row, move: Move) -> Cell:
    id = _id(row, "move", move.name)
    seed = _seed({**row.document(id), **move.before})
    path = path_of(row, HOME, id)
    name = f"update {row.name}: {move.name}"
    return Cell(name, row.collection, _writer(row), "update", path, move.allowed, move.change, seed)


def _optional_removed(row: Row) -> Iterator[Cell]:
    """A setting may be taken away again."""
    for name, kind in row.fields.items():
        if isinstance(kind, Optional) and not isinstance(kind, Kept) and row.mutable is None:
            yield _updated(row, Move(f"{name} taken away", {name: GONE}, True))


def _nothing() -> Iterator[Move]:
    return iter(())


def _other_settings() -> Iterator[Cell]:
    """A document of settings under the name of another, or under no known name."""
    for row in (row for row in ROWS if row.fixed):
        for name in ("sms", "business_profile", "customer_service", "widget", "voice"):
            if name != row.fixed:
                yield _created(row, f"as {name}", row.document(name), False, name)


def _shapes() -> Iterator[Cell]:
    for row in ROWS:
        yield from _creates(row)
        if row.collection != "routes":
            yield from _updates(row)
            yield from _optional_removed(row)
    yield from _other_settings()


@cache
def every_cell() -> tuple[Cell, ...]:
    """In an order without a pattern: neighbours would wait for each other's locks in the emulator."""
    found = [*_matrix(), *_limits(), *_own_member_document(), *_unlisted(), *_gone_already(), *_shapes()]
    numbered = [replace(cell, order=order) for order, cell in enumerate(found)]
    random.Random(7).shuffle(numbered)
    return tuple(numbered)


def for_coverage() -> list[Cell]:
    """Enough of the cells to see every condition both ways. The emulator writes down each value it ever saw, documents
    included, and reading that for all cells takes minutes."""
    alike: Counter[tuple[str, str, str, bool]] = Counter()
    found = []
    for cell in sorted(every_cell(), key=lambda cell: cell.order):
        subject, _, detail = cell.name.partition(": ")
        field, is_value, value = detail.partition(" = ")
        kind = cell.verb, cell.collection, field, cell.allowed
        alike[kind] += 1
        if is_value and not value.startswith("None") and alike[kind] > (40 if value.startswith("{") else 2):
            continue  # a third wrong value of the same field, in whichever kind of document
        if _tells_something(cell, subject, detail):
            found.append(cell)
    return found


def _tells_something(cell: Cell, subject: str, detail: str) -> bool:
    if subject == "forged":
        told = ("conversations", "tenants", "routes", "pending")
        return (cell.verb in ("get", "list") and cell.collection in told) or cell.principal.name == "nobody"
    return subject != "elsewhere" and (bool(detail) or cell.allowed or cell.verb in ("list", "get") or _is_near(cell))


def _is_near(cell: Cell) -> bool:
    """The plainest refusal of a write: someone of the same tenant who may only read, or a machine of another kind."""
    return cell.principal in (TENANT_ADMIN, SERVICE)
