"""The known freeze of this stack: many requests at once on an instance that has never answered one."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.stack import ROOT, RunningStack, environment, received, secrets_of, served

TENANTS, REQUESTS = 20, 80


async def test_eighty_texts_at_once_for_twenty_tenants_are_all_stored(stack: RunningStack, tmp_path: Path) -> None:
    tenants = await _more_tenants(stack, tmp_path)
    env = environment(stack.info) | await secrets_of(stack.info, "ADDRESS_HASH_KEY")
    customers = [stack.new_customer() for _ in range(REQUESTS)]
    async with served("telnyx_sms", env) as (url, _):

        async def one(number: int) -> int:
            tenant = tenants[number % TENANTS]
            body = received(customers[number], tenant["number"], "Where can I park?")
            raw = json.dumps(body).encode()
            answer = await stack.post_signed(
                f"{url}/{tenant['channel']}", raw, seed=stack.seed_of("bss-cypress-spring")
            )
            return answer.status_code

        statuses = await asyncio.gather(*(one(number) for number in range(REQUESTS)))
    assert statuses == [200] * REQUESTS
    for number, tenant in enumerate(tenants):
        stored = await stack.documents(f"tenants/{tenant['id']}/messages")
        inbound = {message["sender"] for message in stored if message["direction"] == "in"}
        assert inbound == set(customers[number::TENANTS])


async def _more_tenants(stack: RunningStack, folder: Path) -> list[dict[str, Any]]:
    """Twenty tenants on the platform's Telnyx account, made through the rules as the seed makes its own."""
    tenants = [
        {"id": f"cold-{n:02d}", "number": f"+1210555{n:04d}", "channel": f"ch-cold-{n:02d}"} for n in range(TENANTS)
    ]
    file = folder / "tenants.json"
    file.write_text(json.dumps(tenants))
    secrets = stack.info["standins"]["secrets"].removeprefix("http://")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.journeys.more_tenants", str(file), secrets),
        cwd=ROOT,
        env=environment(stack.info),
    )
    assert await process.wait() == 0
    return tenants
