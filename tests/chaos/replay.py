"""The commits of a run, made once more in memory: what every document was before and after each of them.

Reads what the gate wrote down (`/__commits`, writes as in Firestore's REST API) and imports nothing of the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """A document below a tenant."""

    tenant: str
    collection: str
    id: str

    def beside(self, collection: str, id: str) -> Key:
        return Key(self.tenant, collection, id)


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is None where the document was made, `after` where it was deleted."""

    key: Key
    before: Fields | None
    after: Fields | None


@dataclass(frozen=True, slots=True)
class Step:
    """One commit, at so many nanoseconds since the epoch."""

    at: int
    changes: tuple[Change, ...]


class World:
    """All documents below tenants, as of the last step that was taken."""

    def __init__(self) -> None:
        self.documents: dict[Key, Fields] = {}

    def get(self, key: Key) -> Fields:
        return self.documents.get(key, {})

    def of(self, collection: str) -> dict[Key, Fields]:
        return {key: fields for key, fields in self.documents.items() if key.collection == collection}

    def steps(self, commits: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
        """Takes each step, in the order in which the database committed, and tells of it."""
        for commit in sorted(commits, key=lambda one: _nanoseconds(one["at"])):
            found = [self._write(write) for write in commit["writes"]]
            yield Step(_nanoseconds(commit["at"]), tuple(change for change in found if change))

    def _write(self, write: Mapping[str, Any]) -> Change | None:
        key = _key(write.get("delete") or write["update"]["name"])
        if key is None:
            return None
        before = self.documents.pop(key, None)
        if "delete" in write:
            return Change(key, before, None)
        after = self.documents[key] = _after(before, write)
        return Change(key, before, after)


def plain(fields: Mapping[str, Any]) -> Fields:
    return {name: value_of(content) for name, content in fields.items()}


def value_of(value: Mapping[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    match kind:
        case "integerValue":
            return int(content)
        case "nullValue":
            return None
        case "arrayValue":
            return [value_of(item) for item in content.get("values", [])]
        case "mapValue":
            return plain(content.get("fields", {}))
        case _:
            return content


def _after(before: Fields | None, write: Mapping[str, Any]) -> Fields:
    new = plain(write["update"].get("fields", {}))
    if "updateMask" in write:
        after = dict(before or {})
        for path in write["updateMask"].get("fieldPaths", []):
            _copy(new, after, path.split("."))
    else:
        after = new
    for transform in write.get("updateTransforms", []):
        after[transform["fieldPath"]] = _transformed(after.get(transform["fieldPath"]), transform)
    return after


def _copy(source: Fields, target: Fields, path: list[str]) -> None:
    """What `source` has at `path`; nothing there is a deletion."""
    name, *rest = path
    if rest:
        target[name] = dict(target.get(name) or {})
        _copy(source.get(name) or {}, target[name], rest)
    elif name in source:
        target[name] = source[name]
    else:
        target.pop(name, None)


def _transformed(value: Any, transform: Mapping[str, Any]) -> Any:
    if "appendMissingElements" in transform:
        listed = list(value or [])
        return listed + [item for item in _items(transform["appendMissingElements"]) if item not in listed]
    if "removeAllFromArray" in transform:
        gone = _items(transform["removeAllFromArray"])
        return [item for item in value or [] if item not in gone]
    if "increment" in transform:
        return (value or 0) + value_of(transform["increment"])
    return transform.get("setToServerValue")


def _items(listed: Mapping[str, Any]) -> list[Any]:
    return [value_of(item) for item in listed.get("values", [])]


def _key(name: str) -> Key | None:
    parts = name.partition("/documents/")[2].split("/")
    return Key(parts[1], parts[2], parts[3]) if parts[0] == "tenants" and len(parts) == 4 else None


def _nanoseconds(at: str) -> int:
    seconds, _, rest = at.partition(".")
    return int(seconds) * SECOND + int(rest)
