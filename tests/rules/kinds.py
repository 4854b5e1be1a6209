"""Kinds of fields, each with values that it takes and values that it does not, up to its limits.

This is the contract of a document said once more, apart from the rules: from it come the documents that must be allowed
and, one wrong value at a time, those that must be refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ID = "0123456789abcdef0123456789abcdef"
ID2 = "fedcba9876543210fedcba9876543210"


class _Now:
    """The server's time of the commit."""

    def __repr__(self) -> str:
        return "NOW"


NOW = _Now()


class Kind(Protocol):
    """`good[0]` is the ordinary value."""

    @property
    def good(self) -> list[object]: ...

    @property
    def bad(self) -> list[object]: ...


@dataclass(frozen=True)
class Text:
    most: int

    @property
    def good(self) -> list[object]:
        return ["some text", "x" * self.most, ""]

    @property
    def bad(self) -> list[object]:
        return ["x" * (self.most + 1), 5, ["x"], {"x": 1}, None]


@dataclass(frozen=True)
class Like:
    """A string of one form: `good` and `bad` ones by example."""

    good_texts: tuple[str, ...]
    bad_texts: tuple[str, ...]

    @property
    def good(self) -> list[object]:
        return list(self.good_texts)

    @property
    def bad(self) -> list[object]:
        return [*self.bad_texts, "", 5, [self.good_texts[0]], None]


HASH = Like((ID, ID2), (ID[:31], f"{ID}0", ID.upper(), f"{ID[:31]}g"))
SHA256 = Like(("ab" * 32, "0" * 64), ("ab" * 31, "0" * 65, "AB" * 32))
PHONE = Like(("+12817679141", "+12", "+123456789012345"), ("12817679141", "+0281", "+1", "+1234567890123456", "+1281x"))
TENANT_ID = Like(("acme-2", "abc", "a" * 40), ("ab", "a" * 41, "Acme", "a_b"))
PUBLIC_KEY = Like(("A" * 43 + "=", "+/" + "9" * 41 + "="), ("A" * 44, "A" * 42 + "=", "*" * 43 + "="))


@dataclass(frozen=True)
class OneOf:
    values: tuple[str, ...]

    @property
    def good(self) -> list[object]:
        return list(self.values)

    @property
    def bad(self) -> list[object]:
        return ["foreign", "", 5, [self.values[0]], None]


@dataclass(frozen=True)
class Exactly:
    value: object

    @property
    def good(self) -> list[object]:
        return [self.value]

    @property
    def bad(self) -> list[object]:
        return [5, "foreign", [self.value], None]


@dataclass(frozen=True)
class Texts:
    """A map of known texts, `most` characters with a space between each two; `needed` may not be missing."""

    names: tuple[str, ...]
    most: int
    needed: tuple[str, ...] = ()

    @property
    def good(self) -> list[object]:
        whole = dict.fromkeys(self.names, "some text")
        smallest = dict.fromkeys(self.needed, "some text")
        return [whole, smallest, self._filled(self.most)]

    @property
    def bad(self) -> list[object]:
        whole = dict.fromkeys(self.names, "some text")
        wrong = [{**whole, name: value} for name in self.names for value in (["x"], {"x": 1})]
        wrong += [{**whole, name: value} for name in self.needed for value in (5, None)]
        lacking = [{name: "some text" for name in self.names if name != left_out} for left_out in self.needed]
        empty = [{**whole, name: ""} for name in self.needed]
        return [*wrong, *lacking, *empty, {**whole, "foreign": "x"}, self._filled(self.most + 1), 5, "x", ["x"], None]

    def _filled(self, size: int) -> dict[str, object]:
        others = dict.fromkeys(self.names[:-1], "some text")
        return {**others, self.names[-1]: "x" * (size - sum(len(value) + 1 for value in others.values()))}


class Stars:
    good: tuple[object, ...] = (1, 2, 3, 4, 5)
    bad: tuple[object, ...] = (0, 6, 2.5, "5", [5], None)


@dataclass(frozen=True)
class UpTo:
    most: int

    @property
    def good(self) -> list[object]:
        return [7, self.most, 0]

    @property
    def bad(self) -> list[object]:
        return [self.most + 1, -1, 1.5, "1", [1], None]


class Count:
    good: tuple[object, ...] = (0, 7)
    bad: tuple[object, ...] = (-1, 1.5, "1", [1], None)


class Flag:
    good: tuple[object, ...] = (True, False)
    bad: tuple[object, ...] = ("true", 1, [], None)


class Moment:
    good: tuple[object, ...] = (LONG_AGO,)
    bad: tuple[object, ...] = ("2020-01-01T00:00:00Z", 1577836800, None)


class ServerTime:
    good: tuple[object, ...] = (NOW,)
    bad: tuple[object, ...] = (LONG_AGO, datetime(2099, 1, 1, tzinfo=UTC), "now", None)


@dataclass(frozen=True)
class Items:
    most: int

    @property
    def good(self) -> list[object]:
        return [["x"], ["x"] * self.most, []]

    @property
    def bad(self) -> list[object]:
        return [["x"] * (self.most + 1), "x", {"x": 1}, None]


@dataclass(frozen=True)
class Entries:
    """A map with so many entries at most."""

    most: int

    @property
    def good(self) -> list[object]:
        return [{}, {f"k{number}": 1 for number in range(self.most)}]

    @property
    def bad(self) -> list[object]:
        return [{f"k{number}": 1 for number in range(self.most + 1)}, "x", ["x"], None]


class AnyMap:
    good: tuple[object, ...] = ({"tokens": 5}, {})
    bad: tuple[object, ...] = ("x", ["x"], 5, None)


@dataclass(frozen=True)
class Optional:
    """A field that may be absent or null."""

    kind: Kind

    @property
    def good(self) -> list[object]:
        return [*self.kind.good, None]

    @property
    def bad(self) -> list[object]:
        return [value for value in self.kind.bad if value is not None]


class Kept(Optional):
    """A field that may be absent or null until it is there; then it stays."""


class Once(Kept):
    """A field that may be absent; where it is, it is not null."""

    @property
    def good(self) -> list[object]:
        return list(self.kind.good)

    @property
    def bad(self) -> list[object]:
        return list(self.kind.bad)


@dataclass(frozen=True)
class Nullable:
    """A field that must be there and may be null."""

    kind: Kind

    @property
    def good(self) -> list[object]:
        return [*self.kind.good, None]

    @property
    def bad(self) -> list[object]:
        return [value for value in self.kind.bad if value is not None]


@dataclass(frozen=True)
class Record:
    """A map of known fields."""

    fields: Mapping[str, Kind]

    @property
    def good(self) -> list[object]:
        return [sample(self.fields), *(dict(fields) for _, fields in variants(self.fields))]

    @property
    def bad(self) -> list[object]:
        return [5, "x", ["x"], None, *(dict(fields) for _, fields in faults(self.fields))]


def sample(fields: Mapping[str, Kind]) -> dict[str, object]:
    """A document with every field."""
    return {name: kind.good[0] for name, kind in fields.items()}


def variants(fields: Mapping[str, Kind]) -> list[tuple[str, dict[str, object]]]:
    """Documents that are all right: the smallest one, and each further good value of each field."""
    smallest = {name: kind.good[0] for name, kind in fields.items() if not isinstance(kind, Optional)}
    found = [("only what is needed", smallest)]
    for name, kind in fields.items():
        found += [(f"{name} = {short(value)}", {**sample(fields), name: value}) for value in kind.good[1:]]
    return found


def faults(fields: Mapping[str, Kind]) -> list[tuple[str, dict[str, object]]]:
    """Documents with one fault each: a wrong value, a field that is missing, a field that nobody knows."""
    found = [("a field nobody knows", {**sample(fields), "foreign": 1})]
    for name, kind in fields.items():
        found += [(f"{name} = {short(value)}", {**sample(fields), name: value}) for value in kind.bad]
        if not isinstance(kind, Optional):
            without = {key: value for key, value in sample(fields).items() if key != name}
            found.append((f"without {name}", without))
    return found


def short(value: object) -> str:
    """A value in a cell's name, which is unique: what is long is told apart by a hash."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:40]}…{hashlib.sha256(shown.encode()).hexdigest()[:6]}"
