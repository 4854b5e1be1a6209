"""The known freeze of this stack: many requests at once on an instance that has never answered one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.more_tenants import made
from tests.stack import RunningStack, environment, received, secrets_of, served

TENANTS, REQUESTS = 20, 80


async def test_eighty_texts_at_once_for_twenty_tenants_are_all_stored(stack: RunningStack, tmp_path: Path) -> None:
    tenants = [
        {"id": f"cold-{n:02d}", "number": f"+1210555{n:04d}", "channel": f"ch-cold-{n:02d}"} for n in range(TENANTS)
    ]
    await made(stack, tmp_path, tenants)
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
