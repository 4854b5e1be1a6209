"""A tenant's settings, held for a minute per instance.

Those that are missing something are not held for whoever needs that: the message after the missing setting is made must
not fail for it. An assistant everybody needs, a provider of texts only who sends texts; a business may only chat.
"""

from __future__ import annotations

from shared.held import Held
from shared.store.reading import SETTINGS, WIDGET, Found, Key, Reader, Settings
from shared.store.widget import Widget

_held: Held[str, Settings] = Held()
_widgets: Held[str, Widget] = Held()


async def settings_of(tenant_id: str, reader: Reader, *also: Key, to_text: bool = False) -> tuple[Settings, Found]:
    """The settings, and what `also` names, read in one call; the settings themselves only where not held.

    `to_text`: the caller sends texts.
    """
    held = _held.get(tenant_id)
    if held is not None and (held.sms.provider or not to_text):
        return held, await reader.read(also)
    found = await reader.read([*SETTINGS, *also])
    settings = found.settings()
    if settings.service.connected:
        _held.put(tenant_id, settings)
    return settings, found


async def widget_of(tenant_id: str, reader: Reader) -> Widget:
    """How a tenant's site shows the chat; a switched off one is not held either."""
    held = _widgets.get(tenant_id)
    if held is None:
        held = (await reader.read([WIDGET])).widget()
        if held.enabled:
            _widgets.put(tenant_id, held)
    return held


def forget() -> None:
    """Read everything again (tests that change settings)."""
    _held.clear()
    _widgets.clear()
