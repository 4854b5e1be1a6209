"""Making a tenant: its document (as the platform), its configuration, secrets and members (as itself)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.store.collections import CONFIG, MEMBERS, SECRETS, TENANTS
from shared.store.errors import translated
from shared.store.paths import Paths
from shared.tenancy.database import Database

SCHEMA_VERSION = 1

Fields = Mapping[str, object]


class Provisioning:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def create_tenant(self, id: str, *, name: str, time_zone: str, locale: str) -> None:
        fields = {"name": name, "status": "active", "time_zone": time_zone, "locale": locale}
        with translated():
            await self._db.collection(TENANTS).document(id).create({**fields, "schema_version": SCHEMA_VERSION})

    async def set_config(self, name: str, fields: Fields) -> None:
        await self._set(CONFIG, name, fields)

    async def set_secret(self, name: str, fields: Fields) -> None:
        await self._set(SECRETS, name, fields)

    async def set_member(self, uid: str, *, role: str, email: str) -> None:
        await self._set(MEMBERS, uid, {"role": role, "active": True, "email": email})

    async def _set(self, collection: str, id: str, fields: Fields) -> None:
        with translated():
            await Paths(self._db).of(collection, id).set(dict(fields))
