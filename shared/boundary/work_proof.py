"""Proof of work, where a tenant demands it: what a visit stores first costs its browser a second of computing.

A string for which SHA-256(`visit:work`) begins with so many zero bits: a browser tries thousands, this tries one. It
proves nothing of who somebody is; it makes a flood of visits expensive (docs/chat.md).
"""

from __future__ import annotations

import hashlib

from shared import tenancy
from shared.boundary.visitors import Visitor
from shared.errors import WorkNeeded
from shared.store.reading import Reader, conversation


async def expect_work(visitor: Visitor, work: str | None) -> None:
    """Raises WorkNeeded until a visit's first message, for whatever comes without it."""
    bits = visitor.widget.work_bits
    if not bits or (work is not None and is_done(visitor.visit.id, work, bits)):
        return
    id = visitor.visit.conversation
    found = (await Reader(tenancy.database_of(visitor.channel)).read([conversation(id)])).conversation(id)
    # What they claimed of themselves is no message; who has proven who they are has no need of it.
    if found is None or (found.last_inbound_at is None and not found.verified):
        raise WorkNeeded("this chat asks your browser for a moment of work first")


def is_done(visit: str, work: str, bits: int) -> bool:
    digest = hashlib.sha256(f"{visit}:{work}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
