"""Encryption of single document fields: what is stored opens only in the place that it was written for.

A ciphertext reads "v1.<master id>.<fernet token>". Fernet has no associated data, so the binding is in the key:
HKDF-SHA256(master, info = version | tenant | document path | field, each length-prefixed). Moved to another tenant,
document or field it meets another key and does not decrypt.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.errors import Problem
from shared.hidden import Hidden
from shared.vault.deriving import derived
from shared.vault.keys import Key
from shared.vault.masters import Masters

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

VERSION = "v1"
DERIVED_KEYS = 512  # kept per instance


class Undecryptable(Problem):
    """Moved, tampered, malformed, or written by a master that is gone: which of them is nobody's business."""

    code = "undecryptable"

    def __init__(self) -> None:
        super().__init__(
            "A stored secret cannot be decrypted here: enter its value again, or restore the master key that wrote it."
        )


@dataclass(frozen=True, slots=True)
class Binding:
    """The one place where a ciphertext opens: tenant id, document path below the tenant, field name."""

    tenant: str
    document: str
    field: str

    def __post_init__(self) -> None:
        if not (self.tenant and self.document and self.field):
            raise ValueError("a binding names a tenant, a document and a field")


class FieldCipher:
    """Encrypts under the first master, decrypts under all of them."""

    def __init__(self, masters: Masters) -> None:
        self._masters = masters
        self._fernet = lru_cache(maxsize=DERIVED_KEYS)(self._derive)

    def encrypt(self, plain: str, binding: Binding) -> str:
        """The ciphertext of `plain`, ASCII, different at every call."""
        token = self._fernet(self._masters.first, binding).encrypt(plain.encode("utf-8", "surrogatepass"))
        return f"{VERSION}.{self._masters.first}.{token.decode()}"

    def decrypt(self, token: str, binding: Binding) -> Hidden:
        """What was encrypted for exactly this binding. Raises Undecryptable for everything else."""
        plain = self._open(token, binding)
        if plain is None:
            raise Undecryptable
        return Hidden(plain.decode("utf-8", "surrogatepass"))

    def is_current(self, token: str) -> bool:
        """Whether the first master wrote it; if not, encrypt it again before that master is retired."""
        return token.startswith(f"{VERSION}.{self._masters.first}.")

    @property
    def derived_keys(self) -> int:
        """How many derived keys are kept, at most DERIVED_KEYS."""
        return self._fernet.cache_info().currsize

    def __repr__(self) -> str:
        return f"FieldCipher({self._masters!r})"

    def _open(self, token: str, binding: Binding) -> bytes | None:
        from cryptography.fernet import InvalidToken

        version, _, rest = token.partition(".")
        master_id, _, body = rest.partition(".")
        if version != VERSION or master_id not in self._masters or not _is_canonical(body):
            return None
        try:
            return self._fernet(master_id, binding).decrypt(body)
        except InvalidToken:
            return None

    def _derive(self, master_id: str, binding: Binding) -> Fernet:
        return _fernet(self._masters[master_id], binding)


def _fernet(master: Key, binding: Binding) -> Fernet:
    from cryptography.fernet import Fernet

    key = derived(master, VERSION, binding.tenant, binding.document, binding.field)
    return Fernet(base64.urlsafe_b64encode(key))


def _is_canonical(body: str) -> bool:
    """Whether the body is base64url exactly as written: the decoder alone skips foreign characters and loose bits."""
    try:
        return base64.urlsafe_b64encode(base64.urlsafe_b64decode(body)) == body.encode("ascii")
    except ValueError:
        return False
