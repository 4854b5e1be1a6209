"""Reading a document's fields as types. A field that is absent or of another type reads as its empty value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

Fields = Mapping[str, object]


def text(data: Fields, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def maybe_text(data: Fields, name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None


def integer(data: Fields, name: str, default: int = 0) -> int:
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def flag(data: Fields, name: str) -> bool:
    return data.get(name) is True


def moment(data: Fields, name: str) -> datetime | None:
    """A timestamp, aware and in UTC."""
    value = data.get(name)
    return value.astimezone(UTC) if isinstance(value, datetime) else None


def moments(data: Fields, name: str) -> dict[str, datetime]:
    """The timestamps of a map, by their keys."""
    found = mapping(data, name)
    return {key: at for key in found if (at := moment(found, key)) is not None}


def texts(data: Fields, name: str) -> tuple[str, ...]:
    value = data.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def mapping(data: Fields, name: str) -> Fields:
    value = data.get(name)
    return cast(Fields, value) if isinstance(value, dict) else {}


def mappings(data: Fields, name: str) -> tuple[Fields, ...]:
    value = data.get(name)
    return tuple(cast(Fields, item) for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
