"""The key with which a business's own server signs who its visitors are: a secret document, held as it is stored."""

from __future__ import annotations

from shared import log
from shared.channels.accounts import binding
from shared.held import Held
from shared.hidden import Hidden
from shared.store.reading import Reader, secret
from shared.vault import Undecryptable, field_cipher

IDENTITY_KEY = "widget_identity"
NO_KEY = Hidden("")

_held: Held[str, str] = Held()


async def identity_key(tenant_id: str, reader: Reader) -> Hidden:
    """The tenant's, as text whose UTF-8 is the key; empty where it has none. That there is none is not held."""
    ciphertext = _held.get(tenant_id)
    if ciphertext is None:
        ciphertext = (await reader.read([secret(IDENTITY_KEY)])).ciphertext(IDENTITY_KEY)
        if ciphertext is None:
            return NO_KEY
        _held.put(tenant_id, ciphertext)
    return _opened(tenant_id, ciphertext)


def forget() -> None:
    """Read it again (tests that change it)."""
    _held.clear()


def _opened(tenant_id: str, ciphertext: str) -> Hidden:
    """A damaged one is as good as none: a chat with nobody in particular is better than none at all."""
    try:
        return field_cipher().decrypt(ciphertext, binding(tenant_id, IDENTITY_KEY))
    except Undecryptable:
        said = "the key of the widget's signed identity cannot be opened: it has to be entered again"
        log.error(said, count="identity_key_damaged", tenant=tenant_id)
        return NO_KEY
