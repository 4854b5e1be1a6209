"""The whole local cloud: started in order, stopped in reverse, described in `.local/stack.json` while it runs.

emulators (Firestore behind its gate, Auth behind Identity Toolkit's proxy) → stand-ins → seed → function host
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local import seed_data
from local.emulators import auth, firestore
from local.emulators.children import Child
from local.emulators.node import Say, quiet
from local.environment import (
    PROJECT,
    TWILIO_TOKEN,
    environment,
    openings,
    secret_values,
    telnyx_accounts,
    twilio_accounts,
)
from local.gate import Gate
from local.phone.app import Sources, Tenant, phone_app
from local.ports import Ports
from local.queues import configured
from local.standins.base import JSON, Standin
from local.standins.gemini import GeminiStandin
from local.standins.identity_toolkit import IdentityToolkit
from local.standins.jackrabbit import JackrabbitStandin
from local.standins.scheduler import Job, Scheduler
from local.standins.secrets import Secrets
from local.standins.signing import Signing
from local.standins.storage import StorageStandin
from local.standins.tasks import Tasks
from local.standins.telnyx import TelnyxStandin
from local.standins.telnyx_delivery import PLATFORM_SEED, Account
from local.standins.twilio import TwilioStandin
from local.wire import listen, serve_http
from shared.clock import SystemClock

ROOT = Path(__file__).parents[1]
RULES = ROOT / "firestore.rules"
SWEEP_SECONDS = 60.0
_STARTING = 60.0

Stop = Callable[[], Awaitable[None]]


class StackError(Exception):
    """The local cloud cannot start: what is wrong, and what to do."""


@dataclass(frozen=True)
class Options:
    """`openings_seed`: which classes Jackrabbit has. `token_ttl`: seconds an id token lives (None: an hour).

    `gate`: refuse what production refuses; only a measurement goes past it. `state`: where stack.json is written.
    """

    ports: Ports = field(default_factory=Ports)
    openings_seed: int = 1
    token_ttl: int | None = None
    gate: bool = True
    state: Path = ROOT / ".local"


class Stack:
    def __init__(self, options: Options, say: Say = quiet) -> None:
        self.options = options
        self.ports = options.ports
        self._say = say
        self._stops: list[Stop] = []
        self._firestore = f"127.0.0.1:{self.ports.firestore}"
        self._callers: list[Stop] = []
        self._pids: list[int] = []
        self.accounts = telnyx_accounts(f"http://127.0.0.1:{self.ports.functions}")
        self.twilio_accounts = twilio_accounts(f"http://127.0.0.1:{self.ports.functions}")
        self.signing = Signing(PROJECT)

    @property
    def functions_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.functions}"

    async def start(self) -> None:
        """Raises StackError, PortTaken, EmulatorMissing, RulesRefused; whatever had started is stopped then."""
        for port in asdict(self.ports).values():
            listen(port).close()
        try:
            await self._start_emulators()
            await self._start_standins()
            self._say("Seeding three tenants")
            await self._seed()
            self._say("Starting the functions")
            await self._start_host()
            await self._start_phone()
        except BaseException:
            await self.stop()
            raise
        await asyncio.to_thread(self._write_state)

    async def stop(self) -> None:
        (self.options.state / "stack.json").unlink(missing_ok=True)
        for stop in reversed(dict.fromkeys([*self._callers, *self._stops])):
            await stop()
        self._stops.clear()

    # -- parts

    async def _start_emulators(self) -> None:
        self._say("Starting the Firestore and Auth emulators")
        store, people = await asyncio.gather(
            firestore.start(self.ports.firestore, RULES, PROJECT, self._say),
            auth.start(self.ports.auth_emulator, PROJECT, self._say),
        )
        self._firestore = store.host  # one that ran already may be elsewhere
        for running in (store, people):
            self._stops.append(running.stop)
            self._pids += [running.pid] if running.pid else []
        gate = Gate(self.ports.gate, store.host, PROJECT, SystemClock())
        await gate.start()
        self._stops.append(gate.stop)
        signer = self.signing.email("token-signer")
        proxy = IdentityToolkit(
            f"http://{people.host}",
            signer,
            lambda: self.signing.key_of(signer).public,
            token_ttl=self.options.token_ttl,
        )
        self._stops.append(proxy.close)
        await self._serve(proxy, self.ports.auth)

    async def _start_standins(self) -> None:
        self._say("Starting the stand-ins of Google's services, Telnyx, Twilio, Gemini and Jackrabbit")
        await self._serve(self.signing, self.ports.signing)
        await self._serve(TelnyxStandin(list(self.accounts.values())), self.ports.telnyx)
        await self._serve(TwilioStandin(list(self.twilio_accounts.values())), self.ports.twilio)
        await self._serve(GeminiStandin(), self.ports.gemini)
        await self._serve(JackrabbitStandin(openings(self.options.openings_seed)), self.ports.jackrabbit)
        await self._serve(StorageStandin(), self.ports.storage)
        tasks, vault = Tasks(self.signing.id_token, queues=configured()), Secrets()
        for name, value in secret_values().items():
            vault.put(PROJECT, name, value.encode())
        sweep = Job("sweep", f"{self.functions_url}/sweep", SWEEP_SECONDS)
        scheduler = Scheduler([sweep], self.signing.id_token, self.signing.email("scheduler-invoker"))
        await vault.start(self.ports.secrets)
        self._stops.append(vault.stop)
        await tasks.start(self.ports.tasks)
        await scheduler.start(self.ports.scheduler)
        self._callers = [tasks.stop, scheduler.stop]

    async def _serve(self, standin: Standin, port: int) -> None:
        served = await serve_http(standin.app, port)
        self._stops.append(served.stop)

    async def _seed(self) -> None:
        accounts = {tenant.id: self._copied(tenant) for tenant in seed_data.TENANTS}
        file = self.options.state / "seed.json"
        await asyncio.to_thread(_write, file, accounts)
        secrets_host = f"127.0.0.1:{self.ports.secrets}"
        child = await self._child("local.seed", str(file), secrets_host)
        await _ended(child)

    async def _start_host(self) -> None:
        port, secrets_host = str(self.ports.functions), f"127.0.0.1:{self.ports.secrets}"
        child = await self._child("local.host", "--port", port, "--secrets", secrets_host)
        await _ready(child)
        self._pids.append(child.pid)
        self._stops += self._callers  # stopped before the functions that they call

    async def _start_phone(self) -> None:
        tenants = [Tenant(id=t.id, name=t.name, sms=[t.number]) for t in seed_data.TENANTS]
        app = phone_app(Sources(tenants=tenants, telnyx=f"http://127.0.0.1:{self.ports.telnyx}"))
        served = await serve_http(app, self.ports.phone)

        async def stop() -> None:
            app.state.feed.close()  # an open page would hold the server
            await served.stop()

        self._stops.append(stop)

    async def _child(self, module: str, *arguments: str) -> Child:
        log = self.options.state / f"{module.rpartition('.')[2]}.log"
        child = Child([sys.executable, "-m", module, *arguments], cwd=ROOT, env=self.environment(), log=log)
        self._stops.append(child.stop)
        return child

    def environment(self) -> dict[str, str]:
        """What a function finds in its environment, secrets excepted: those are mounted from Secret Manager."""
        database = f"127.0.0.1:{self.ports.gate}" if self.options.gate else self._firestore
        return environment(self.ports, self.accounts["platform"].public_key, database)

    # -- what is written down

    def _copied(self, tenant: seed_data.SeedTenant) -> JSON:
        """What the owner would copy from the providers' portals."""
        account, twilio = self._account_of(tenant), self.twilio_accounts.get(tenant.id)
        at_twilio: JSON = None
        if twilio is not None:
            keys: JSON = {**twilio.shared_keys}
            at_twilio = {"account_sid": twilio.sid, "auth_token": twilio.auth_token, "shared_keys": keys}
        return {
            "api_key": account.api_key,
            "profile_id": account.profile_id,
            "public_key": account.public_key,
            "twilio": at_twilio,
        }

    def _account_of(self, tenant: seed_data.SeedTenant) -> Account:
        return self.accounts[tenant.id if tenant.own_account else "platform"]

    def _write_state(self) -> None:
        _write(self.options.state / "stack.json", self.description())

    def description(self) -> dict[str, JSON]:
        """stack.json: where everything is, and what a test needs to act as a provider or a person."""
        url = "http://127.0.0.1:{}".format
        ports = self.ports
        standins = ("telnyx", "twilio", "gemini", "jackrabbit", "tasks", "secrets", "scheduler", "signing", "storage")
        return {
            "project": PROJECT,
            "functions": self.functions_url,
            "firestore": self._firestore,
            "gate": f"127.0.0.1:{ports.gate}",
            "auth": f"127.0.0.1:{ports.auth}",
            "hosting": None,
            "phone": url(ports.phone),
            "standins": {name: url(getattr(ports, name)) for name in standins},
            "signing": {"telnyx": base64.b64encode(PLATFORM_SEED).decode(), "twilio": TWILIO_TOKEN, "sendgrid": None},
            "tenants": [self._tenant(tenant) for tenant in seed_data.TENANTS],
            "pids": [*self._pids],
        }

    def _tenant(self, tenant: seed_data.SeedTenant) -> JSON:
        return {
            "id": tenant.id,
            "name": tenant.name,
            "sms": [*tenant.numbers],
            "channels": {**tenant.channels},
            "signing": self._signing_of(tenant),
            "widget_key": None,
            "users": [{"email": p.email, "password": p.password, "role": p.role} for p in tenant.people],
        }

    def _signing_of(self, tenant: seed_data.SeedTenant) -> JSON:
        """The secrets that a webhook for this tenant is signed with, by provider."""
        seed = base64.b64encode(self._account_of(tenant).seed).decode()
        twilio = self.twilio_accounts.get(tenant.id, self.twilio_accounts["platform"])
        return {"telnyx": seed, "twilio": twilio.auth_token if tenant.twilio else None}


def _write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1))


async def _ready(child: Child) -> None:
    deadline = asyncio.get_running_loop().time() + _STARTING
    while "ready " not in child.printed():
        if child.ended or asyncio.get_running_loop().time() > deadline:
            raise StackError(f"the functions did not start:\n{child.printed().strip()}")
        await asyncio.sleep(0.05)


async def _ended(child: Child) -> None:
    deadline = asyncio.get_running_loop().time() + _STARTING
    while not child.ended:
        if asyncio.get_running_loop().time() > deadline:
            raise StackError(f"seeding does not end:\n{child.printed().strip()}")
        await asyncio.sleep(0.05)
    if child.printed().strip():
        raise StackError(f"seeding failed:\n{child.printed().strip()}")
