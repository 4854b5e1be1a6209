"""What the parts of the local cloud are told: environment variables, secrets, accounts at Telnyx, class lists."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping

from local import seed_data
from local.ports import Ports
from local.seed_openings import generate
from local.standins import twilio
from local.standins.telnyx_delivery import PLATFORM_SEED, Account
from shared.channels.twilio.signature import OVERRIDES

PROJECT = "demo-chattercheetah"
ADMIN_ORIGIN = "http://127.0.0.1:5000"
TWILIO_SID = "AC" + "c5" * 16  # the platform's account
TWILIO_KEY = "webhooks_sharedkey_local"
TWILIO_TOKEN = "token-local-platform"  # noqa: S105  # it opens nothing outside this machine


def environment(ports: Ports, telnyx_public_key: str, database: str) -> dict[str, str]:
    """The environment of a function, on top of ours; `database`: host:port of Firestore or its gate.

    With a GEMINI_API_KEY of one's own, the real Gemini answers.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    gemini = {} if kept.get("GEMINI_API_KEY") else {"GOOGLE_GEMINI_BASE_URL": f"http://127.0.0.1:{ports.gemini}"}
    return (
        kept
        | gemini
        | {
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "FUNCTIONS_URL": f"http://127.0.0.1:{ports.functions}",
            "FIREBASE_API_KEY": "local",
            "ADMIN_ORIGIN": ADMIN_ORIGIN,
            "WIDGET_ORIGIN": f"http://127.0.0.1:{ports.widget}",
            "FIRESTORE_EMULATOR_HOST": database,
            "FIREBASE_AUTH_EMULATOR_HOST": f"127.0.0.1:{ports.auth}",
            "CLOUD_TASKS_EMULATOR_HOST": f"127.0.0.1:{ports.tasks}",
            "GCE_METADATA_HOST": f"127.0.0.1:{ports.signing}",
            "OIDC_CERTS_URL": f"http://127.0.0.1:{ports.signing}/oauth2/v3/certs",
            "IAM_CREDENTIALS_URL": f"http://127.0.0.1:{ports.signing}",
            "TELNYX_BASE_URL": f"http://127.0.0.1:{ports.telnyx}/v2",
            "TELNYX_PUBLIC_KEY": telnyx_public_key,
            "TWILIO_BASE_URL": f"http://127.0.0.1:{ports.twilio}",
            "TWILIO_ACCOUNT_SID": TWILIO_SID,
            "JACKRABBIT_BASE_URL": f"http://127.0.0.1:{ports.jackrabbit}",
            "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{ports.storage}",
            "FETCH_ALLOWED_HOSTS": f"127.0.0.1:{ports.telnyx},127.0.0.1:{ports.twilio}",
        }
    )


def openings(seed: int) -> dict[str, list[Mapping[str, object]]]:
    """Each Jackrabbit organisation's rows, different for every seed."""
    orgs = [tenant.jackrabbit_org for tenant in seed_data.TENANTS if tenant.jackrabbit_org]
    return {org: list(generate(seed * 100 + number)) for number, org in enumerate(orgs)}


def telnyx_accounts(functions_url: str) -> dict[str, Account]:
    """Tenants with an account of their own get webhooks at their channel's URL, the platform's at the URL without."""
    accounts = {}
    shared_numbers = {}
    for number, tenant in enumerate(seed_data.TENANTS, start=1):
        if tenant.own_account:
            numbers = {tenant.number: f"{functions_url}/telnyx-sms/{tenant.channel}"}
            seed = bytes([number]) * 31 + b"\x01"
            accounts[tenant.id] = Account(f"KEY-local-{tenant.id}", f"profile-{tenant.id}", numbers, seed)
        else:
            shared_numbers[tenant.number] = f"{functions_url}/telnyx-sms"
    accounts["platform"] = Account("KEY-local-platform", "profile-platform", shared_numbers, PLATFORM_SEED)
    return accounts


def twilio_accounts(functions_url: str) -> dict[str, twilio.Account]:
    """As at Telnyx. A tenant's own account signs with a shared key; every number asks for retries, as owners should."""
    accounts = {}
    shared_numbers = {}
    for number, tenant in enumerate(seed_data.TENANTS, start=1):
        if tenant.twilio is None:
            continue
        url = f"{functions_url}/twilio-sms"
        if tenant.own_account:
            numbers = {tenant.twilio.number: f"{url}/{tenant.twilio.channel}#{OVERRIDES}"}
            sid, keys = f"AC{number:032x}", {TWILIO_KEY: f"shared-key-local-{tenant.id}"}
            accounts[tenant.id] = twilio.Account(sid, f"token-local-{tenant.id}", numbers, keys, TWILIO_KEY)
        else:
            shared_numbers[tenant.twilio.number] = f"{url}#{OVERRIDES}"
    accounts["platform"] = twilio.Account(TWILIO_SID, TWILIO_TOKEN, shared_numbers)
    return accounts


def secret_values() -> dict[str, str]:
    """Made anew at every start: nothing encrypted outlives the emulator's memory."""
    field, link, chat, address = (base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for _ in range(4))
    return {
        "FIELD_ENCRYPTION_KEY": f"k1:{field}",
        "MEDIA_LINK_KEY": f"k1:{link}",
        "CHAT_SESSION_KEY": f"k1:{chat}",
        "ADDRESS_HASH_KEY": address,
        "GEMINI_API_KEY": "local-demonstration",
        "TELNYX_API_KEY": "KEY-local-platform",
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
    }
