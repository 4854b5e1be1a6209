"""The vault: field encryption bound to its place, and keyed hashes of addresses.

`field_cipher()` and `address_hashes()` are this process's own, from its configuration. Hashing needs the standard
library alone; `cryptography` is imported when a field is first encrypted or decrypted.
"""

from __future__ import annotations

from functools import cache

from shared.config import config
from shared.vault.fields import Binding, FieldCipher, Undecryptable
from shared.vault.hashing import AddressHashes
from shared.vault.masters import Masters

__all__ = ["AddressHashes", "Binding", "FieldCipher", "Masters", "Undecryptable", "address_hashes", "field_cipher"]


@cache
def field_cipher() -> FieldCipher:
    """Raises ConfigurationError if FIELD_ENCRYPTION_KEY is missing or weak."""
    return FieldCipher(Masters.parse(config().field_keys))


@cache
def address_hashes() -> AddressHashes:
    """Raises ConfigurationError if ADDRESS_HASH_KEY is missing or weak."""
    return AddressHashes(config().address_key)
