"""Makes the demo's tenants as the platform and their owners would: `python -m local.seed ACCOUNTS.json HOST:PORT`.

The file says each tenant's accounts, the address is Secret Manager's.

Everything goes through the rules: the platform's principal makes tenants and routes, each tenant's service principal
its configuration and secrets. Machine users are made here, with their tenant, never by first use. What the project's
own functions will do one day (sign-up, settings) is done here by hand; nothing acts as the database's owner.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from local.mount import mount_secrets
from local.seed_data import ADMIN, TENANTS, Person, SeedTenant, SeedWidget
from shared import http, identity
from shared.channels.accounts import TELNYX_KEY, TWILIO, binding
from shared.clock import SystemClock
from shared.config import config
from shared.hidden import Hidden
from shared.store.changes import NOW
from shared.store.provisioning import Provisioning
from shared.store.routes import Routes
from shared.tenancy import Channel, database
from shared.tenancy.database import Database
from shared.tenancy.issuing import Issuer
from shared.tenancy.minting import Grant
from shared.tenancy.principals import PLATFORM, RESOLVER, SWEEPER, Principal, service
from shared.tenancy.renewing import stream_end
from shared.vault import address_hashes, field_cipher

WIDGET_IDENTITY = "widget_identity"  # what a business's own server signs with, to say who is signed in there
RENEWED_BEFORE = 60  # seconds, before a token ends


@dataclass(frozen=True)
class Accounts:
    """What an owner would copy from Telnyx: an API key, a messaging profile, the key that webhooks are signed with.

    `twilio`: the same of its own Twilio account, None where it has none. `origins`: of the pages that embed its widget.
    """

    api_key: str
    profile_id: str
    public_key: str
    twilio: Mapping[str, object] | None = None
    origins: Sequence[str] = ()


class _Session:
    """A session of a machine principal, whose token is made here: no function has to run for it."""

    def __init__(self, principal: Principal) -> None:
        self._principal = principal
        self._grant: Grant | None = None

    async def token(self) -> Hidden:
        if self._grant is None or self._grant.expires_at - SystemClock().now().timestamp() < RENEWED_BEFORE:
            self._grant, _ = await Issuer(SystemClock()).issue(self._principal)
        return self._grant.token

    def refused(self, _token: Hidden) -> None:
        self._grant = None

    def until(self) -> float:
        return 0.0 if self._grant is None else stream_end(self._grant)


def database_as(principal: Principal) -> Database:
    return Database(_Session(principal), principal.tenant_id)


async def seed(accounts: Mapping[str, Accounts]) -> None:
    """`accounts`: tenant id → its accounts."""
    identity.account.set(config().service_account("mint"))
    people = [ADMIN, *(person for tenant in TENANTS for person in tenant.people)]
    machines = [PLATFORM, RESOLVER, SWEEPER, *(service(tenant.id) for tenant in TENANTS)]
    await asyncio.gather(*(create_machine(principal) for principal in machines))
    uids = dict(zip((p.email for p in people), await asyncio.gather(*(_create_person(p) for p in people)), strict=True))
    for tenant in TENANTS:
        await make_tenant(tenant, accounts[tenant.id], uids)


async def make_tenant(tenant: SeedTenant, account: Accounts, uids: Mapping[str, str]) -> None:
    await Provisioning(database_as(PLATFORM)).create_tenant(
        tenant.id, name=tenant.name, time_zone=tenant.time_zone, locale="en-US"
    )
    routes, hashes = Routes(database_as(PLATFORM)), address_hashes()
    for channel in _channels(tenant, account):
        await routes.create(hashes.route_of_channel(channel.id), channel)
        await routes.create(hashes.route_of_address("sms", channel.address), channel)
    if tenant.widget is not None:
        widget = Channel(tenant.widget.key, tenant.id, "webchat", "webchat", "", "")
        await routes.create(hashes.route_of_channel(widget.id), widget)
    owner = Provisioning(database_as(service(tenant.id)))
    for name, fields in _configuration(tenant, account).items():
        await owner.set_config(name, fields)
    if tenant.own_account:
        await _keep(owner, tenant.id, TELNYX_KEY, account.api_key)
    if account.twilio is not None:
        await _keep(owner, tenant.id, TWILIO, json.dumps(account.twilio))
    if tenant.widget is not None:
        await _keep(owner, tenant.id, WIDGET_IDENTITY, tenant.widget.identity_key)
    for person in tenant.people:
        await owner.set_member(uids[person.email], role=person.role, email=person.email)


def _channels(tenant: SeedTenant, account: Accounts) -> list[Channel]:
    first = Channel(tenant.channel, tenant.id, "sms", "telnyx", tenant.number, account.public_key)
    if tenant.twilio is None:
        return [first]
    return [first, Channel(tenant.twilio.channel, tenant.id, "sms", "twilio", tenant.twilio.number, "")]


async def _keep(owner: Provisioning, tenant_id: str, name: str, secret: str) -> None:
    ciphertext = field_cipher().encrypt(secret, binding(tenant_id, name))
    await owner.set_secret(name, {"ciphertext": ciphertext, "updated_at": NOW})


def _sms(tenant: SeedTenant, account: Accounts) -> dict[str, object]:
    """The line that a tenant texts through, and the one that takes over."""
    at_telnyx = {
        "provider": "telnyx",
        "number": tenant.number,
        "channel": tenant.channel,
        "messaging_profile_id": account.profile_id,
    }
    if tenant.twilio is None:
        return {**at_telnyx}
    at_twilio = {"provider": "twilio", "number": tenant.twilio.number, "channel": tenant.twilio.channel}
    first, second = (at_twilio, at_telnyx) if tenant.twilio_first else (at_telnyx, at_twilio)
    return {**first, "failover": second}


def _widget(widget: SeedWidget, origins: Sequence[str]) -> dict[str, object]:
    return {
        "enabled": True,
        "key": widget.key,
        "origins": list(origins),
        "color": widget.color,
        "scheme": "auto",
        "position": "end",
        "locale": "en",
        "greeting": widget.greeting,
        "greetings": list(widget.greetings),
        "suggestions": list(widget.suggestions),
        "form": widget.form,
        "work_bits": widget.work_bits,
    }


def _configuration(tenant: SeedTenant, account: Accounts) -> dict[str, dict[str, object]]:
    widget = {} if tenant.widget is None else {"widget": _widget(tenant.widget, account.origins)}
    return widget | {
        "sms": _sms(tenant, account),
        "business_profile": {
            "name": tenant.name,
            "description": tenant.description,
            "contact": tenant.contact,
            "facts": list(tenant.facts),
            "links": list(tenant.links),
            "hours": {day: list(intervals) for day, intervals in tenant.hours.items()},
            "holidays": list(tenant.holidays),
        },
        "customer_service": {
            "assistant": {"connected": tenant.connected, "language": "en", "tools": tenant.tools},
            "jackrabbit": {"org_id": tenant.jackrabbit_org},
            "handoff": {"notify": list(tenant.notify), "escalate_to": list(tenant.escalate_to)},
        },
    }


async def create_machine(principal: Principal) -> None:
    await _admin_api("accounts", {"localId": principal.uid})


async def _create_person(person: Person) -> str:
    made = await _admin_api("accounts", {"email": person.email, "password": person.password, "emailVerified": True})
    uid = str(made["localId"])
    tenant = next((tenant.id for tenant in TENANTS if person in tenant.people), None)
    claims = {"role": person.role} | ({"tenant_id": tenant} if tenant else {})
    await _admin_api("accounts:update", {"localId": uid, "customAttributes": json.dumps(claims)})
    return uid


async def _admin_api(method: str, body: Mapping[str, object]) -> Mapping[str, object]:
    """Identity Toolkit's administration, whose one credential in the emulator is "owner"."""
    url = f"{config().endpoints.identity_toolkit}/v1/projects/{config().project}/{method}"
    answer = await http.client().post(url, json=body, headers={"authorization": "Bearer owner"}, timeout=10)
    answer.raise_for_status()
    return cast("Mapping[str, object]", answer.json())


async def main() -> None:
    await mount_secrets(sys.argv[2], os.environ["GOOGLE_CLOUD_PROJECT"])
    raw = json.loads(await asyncio.to_thread(Path(sys.argv[1]).read_text))
    await seed({tenant: Accounts(**account) for tenant, account in raw.items()})
    await http.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
