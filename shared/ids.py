"""Ids that contain no foreign text: plain hashes of canonical parts.

A `/` in a document id silently nests, so no provider's id and no customer's word ever becomes part of one.
Where the parts could be guessed and must not be (addresses), use the keyed hashes of `shared.vault` instead.
"""

from __future__ import annotations

import hashlib


def framed(*parts: str) -> bytes:
    """The parts in UTF-8, each after its length in bytes (8 bytes, big-endian), so they cannot run into each other.

    Lone surrogates, which JSON may carry, are kept as they are instead of raising.
    """
    encoded = (part.encode("utf-8", "surrogatepass") for part in parts)
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)


def digest(*parts: str) -> str:
    """32 lowercase hex characters: the first 128 bits of SHA-256 over the framed parts."""
    return hashlib.sha256(framed(*parts)).hexdigest()[:32]


def short(text: str) -> str:
    """8 lowercase hex characters of SHA-256 over the text itself: the prefix that spreads task names."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def message_id(provider: str, kind: str, provider_id: str) -> str:
    """The id of an inbound message, the same over every delivery of it: creating it is the de-duplication."""
    return digest(provider, kind, provider_id)
