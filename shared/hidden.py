"""A secret that cannot be printed by accident."""

from __future__ import annotations

import hmac


class Hidden:
    """Holds a secret string; `repr`, `str` and format show nothing of it, `reveal()` is the only way out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Hidden(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Hidden, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled or copied")
