"""Keyed hashes of addresses: ids that nobody can guess from a phone number, and that hold for ever.

HMAC-SHA256 under a key of its own that never rotates and has nothing to do with the field masters: opt-outs must
survive rotation and erasure. Only the standard library, because every webhook comes by here.
"""

from __future__ import annotations

import hashlib
import hmac

from shared.hidden import Hidden
from shared.ids import framed
from shared.vault.keys import read_key

SETTING = "ADDRESS_HASH_KEY"


class AddressHashes:
    """Document ids of 32 lowercase hex characters (128 bits). Each method is a domain apart from the others.

    Addresses are hashed as they come: callers give the canonical form (E.164, a lower-case mailbox).
    """

    __slots__ = ("_key",)

    def __init__(self, key: Hidden) -> None:
        """`key`: base64url of 32 random bytes or more. Raises ConfigurationError."""
        self._key = read_key(key, SETTING)

    def route_of_address(self, kind: str, address: str) -> str:
        """Id of the route of one of our own addresses, such as ("sms", "+12817679141")."""
        return self._hash("route of address", kind, address)

    def route_of_channel(self, channel: str) -> str:
        """Id of the route of a channel, named in the URL that we register at a provider."""
        return self._hash("route of channel", channel)

    def conversation(self, tenant: str, address: str) -> str:
        """Id of the one conversation that a tenant has with a customer's address."""
        return self._hash("conversation", tenant, address)

    def address(self, tenant: str, address: str) -> str:
        """Id under which a tenant keeps what belongs to a customer's address: its contact, its consent."""
        return self._hash("address", tenant, address)

    def __repr__(self) -> str:
        return "AddressHashes(…)"

    def _hash(self, domain: str, *parts: str) -> str:
        return hmac.new(self._key.reveal(), framed(domain, *parts), hashlib.sha256).hexdigest()[:32]
