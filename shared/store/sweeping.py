"""The collection group `pending`, as the sweeper sees it: across tenants, and nothing but that."""

from __future__ import annotations

from datetime import datetime

from google.cloud.firestore_v1.base_query import FieldFilter

from shared.store.collections import PENDING
from shared.store.documents import Pending
from shared.store.errors import translated
from shared.tenancy.database import Database

MOST = 100  # the rules allow the sweeper no more at once


class Overdue:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def before(self, now: datetime) -> tuple[Pending, ...]:
        """Work that should have been finished, the oldest first."""
        query = (
            self._db.collection_group(PENDING)
            .where(filter=FieldFilter("due_at", "<", now))
            .order_by("due_at")
            .limit(MOST)
        )
        with translated():
            snapshots = await query.get()
        found = (Pending.parse(snap.id, snap.reference.path.split("/")[1], snap.to_dict() or {}) for snap in snapshots)
        return tuple(item for item in found if item is not None)
