"""routes/{id}: which tenant owns an address or a channel. Read by mint, written when an address is proven."""

from __future__ import annotations

from dataclasses import dataclass

from shared.store.collections import ROUTES
from shared.store.errors import translated
from shared.store.values import text
from shared.tenancy.database import Database


@dataclass(frozen=True, slots=True)
class Route:
    """Created only after proof of control, once by channel and once by address, and never over another one."""

    tenant_id: str
    channel: str
    kind: str
    provider: str
    address: str
    public_key: str


class Routes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, id: str) -> Route | None:
        if not id or "/" in id:
            return None
        with translated():
            snapshot = await self._db.collection(ROUTES).document(id).get()
        data = snapshot.to_dict() or {}
        names = ("tenant_id", "channel", "kind", "provider", "address", "public_key")
        return Route(*(text(data, name) for name in names)) if snapshot.exists else None
