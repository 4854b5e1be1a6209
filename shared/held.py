"""What an instance has read holds for a minute: a change in the interface is in force within that."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from shared.clock import Clock, SystemClock

K = TypeVar("K")
V = TypeVar("V")

SECONDS = 60.0
MOST = 500


class Held(Generic[K, V]):
    """Values by key, each for `seconds` from when it was put, at most MOST: the least recently used goes first."""

    def __init__(self, clock: Clock | None = None, seconds: float = SECONDS) -> None:
        self._clock = clock or SystemClock()
        self._seconds = seconds
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        since, value = self._values.get(key, (float("-inf"), None))
        if self._clock.monotonic() - since >= self._seconds:
            return None
        self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        self._values[key] = self._clock.monotonic(), value
        self._values.move_to_end(key)
        while len(self._values) > MOST:
            self._values.popitem(last=False)

    def clear(self) -> None:
        self._values.clear()
