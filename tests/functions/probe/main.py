"""A function that exists for tests alone: it holds what every served function holds, and tries what none may do."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from shared import identity, tenancy
from shared.boundary import Call, Reply, endpoint
from shared.config import config


@endpoint(caller="public")
async def probe(call: Call) -> Reply:
    """{"tenant": whose session, "path": a document, "do": what} → {"outcome": "done" or the error's name}."""
    asked = json.loads(call.raw)
    identity.account.set(config().service_account("worker"))
    db = tenancy.database_of_tenant(asked["tenant"])
    document = db.document(asked["path"])
    attempts: dict[str, Callable[[], Awaitable[object]]] = {
        "get": lambda: document.get(),
        "set": lambda: document.set({"name": "mine now"}),
        "delete": lambda: document.delete(),
        "list": lambda: document.parent.limit(5).get(),
        "count": lambda: document.parent.count().get(),
        "group": lambda: db.collection_group(document.parent.id).limit(5).get(),
    }
    refused: dict[str, Callable[[], object]] = {
        "transaction": lambda: db.transaction(),
        "bulk_writer": lambda: db.bulk_writer(),
        "recursive_delete": lambda: db.recursive_delete(document),
        "sync_copy": lambda: db._to_sync_copy(),
    }
    try:
        if asked["do"] in refused:
            refused[asked["do"]]()
        elif asked["do"] == "collections":
            [found async for found in db.collections()]
        elif asked["do"] == "empty_commit":
            await db.batch().commit()
        else:
            await attempts[asked["do"]]()
    except Exception as error:
        return Reply({"outcome": type(error).__name__})
    return Reply({"outcome": "done"})
