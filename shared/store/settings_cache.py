"""A tenant's settings, held for a minute per instance: a change in the interface is in force within that."""

from __future__ import annotations

import time
from collections import OrderedDict

from shared.store.reading import SETTINGS, Found, Key, Reader, Settings

_SECONDS = 60.0
_MOST = 500

_held: OrderedDict[str, tuple[float, Settings]] = OrderedDict()


async def settings_of(tenant_id: str, reader: Reader, *also: Key) -> tuple[Settings, Found]:
    """The settings, and what `also` names, read in one call; the settings themselves only where not held."""
    held = _held.get(tenant_id)
    if held is not None and time.monotonic() - held[0] < _SECONDS:
        _held.move_to_end(tenant_id)
        return held[1], await reader.read(also)
    found = await reader.read([*SETTINGS, *also])
    _held[tenant_id] = time.monotonic(), found.settings()
    while len(_held) > _MOST:
        _held.popitem(last=False)
    return _held[tenant_id][1], found


def forget() -> None:
    """Read everything again (tests that change settings)."""
    _held.clear()
