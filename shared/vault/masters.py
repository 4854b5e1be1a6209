"""Master keys, of secret fields or of links: the first one writes, all of them read, so a rotation needs no pause."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from shared.config import ConfigurationError
from shared.hidden import Hidden
from shared.vault.keys import Key, read_key

SETTING = "FIELD_ENCRYPTION_KEY"
FORM = "The form is id:base64url[,id:base64url…]"

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")  # no ".": it parts the ciphertext's prefix


class Masters:
    """Master keys by id, in the order of the configuration. Shows its ids and never a key."""

    __slots__ = ("_keys", "first")

    def __init__(self, keys: Mapping[str, Key]) -> None:
        self._keys = MappingProxyType(dict(keys))
        self.first = next(iter(self._keys))

    @classmethod
    def parse(cls, text: Hidden, setting: str = SETTING) -> Masters:
        """Masters of "id:base64url[,id:base64url…]", each of 32 random bytes or more, which `setting` holds.

        Raises ConfigurationError, which names the entry by its position and shows nothing of it.
        """
        if not text.reveal().strip():
            raise ConfigurationError(f"{setting} is empty. {FORM}.")
        keys: dict[str, Key] = {}
        for position, entry in enumerate(text.reveal().split(","), start=1):
            where = f"Entry {position} of {setting}"
            master_id, key = _entry(Hidden(entry), where)
            _refuse_repetition(keys, master_id, key, where)
            keys[master_id] = key
        return cls(keys)

    def __getitem__(self, master_id: str) -> Key:
        return self._keys[master_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __contains__(self, master_id: str) -> bool:
        return master_id in self._keys

    def __repr__(self) -> str:
        return f"Masters({', '.join(self._keys)})"

    def __reduce__(self) -> str:
        raise TypeError("master keys are not pickled or copied")


def _entry(entry: Hidden, where: str) -> tuple[str, Key]:
    master_id, colon, encoded = entry.reveal().strip().partition(":")
    if not colon or _ID.fullmatch(master_id) is None:
        raise ConfigurationError(f"{where} has no id of letters, digits, - and _ before a colon. {FORM}.")
    return master_id, read_key(Hidden(encoded), where)


def _refuse_repetition(keys: Mapping[str, Key], master_id: str, key: Key, where: str) -> None:
    if master_id in keys:
        raise ConfigurationError(f"{where} repeats the id of an earlier one: give each key an id of its own.")
    if any(hmac.compare_digest(key.reveal(), other.reveal()) for other in keys.values()):
        raise ConfigurationError(f"{where} repeats the key of an earlier one: a rotation needs a new key.")
