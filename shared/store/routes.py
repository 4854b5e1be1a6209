"""routes/{id}: which tenant owns an address or a channel. Read by mint, written when an address is proven."""

from __future__ import annotations

from shared.store.collections import ROUTES
from shared.store.errors import translated
from shared.store.values import text
from shared.tenancy import Channel
from shared.tenancy.database import Database

Fields = dict[str, object]


class Routes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, id: str) -> Channel | None:
        """The channel that the route leads to, None where there is no such route."""
        if not id or "/" in id:
            return None
        with translated():
            snapshot = await self._db.collection(ROUTES).document(id).get()
        return _channel(snapshot.to_dict() or {}) if snapshot.exists else None

    async def create(self, id: str, channel: Channel) -> None:
        """After proof of control, once by channel and once by address. Raises Exists where it has an owner already:
        nobody takes another's number."""
        with translated():
            await self._db.collection(ROUTES).document(id).create(_fields(channel))


def _channel(data: Fields) -> Channel:
    return Channel(
        id=text(data, "channel"),
        tenant_id=text(data, "tenant_id"),
        kind=text(data, "kind"),
        provider=text(data, "provider"),
        address=text(data, "address"),
        public_key=text(data, "public_key"),
    )


def _fields(channel: Channel) -> Fields:
    return {
        "channel": channel.id,
        "tenant_id": channel.tenant_id,
        "kind": channel.kind,
        "provider": channel.provider,
        "address": channel.address,
        "public_key": channel.public_key,
    }
