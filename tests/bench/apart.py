"""Functions in processes of their own beside the running cloud: as the platform serves them, and past the gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from shared.boundary.manifest import Function, functions
from tests.members import AGENCY
from tests.stack import RunningStack, environment, secrets_of, served


class Apart(RunningStack):
    """The same cloud, of which some functions are elsewhere. `processes`: theirs, by name."""

    def __init__(self, stack: RunningStack, client: httpx.AsyncClient) -> None:
        super().__init__(stack.info, client, stack.process)
        self.urls: dict[str, str] = {}
        self.processes: dict[str, asyncio.subprocess.Process] = {}

    def function(self, name: str, channel: str | None = None) -> str:
        if name not in self.urls:
            return super().function(name, channel)
        return f"{self.urls[name]}/{channel or ''}"


@asynccontextmanager
async def apart(stack: RunningStack, *names: str, **environment: str) -> AsyncIterator[Apart]:
    """`environment`: what is different from the platform's, for all of them."""
    # A connection is left before the server leaves it, which is after two seconds: none is cut under a request.
    limits = httpx.Limits(max_connections=None, keepalive_expiry=1.0)
    async with AsyncExitStack() as opened:
        client = httpx.AsyncClient(timeout=60, trust_env=False, limits=limits)
        cloud = Apart(stack, await opened.enter_async_context(client))
        for name in names:
            found = next(one for one in functions() if one.name == name)
            env = {**await platform(stack, found), **environment}
            running = await opened.enter_async_context(served(found.target, env, quiet=True))
            cloud.urls[name], cloud.processes[name] = running
        yield cloud


async def platform(stack: RunningStack, function: Function) -> dict[str, str]:
    """What the platform gives this function, and Firestore itself instead of its gate."""
    env: Mapping[str, str] = environment(stack.info, function.identity)
    secrets = await secrets_of(stack.info, *function.secrets)
    return {**env, **secrets, "FIRESTORE_EMULATOR_HOST": stack.info["firestore"]}


async def without_limits(stack: RunningStack, tenant: str = AGENCY) -> None:
    """More is asked in a minute of a measurement than a tenant allows in an hour. Before its settings are read."""
    most = {"integerValue": "1000000000"}
    limits = dict.fromkeys(("texts_per_hour", "answers_per_hour", "tokens_per_day"), most)
    base = f"http://{stack.info['firestore']}/v1/projects/{stack.info['project']}/databases/(default)/documents"
    answer = await stack.client.patch(
        f"{base}/tenants/{tenant}/config/customer_service",
        params={"updateMask.fieldPaths": "limits", "currentDocument.exists": "true"},
        json={"fields": {"limits": {"mapValue": {"fields": limits}}}},
        headers={"authorization": "Bearer owner"},
    )
    answer.raise_for_status()


@asynccontextmanager
async def tasks_paused(stack: RunningStack) -> AsyncIterator[None]:
    """Nothing but what is measured is at work."""
    await stack.client.post(stack.standin("tasks", "/__pause"))
    try:
        yield
    finally:
        await stack.client.post(stack.standin("tasks", "/__resume"))
