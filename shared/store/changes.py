"""One commit: everything in it is written, or nothing is.

There are no transactions (DESIGN §2). `[V]` is an update on the version that was read, and Firestore has such a
condition for updates and deletes only: a merge-set takes none. Changes that need none say so in their name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from google.cloud.firestore_v1 import DELETE_FIELD, SERVER_TIMESTAMP, ArrayRemove, ArrayUnion, Increment
from google.cloud.firestore_v1.async_document import AsyncDocumentReference

from shared.store.collections import (
    ADDRESSES,
    CONSENTS,
    CONTACTS,
    CONVERSATIONS,
    LEADS,
    MEDIA,
    MESSAGES,
    PENDING,
    PROOFS,
    SPENT,
    pending_id,
)
from shared.store.documents import Conversation, Message
from shared.store.errors import Exists, Refused, Stale, Unanswered, translated, translated_commit
from shared.store.paths import Paths
from shared.tenancy.database import Database

Fields = Mapping[str, object]

NOW = SERVER_TIMESTAMP  # the server's time of the commit
GONE = DELETE_FIELD  # a field that is not there any more


def added(*items: str) -> object:
    """Into an array, each once, whatever else is in it."""
    return ArrayUnion(list(items))


def removed(*items: str) -> object:
    """Out of an array, whatever else is in it."""
    return ArrayRemove(list(items))


def raised(by: int = 1) -> object:
    return Increment(by)


class Changes:
    """What one commit will write. `commit` answers the new versions by document path."""

    def __init__(self, db: Database) -> None:
        self._batch = db.batch()
        self._db = db
        self._paths = Paths(db)
        self._order: list[AsyncDocumentReference] = []
        self._conditions: dict[AsyncDocumentReference, datetime] = {}
        self._new: list[AsyncDocumentReference] = []

    # -- messages

    def create_message(self, id: str, fields: Fields) -> None:
        """Refused with Exists if the id is taken: that is de-duplication."""
        self._create(self._paths.of(MESSAGES, id), {**fields, "received_at": NOW})

    def update_message(self, message: Message, fields: Fields) -> None:
        """On the version that was read. Only the state and what goes with it may change."""
        self._update(self._paths.of(MESSAGES, message.id), message.version, fields)

    # -- conversations

    def merge_conversation(self, id: str, fields: Fields) -> None:
        """Without a condition, creating it if absent: for what may always be added (a text that arrived)."""
        reference = self._paths.of(CONVERSATIONS, id)
        self._batch.set(reference, dict(fields), merge=True)
        self._order.append(reference)

    def create_conversation(self, id: str, fields: Fields) -> None:
        """The first text of a customer whose conversation was read, and is not there. Refused with Exists if it is."""
        self._create(self._paths.of(CONVERSATIONS, id), fields)

    def update_conversation(self, conversation: Conversation, fields: Fields) -> None:
        """On the version that was read: owner, consent, and what is open are unchanged, or nothing is written."""
        self._update(self._paths.of(CONVERSATIONS, conversation.id), conversation.version, fields)

    # -- work that is not finished

    def put_pending(self, kind: str, subject: str, due_at: datetime, attempt: int = 0) -> None:
        reference = self._paths.of(PENDING, pending_id(kind, subject))
        self._batch.set(reference, {"kind": kind, "subject": subject, "due_at": due_at, "attempt": attempt})
        self._order.append(reference)

    def drop_pending(self, kind: str, subject: str) -> None:
        """Dropping what is gone already is fine."""
        reference = self._paths.of(PENDING, pending_id(kind, subject))
        self._batch.delete(reference)
        self._order.append(reference)

    # -- consent

    def create_consent(self, id: str, fields: Fields) -> None:
        """An entry of the ledger: written once, never changed. Always beside the gate on the conversation."""
        self._create(self._paths.of(CONSENTS, id), {**fields, "at": NOW})

    # -- leads

    def put_lead(self, id: str, fields: Fields) -> None:
        """The same lead told again is the same document; the stage that people have brought it to stays."""
        reference = self._paths.of(LEADS, id)
        self._batch.set(reference, {**fields, "told_at": NOW}, merge=True)
        self._order.append(reference)

    # -- contacts

    def create_contact(self, id: str, name: str = "") -> None:
        self._create(self._paths.of(CONTACTS, id), {"name": name, "created_at": NOW})

    def create_address(self, id: str, contact_id: str, kind: str, address: str) -> None:
        """Refused with Exists where it points to a contact already. `kind`: phone, email, user."""
        self._create(self._paths.of(ADDRESSES, id), {"contact_id": contact_id, "kind": kind, "address": address})

    # -- media

    def create_media(self, id: str, fields: Fields) -> None:
        """Refused with Exists if it is known already what became of this file."""
        self._create(self._paths.of(MEDIA, id), {**fields, "created_at": NOW})

    # -- proofs

    def use_up_proof(self, id: str, conversation_id: str, until: datetime) -> None:
        """Refused with Exists where it has been shown before."""
        fields = {"conversation_id": conversation_id, "at": NOW, "expires_at": until}
        self._create(self._paths.of(PROOFS, id), fields)

    # -- budgets

    def create_spent(self, id: str, spent: Fields, until: datetime) -> None:
        """What a model's answer has cost that is said to nobody: of one that is, the message itself says it."""
        self._create(self._paths.of(SPENT, id), {**spent, "expires_at": until})

    async def commit(self) -> dict[str, datetime]:
        """Raises Exists, Stale or Refused (nothing was written), or Unanswered (unknown)."""
        try:
            with translated_commit():
                results = await self._batch.commit()
        except Refused as refused:
            # The rules look at the document that is there now. Where that is not the one that was read, or is one that
            # was to be created, they may say no before the precondition does.
            await self._expect_as_read(refused)
            raise
        versions = (cast(datetime, result.update_time) for result in results)
        return {cast(str, reference.id): version for reference, version in zip(self._order, versions, strict=True)}

    async def try_commit(self) -> dict[str, datetime] | None:
        """`commit`, or None where nothing was written or it is not known: what is stored is read again, and decides."""
        try:
            return await self.commit()
        except (Exists, Stale, Unanswered):
            return None

    def _create(self, reference: AsyncDocumentReference, fields: Fields) -> None:
        self._batch.create(reference, dict(fields))
        self._order.append(reference)
        self._new.append(reference)

    def _update(self, reference: AsyncDocumentReference, version: datetime | None, fields: Fields) -> None:
        if version is None:
            raise Stale("it was never there; try again")
        self._batch.update(reference, dict(fields), option=self._db.write_option(last_update_time=version))
        self._order.append(reference)
        self._conditions[reference] = version

    async def _expect_as_read(self, refused: Refused) -> None:
        """Raises Exists or Stale where a document is not as this commit says that it is."""
        if not self._new and not self._conditions:
            return
        with translated():
            found = [snapshot async for snapshot in self._db.get_all([*self._new, *self._conditions])]
        now = {snapshot.reference: snapshot for snapshot in found}
        if any(now[reference].exists for reference in self._new):
            raise Exists("it exists already") from refused
        if any(now[reference].update_time != read for reference, read in self._conditions.items()):
            raise Stale("it changed meanwhile; try again") from refused
