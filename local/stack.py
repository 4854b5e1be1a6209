"""The whole local cloud: started in order, stopped in reverse, described in `.local/stack.json` while it runs.

emulators (Firestore behind its gate, Auth behind Identity Toolkit's proxy, Hosting) → stand-ins → seed → function host
→ the pages that people open
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local import seed_data
from local.emulators import auth, firestore, hosting
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
from local.function_host import FunctionHost, Guard, HostError
from local.gate import Gate
from local.pages import Stop, embedding_origins, serve_phone, serve_site
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


class StackError(Exception):
    """The local cloud cannot start: what is wrong, and what to do."""


@dataclass(frozen=True)
class Options:
    """`openings_seed`: which classes Jackrabbit has. `token_ttl`: seconds an id token lives (None: an hour).

    `gate`: refuse what production refuses; only a measurement goes past it. `state`: where stack.json is written.
    `respawn`: the functions come back when their process dies. `host`: the module that serves them. `divisor`: by how
    much the pipeline's waiting times are shorter. `dispatches`: tasks of one queue that run at once.
    """

    ports: Ports = field(default_factory=Ports)
    openings_seed: int = 1
    token_ttl: int | None = None
    gate: bool = True
    state: Path = ROOT / ".local"
    respawn: bool = False
    host: str = "local.host"
    divisor: int = 1
    dispatches: int | None = None


class Stack:
    def __init__(self, options: Options, say: Say = quiet) -> None:
        self.options = options
        self.ports = options.ports
        self._say = say
        self._stops: list[Stop] = []
        self._firestore = f"127.0.0.1:{self.ports.firestore}"
        self._callers: list[Stop] = []
        self._emulators: dict[str, int] = {}
        self._host = FunctionHost(Guard(self._host_child, self._write_state), respawn=options.respawn)
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
            self._stops += [await serve_site(self.ports), await serve_phone(self.ports)]
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
        self._say("Starting the Firestore, Auth and Hosting emulators")
        store, people, web = await asyncio.gather(
            firestore.start(self.ports.firestore, RULES, PROJECT, self._say),
            auth.start(self.ports.auth_emulator, PROJECT, self._say),
            hosting.start(self.ports.widget, hosting.Site("widget", self.functions_url), self._say),
        )
        self._firestore = store.host  # one that ran already may be elsewhere
        for name, running in (("firestore", store), ("auth", people), ("hosting", web)):
            self._stops.append(running.stop)
            self._emulators |= {name: running.pid} if running.pid else {}
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
        queues = configured(self.options.dispatches, self.options.divisor)
        tasks, vault = Tasks(self.signing.id_token, queues=queues), Secrets()
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
        child = self._spawn("local.seed", self.options.state / "seed.log", str(file), secrets_host)
        self._stops.append(child.stop)
        await _ended(child)

    async def _start_host(self) -> None:
        self._stops.append(self._host.stop)
        try:
            await self._host.start()
        except HostError as error:
            raise StackError(str(error)) from error
        self._stops += self._callers  # stopped before the functions that they call

    def _host_child(self, start: int) -> Child:
        port, secrets_host = str(self.ports.functions), f"127.0.0.1:{self.ports.secrets}"
        log = self.options.state / ("host.log" if start == 0 else f"host-{start}.log")
        return self._spawn(self.options.host, log, "--port", port, "--secrets", secrets_host)

    def _spawn(self, module: str, log: Path, *arguments: str) -> Child:
        return Child([sys.executable, "-m", module, *arguments], cwd=ROOT, env=self.environment(), log=log)

    def environment(self) -> dict[str, str]:
        """What a function finds in its environment, secrets excepted: those are mounted from Secret Manager."""
        database = f"127.0.0.1:{self.ports.gate}" if self.options.gate else self._firestore
        divisor = {"PIPELINE_TIME_DIVISOR": str(self.options.divisor)}
        return environment(self.ports, self.accounts["platform"].public_key, database) | divisor

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
            "origins": [*embedding_origins(self.ports)],
        }

    def _account_of(self, tenant: seed_data.SeedTenant) -> Account:
        return self.accounts[tenant.id if tenant.own_account else "platform"]

    def _write_state(self) -> None:
        _write(self.options.state / "stack.json", self.description())

    def description(self) -> dict[str, JSON]:
        """stack.json: where everything is, and what a test needs to act as a provider or a person."""
        url = "http://127.0.0.1:{}".format
        ports = self.ports
        running = self._emulators | ({"functions": self._host.pid} if self._host.pid else {})
        standins = ("telnyx", "twilio", "gemini", "jackrabbit", "tasks", "secrets", "scheduler", "signing", "storage")
        return {
            "project": PROJECT,
            "functions": self.functions_url,
            "firestore": self._firestore,
            "gate": f"127.0.0.1:{ports.gate}",
            "auth": f"127.0.0.1:{ports.auth}",
            "hosting": None,
            "phone": url(ports.phone),
            "widget": url(ports.widget),
            "site": url(ports.site),
            "time_divisor": self.options.divisor,
            "standins": {name: url(getattr(ports, name)) for name in standins},
            "signing": {"telnyx": base64.b64encode(PLATFORM_SEED).decode(), "twilio": TWILIO_TOKEN, "sendgrid": None},
            "tenants": [self._tenant(tenant) for tenant in seed_data.TENANTS],
            "processes": {**running},
            "pids": [*running.values()],
        }

    def _tenant(self, tenant: seed_data.SeedTenant) -> JSON:
        return {
            "id": tenant.id,
            "name": tenant.name,
            "sms": [*tenant.numbers],
            "channels": {**tenant.channels},
            "signing": self._signing_of(tenant),
            "widget_key": tenant.widget.key if tenant.widget else None,
            "users": [{"email": p.email, "password": p.password, "role": p.role} for p in tenant.people],
        }

    def _signing_of(self, tenant: seed_data.SeedTenant) -> JSON:
        """The secrets that a webhook for this tenant is signed with, by provider."""
        seed = base64.b64encode(self._account_of(tenant).seed).decode()
        twilio = self.twilio_accounts.get(tenant.id, self.twilio_accounts["platform"])
        return {"telnyx": seed, "twilio": twilio.auth_token if tenant.twilio else None}


def _write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_suffix(".new")
    whole.write_text(json.dumps(content, indent=1))
    whole.replace(file)  # nobody reads half of it


async def _ended(child: Child) -> None:
    deadline = asyncio.get_running_loop().time() + _STARTING
    while not child.ended:
        if asyncio.get_running_loop().time() > deadline:
            raise StackError(f"seeding does not end:\n{child.printed().strip()}")
        await asyncio.sleep(0.05)
    if child.printed().strip():
        raise StackError(f"seeding failed:\n{child.printed().strip()}")
