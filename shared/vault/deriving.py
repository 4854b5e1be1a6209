"""Keys for one purpose each, derived from a master: knowing one of them says nothing of the others."""

from __future__ import annotations

from shared.ids import framed
from shared.vault.keys import Key


def derived(master: Key, *context: str) -> bytes:
    """32 bytes: HKDF-SHA256(master, info = the context, each part length-prefixed)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=framed(*context)).derive(master.reveal())
