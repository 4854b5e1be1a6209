"""Key material as configuration gives it: base64url text that must be random bytes, and enough of them."""

from __future__ import annotations

import base64
import binascii

from shared.config import ConfigurationError
from shared.hidden import Hidden

SHORTEST = 32  # bytes
FEWEST_DISTINCT = 16  # 32 random bytes have 30 distinct values on average, and practically never fewer than 20

HOW_TO_MAKE = 'python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'


class Key:
    """Raw key bytes that show in no repr; `reveal()` is the only way out."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def reveal(self) -> bytes:
        return self._raw

    def __repr__(self) -> str:
        return "Key(…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled or copied")


def read_key(encoded: Hidden, where: str) -> Key:
    """The key in base64url text, padded or not. `where` names its place in the configuration for the error.

    Raises ConfigurationError, which shows nothing of the text, for anything but 32 or more bytes that look random.
    """
    raw = _decode(encoded.reveal().strip())
    if raw is None:
        raise _refused(where, "is not base64url")
    if len(raw) < SHORTEST:
        raise _refused(where, f"has {len(raw)} bytes, fewer than {SHORTEST}")
    if len(set(raw)) < FEWEST_DISTINCT:
        raise _refused(where, "is not random")
    return Key(raw)


def _decode(text: str) -> bytes | None:
    unpadded = text.rstrip("=")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _refused(where: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"{where} {problem}. Make a new key: {HOW_TO_MAKE}")
