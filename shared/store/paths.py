"""Where a tenant's documents are: the tenant comes with the database session, so no method takes one."""

from __future__ import annotations

from google.cloud.firestore_v1.async_collection import AsyncCollectionReference
from google.cloud.firestore_v1.async_document import AsyncDocumentReference

from shared.store.collections import TENANTS
from shared.tenancy.database import Database


class Paths:
    """Raises ValueError for a session without a tenant: it has no tenant's documents."""

    def __init__(self, db: Database) -> None:
        if db.tenant is None:
            raise ValueError("this session belongs to no tenant")
        self._tenant: AsyncDocumentReference = db.collection(TENANTS).document(db.tenant)

    @property
    def tenant(self) -> AsyncDocumentReference:
        return self._tenant

    def collection(self, name: str) -> AsyncCollectionReference:
        collection: AsyncCollectionReference = self._tenant.collection(name)
        return collection

    def of(self, collection: str, id: str) -> AsyncDocumentReference:
        """Ids of ours are hashes. One with a slash would silently nest, so it is refused."""
        if not id or "/" in id:
            raise ValueError(f"not a document id: {id!r}")
        document: AsyncDocumentReference = self.collection(collection).document(id)
        return document
