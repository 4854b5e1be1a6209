"""`python -m tests.chaos.person HOST:PORT`: a member of staff who takes conversations over and hands them back.

Reads one JSON object a line, `{"tenant", "customer", "do": "id" | "take" | "give"}`, and answers each with a line,
`{"conversation": id}`. Writes as the pipeline's protocol says (PIPELINE §2, People): on the version that was read.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime

from local.mount import mount_secrets
from local.seed import database_as
from shared import http, identity
from shared.config import config
from shared.conversations.work import ANSWER
from shared.store.changes import Changes
from shared.store.errors import Stale, Unanswered
from shared.store.reading import Reader, conversation
from shared.tenancy import database
from shared.tenancy.database import Database
from shared.tenancy.principals import service
from shared.vault import address_hashes

TRIES = 200


_databases: dict[str, Database] = {}


def _database(tenant: str) -> Database:
    """As the tenant's service principal: the functions may be dead just now."""
    return _databases.setdefault(tenant, database_as(service(tenant)))


async def hand(tenant: str, id: str, owner: str) -> None:
    """Makes `owner` the owner of the conversation, if there is such a conversation and it is not so yet."""
    db = _database(tenant)
    for _ in range(TRIES):
        try:
            found = (await Reader(db).read([conversation(id)])).conversation(id)
            if found is None or found.owner == owner:
                return
            changes = Changes(db)
            changes.update_conversation(found, {"owner": owner, "epoch": found.epoch + 1})
            if owner == "ai" and found.open:
                changes.put_pending(ANSWER, id, datetime.now(UTC))
            await changes.commit()
            return
        except (Stale, Unanswered):
            await asyncio.sleep(0.05)
    raise RuntimeError("the conversation could not be taken over or handed back")


async def answer(asked: dict[str, str]) -> None:
    id = address_hashes().conversation(asked["tenant"], asked["customer"])
    if asked["do"] != "id":
        await hand(asked["tenant"], id, "human" if asked["do"] == "take" else "ai")
    print(json.dumps({"conversation": id}), flush=True)


async def main() -> None:
    await mount_secrets(sys.argv[1], os.environ["GOOGLE_CLOUD_PROJECT"])
    identity.account.set(config().service_account("mint"))
    while line := await asyncio.to_thread(sys.stdin.readline):
        await answer(json.loads(line))
    await http.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
