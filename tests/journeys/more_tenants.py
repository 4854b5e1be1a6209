"""`python -m tests.journeys.more_tenants FILE HOST:PORT`: tenants beside the seed's, made as the seed makes its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from local.mount import mount_secrets
from local.seed import Accounts, create_machine, make_tenant
from local.seed_data import SeedTenant
from shared import http, identity
from shared.config import config
from shared.tenancy import database
from shared.tenancy.principals import service


async def main() -> None:
    await mount_secrets(sys.argv[2], os.environ["GOOGLE_CLOUD_PROJECT"])
    identity.account.set(config().service_account("mint"))
    account = Accounts("KEY-local-platform", "profile-platform", config().telnyx_public_key)
    for tenant in json.loads(await asyncio.to_thread(Path(sys.argv[1]).read_text)):
        made = SeedTenant(
            id=tenant["id"],
            name=tenant["id"],
            number=tenant["number"],
            channel=tenant["channel"],
            own_account=False,
            connected=False,
        )
        await create_machine(service(made.id))
        await make_tenant(made, account, {})
    await http.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
