"""Tenants beside the seed's, made as the seed makes its own: `python -m tests.more_tenants FILE HOST:PORT`.

The file says for each its id, number and channel; with `org` it has an assistant and classes at Jackrabbit, with
`account` an account of its own at Telnyx, with `widget` (a key) a chat on the pages of `origins`; `hours` are its week.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from local.mount import mount_secrets
from local.seed import Accounts, create_machine, make_tenant
from local.seed_data import SeedTenant, SeedWidget
from shared import http, identity
from shared.config import config
from shared.tenancy import database
from shared.tenancy.principals import service
from tests.stack import ROOT, RunningStack, environment


async def made(stack: RunningStack, folder: Path, tenants: list[dict[str, Any]]) -> None:
    """In a process of its own, whose environment is that of a function."""
    file = folder / "tenants.json"
    await asyncio.to_thread(file.write_text, json.dumps(tenants))
    secrets = stack.info["standins"]["secrets"].removeprefix("http://")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.more_tenants", str(file), secrets),
        cwd=ROOT,
        env=environment(stack.info),
    )
    assert await process.wait() == 0


async def main() -> None:
    await mount_secrets(sys.argv[2], os.environ["GOOGLE_CLOUD_PROJECT"])
    identity.account.set(config().service_account("mint"))
    platform = Accounts("KEY-local-platform", "profile-platform", config().telnyx_public_key)
    for tenant in json.loads(await asyncio.to_thread(Path(sys.argv[1]).read_text)):
        new = SeedTenant(
            id=tenant["id"],
            name=tenant["id"],
            number=tenant["number"],
            channel=tenant["channel"],
            own_account="account" in tenant,
            connected="org" in tenant,
            jackrabbit_org=tenant.get("org", ""),
            hours=tenant.get("hours", {}),
            widget=SeedWidget(tenant["widget"], "", "#0b6e4f", "Hello!") if "widget" in tenant else None,
        )
        await create_machine(service(new.id))
        account = Accounts(**tenant["account"]) if "account" in tenant else platform
        await make_tenant(new, replace(account, origins=tenant.get("origins", ())), {})
    await http.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
