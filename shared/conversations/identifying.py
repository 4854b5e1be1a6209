"""A visitor is somebody: the site's server has signed who, and one commit makes the visit that person's (docs/chat.md).

A proof is used up in the commit that attaches it, so it opens one visit. What a visitor types of themselves is a claim
and comes by here never. Contacts are not merged: where a person's addresses point to several, the first one counts, and
the others stay with whom they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared import log
from shared.channels.webchat.identity import Identity
from shared.conversations.guests import begun
from shared.conversations.timers import MOST_TRIES
from shared.errors import Forbidden, Unavailable
from shared.ids import digest
from shared.store.changes import Changes
from shared.store.documents import Conversation
from shared.store.reading import Found, Reader, address, conversation, proof
from shared.tenancy import Database
from shared.vault import AddressHashes
from shared.vault.visits import Visit


@dataclass(frozen=True, slots=True)
class _Address:
    """One of a person's. `id`: of the document that points to their contact."""

    id: str
    kind: str
    text: str


class Identifying:
    def __init__(self, db: Database, tenant_id: str, hashes: AddressHashes) -> None:
        self._db = db
        self._reader = Reader(db)
        self._tenant_id = tenant_id
        self._hashes = hashes

    async def attach(self, visit: Visit, identity: Identity) -> Visit:
        """The visit that is this person's now: this one, or a new one where it is somebody else's already. What opened
        it before the proof opens it no more (`boundary.visit_desk`).

        Raises Forbidden (identity_replayed) for a proof that another visit has used up, Unavailable.
        """
        if await self._attached(visit, identity):
            return replace(visit, proven=True)
        another = Visit.begun(visit.tenant, visit.widget, visit.origin, visit.language)
        if not await self._attached(another, identity):
            raise Unavailable("the chat could not be opened; try again")  # nobody can have guessed its id
        return replace(another, proven=True)

    async def _attached(self, visit: Visit, identity: Identity) -> bool:
        """False where the visit is somebody else's."""
        proof_id, addresses = digest("proof", visit.widget, identity.jti), self._addresses(identity)
        keys = [conversation(visit.conversation), proof(proof_id), *(address(one.id) for one in addresses)]
        for _ in range(MOST_TRIES):
            found = await self._reader.read(keys)
            of, used_by = found.conversation(visit.conversation), found.proven_for(proof_id)
            if used_by not in (None, visit.conversation):
                raise Forbidden("this proof of identity was used by another visit", code="identity_replayed")
            if of is not None and of.verified and of.verified.get("sub") != identity.sub:
                return False
            if of is not None and of.verified and used_by is not None:
                return True
            changes = Changes(self._db)
            if used_by is None:
                changes.use_up_proof(proof_id, visit.conversation, identity.until)
            contact_id = _contact(changes, found, addresses, identity.name)
            _write(changes, visit, of, {"verified": identity.known, "contact_id": contact_id})
            if await changes.try_commit() is not None:
                log.info("a visitor is identified", count="visitor_identified", conversation=visit.conversation)
                return True
        raise Unavailable("this chat is too busy to be opened now; try again")

    def _addresses(self, identity: Identity) -> list[_Address]:
        """The person's, the one that counts most first."""
        said = {"user": identity.sub, "email": identity.email, "phone": identity.phone}
        return [_Address(self._hashed(kind, text), kind, text) for kind, text in said.items() if text]

    def _hashed(self, kind: str, text: str) -> str:
        """A phone as the texts' pipeline hashes it, "+1…", which begins as no kind does: it is the same person."""
        return self._hashes.address(self._tenant_id, text if kind == "phone" else f"{kind}|{text}")


def _contact(changes: Changes, found: Found, addresses: Sequence[_Address], name: str) -> str:
    """Whose the addresses are; a new contact where nobody has any. Those that nobody has become theirs."""
    known = {one.id: found.contact_of(one.id) for one in addresses}
    contact_id = next(filter(None, known.values()), None)
    if contact_id is None:
        contact_id = digest("contact", addresses[0].id)
        changes.create_contact(contact_id, name)
    for one in addresses:
        if known[one.id] is None:
            changes.create_address(one.id, contact_id, one.kind, one.text)
    return contact_id


def _write(changes: Changes, visit: Visit, of: Conversation | None, fields: dict[str, object]) -> None:
    """On the version that was read; before the first message it is created, and that message merges into it."""
    if of is not None:
        changes.update_conversation(of, fields)
        return
    changes.create_conversation(visit.conversation, {**begun(visit), **fields})
