"""The collection group `pending`, as the sweeper sees it: across tenants, and nothing but that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from google.cloud.firestore_v1.async_document import AsyncDocumentReference
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.base_query import FieldFilter

from shared.store.collections import PENDING
from shared.store.documents import Pending
from shared.store.errors import translated
from shared.tenancy.database import Database

PAGE = 100  # the rules allow the sweeper no more at once
MOST_PAGES = 20


class Overdue:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def before(self, now: datetime) -> AsyncIterator[Pending]:
        """Work that should have been finished, the oldest first, at most MOST_PAGES pages of it.

        Page after page, or one tenant's backlog would hide everybody else's.
        """
        cursor: DocumentSnapshot[AsyncDocumentReference] | dict[str, datetime] = {
            "due_at": datetime.min.replace(tzinfo=UTC)
        }
        for _ in range(MOST_PAGES):
            page = (
                self._db.collection_group(PENDING)
                .where(filter=FieldFilter("due_at", "<", now))
                .order_by("due_at")
                .start_after(cursor)
                .limit(PAGE)
            )
            with translated():
                snapshots = await page.get()
            for snap in snapshots:
                found = Pending.parse(snap.id, snap.reference.path.split("/")[1], snap.to_dict() or {})
                if found is not None:
                    yield found
            if len(snapshots) < PAGE:
                return
            cursor = snapshots[-1]
