"""Reading a tenant's documents: one BatchGet for whatever a step needs, and bounded queries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from google.cloud.firestore_v1.base_query import FieldFilter

from shared.store.collections import (
    ADDRESSES,
    CONFIG,
    CONVERSATIONS,
    MEDIA,
    MEMBERS,
    MESSAGES,
    PENDING,
    PROOFS,
    SECRETS,
    SPENT,
    TENANTS,
    pending_id,
)
from shared.store.documents import Conversation, Message
from shared.store.errors import translated
from shared.store.media import MediaFile
from shared.store.members import MemberDocument
from shared.store.paths import Paths
from shared.store.settings import BusinessProfile, CustomerService, SmsSettings, TenantFacts
from shared.store.values import moment
from shared.store.widget import Widget
from shared.tenancy.database import Database

if TYPE_CHECKING:
    from google.cloud.firestore_v1.async_aggregation import AsyncAggregationQuery
    from google.cloud.firestore_v1.async_query import AsyncQuery

Key = tuple[str, str]  # collection, id


def conversation(id: str) -> Key:
    return CONVERSATIONS, id


def message(id: str) -> Key:
    return MESSAGES, id


def pending(kind: str, subject: str) -> Key:
    return PENDING, pending_id(kind, subject)


def member(uid: str) -> Key:
    return MEMBERS, uid


def address(id: str) -> Key:
    return ADDRESSES, id


def media(id: str) -> Key:
    return MEDIA, id


SETTINGS: tuple[Key, ...] = (
    (TENANTS, ""),
    (CONFIG, "business_profile"),
    (CONFIG, "customer_service"),
    (CONFIG, "sms"),
)


WIDGET: Key = (CONFIG, "widget")


def secret(name: str) -> Key:
    return SECRETS, name


def proof(id: str) -> Key:
    return PROOFS, id


@dataclass(frozen=True, slots=True)
class Found:
    """Documents of one read, by collection and id."""

    _documents: Mapping[Key, tuple[datetime | None, Mapping[str, object]]]

    def conversation(self, id: str) -> Conversation | None:
        found = self._documents.get((CONVERSATIONS, id))
        return Conversation.parse(id, *found) if found else None

    def message(self, id: str | None) -> Message | None:
        found = self._documents.get((MESSAGES, id)) if id else None
        return Message.parse(id, *found) if id and found else None

    def media(self, id: str) -> MediaFile | None:
        found = self._documents.get((MEDIA, id))
        return MediaFile.parse(id, found[1]) if found else None

    def due_at(self, kind: str, subject: str) -> datetime | None:
        """When work is due; None if there is none."""
        return moment(self._fields(PENDING, pending_id(kind, subject)), "due_at")

    def member(self, uid: str) -> MemberDocument:
        """Somebody who is not there is nobody: without a role, and not active."""
        return MemberDocument.parse(self._fields(MEMBERS, uid))

    def contact_of(self, address_id: str) -> str | None:
        return cast("str | None", self._fields(ADDRESSES, address_id).get("contact_id"))

    def ciphertext(self, name: str) -> str | None:
        return cast("str | None", self._fields(SECRETS, name).get("ciphertext"))

    def widget(self) -> Widget:
        return Widget.parse(self._fields(*WIDGET))

    def proven_for(self, proof_id: str) -> str | None:
        """The conversation that has used up this proof, None where nobody has."""
        return cast("str | None", self._fields(PROOFS, proof_id).get("conversation_id"))

    def settings(self) -> Settings:
        sms = SmsSettings.parse(self._fields(CONFIG, "sms"))
        service = CustomerService.parse(self._fields(CONFIG, "customer_service"))
        return Settings(
            tenant=TenantFacts.parse(self._fields(TENANTS, "")),
            profile=BusinessProfile.parse(self._fields(CONFIG, "business_profile")),
            service=service if sms.provider and sms.primary.number else service.without_phones(),
            sms=sms,
        )

    def _fields(self, collection: str, id: str) -> Mapping[str, object]:
        found = self._documents.get((collection, id))
        return found[1] if found else {}


@dataclass(frozen=True, slots=True)
class Settings:
    """A tenant's configuration, whole."""

    tenant: TenantFacts
    profile: BusinessProfile
    service: CustomerService
    sms: SmsSettings


class Reader:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._paths = Paths(db)

    async def read(self, keys: Iterable[Key]) -> Found:
        """All of `keys` in one call; what does not exist is absent from the answer."""
        wanted = dict.fromkeys(keys)
        references = {(self._paths.tenant if key == (TENANTS, "") else self._paths.of(*key)): key for key in wanted}
        if not references:
            return Found({})
        with translated():
            snapshots = [snap async for snap in self._db.get_all(list(references))]
        return Found(
            {references[snap.reference]: (snap.update_time, snap.to_dict() or {}) for snap in snapshots if snap.exists}
        )

    async def history(self, conversation_id: str, limit: int) -> tuple[Message, ...]:
        """The newest `limit` messages of a conversation, oldest first."""
        query = (
            self._paths.collection(MESSAGES)
            .where(filter=FieldFilter("conversation_id", "==", conversation_id))
            .order_by("received_at", direction="DESCENDING")
            .limit(limit)
        )
        return await _messages(query)

    async def history_since(self, conversation_id: str, at: datetime, limit: int) -> tuple[Message, ...]:
        """The newest `limit` messages of a conversation that were stored at `at` or later, oldest first."""
        query = (
            self._paths.collection(MESSAGES)
            .where(filter=FieldFilter("conversation_id", "==", conversation_id))
            .where(filter=FieldFilter("received_at", ">=", at))
            .order_by("received_at", direction="DESCENDING")
            .limit(limit)
        )
        return await _messages(query)

    async def uploads_since(self, conversation_id: str, at: datetime, limit: int) -> tuple[MediaFile, ...]:
        """The newest `limit` files of a visitor that were stored at `at` or later, newest first."""
        query = (
            self._paths.collection(MEDIA)
            .where(filter=FieldFilter("conversation_id", "==", conversation_id))
            .where(filter=FieldFilter("direction", "==", "in"))
            .where(filter=FieldFilter("created_at", ">=", at))
            .order_by("created_at", direction="DESCENDING")
            .limit(limit)
        )
        with translated():
            snapshots = await query.get()
        return tuple(MediaFile.parse(snap.id, snap.to_dict() or {}) for snap in snapshots)

    async def answers_in(self, hour: str) -> int:
        """How many answers of an hour cost a model's call, those among them that nobody was told."""
        said = self._paths.collection(MESSAGES).where(filter=FieldFilter("hour", "==", hour)).count()
        unsaid = self._paths.collection(SPENT).where(filter=FieldFilter("hour", "==", hour)).count()
        return sum(await asyncio.gather(_figure(said), _figure(unsaid)))

    async def tokens_on(self, day: str) -> int:
        """The tokens of all of a day."""
        said = self._paths.collection(MESSAGES).where(filter=FieldFilter("day", "==", day)).sum("tokens")
        unsaid = self._paths.collection(SPENT).where(filter=FieldFilter("day", "==", day)).sum("tokens")
        return sum(await asyncio.gather(_figure(said), _figure(unsaid)))

    async def uploaded_in(self, hour: str) -> int:
        """The bytes of all files that visitors uploaded in an hour."""
        files = self._paths.collection(MEDIA).where(filter=FieldFilter("hour", "==", hour)).sum("size")
        return await _figure(files)

    async def sent_as(self, provider_id: str) -> Message | None:
        """The message that a provider knows by this id, where exactly one does."""
        query = self._paths.collection(MESSAGES).where(filter=FieldFilter("provider_id", "==", provider_id)).limit(2)
        with translated():
            snapshots = await query.get()
        outbound = [Message.parse(snap.id, snap.update_time, snap.to_dict() or {}) for snap in snapshots]
        return outbound[0] if len(outbound) == 1 else None


async def _messages(query: AsyncQuery) -> tuple[Message, ...]:
    """Of a query for the newest first: the oldest first."""
    with translated():
        snapshots = await query.get()
    return tuple(Message.parse(snap.id, snap.update_time, snap.to_dict() or {}) for snap in reversed(snapshots))


async def _figure(aggregation: object) -> int:
    """The one figure of an aggregation, whose type the library states wrongly."""
    with translated():
        rows = await cast("AsyncAggregationQuery", aggregation).get()
    return int(rows[0][0].value)
