"""A tenant's accounts at the providers: its own where it has one, else the platform's.

Its own are secret documents. They are read together with whatever else a step reads, and held for a minute as they are
stored: encrypted, and bound to their place.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.channels.twilio.account import Account
from shared.config import config
from shared.held import Held
from shared.hidden import Hidden
from shared.single_flight import SingleFlight
from shared.store.reading import Found, Key, Reader, secret
from shared.vault import Binding, FieldCipher

TELNYX_KEY = "telnyx_api_key"  # the API key
TWILIO = "twilio"  # {"account_sid", "auth_token", "shared_keys": {name: secret}}
SECRETS: tuple[Key, ...] = (secret(TELNYX_KEY), secret(TWILIO))
AGAIN = 5.0  # seconds in which one tenant's are not read again because they did not fit


@dataclass(frozen=True, slots=True)
class Accounts:
    """One tenant's. The ciphertexts are None where it has no account of its own."""

    tenant_id: str
    telnyx_ciphertext: str | None
    twilio_ciphertext: str | None

    @property
    def has_own_twilio(self) -> bool:
        return self.twilio_ciphertext is not None

    def telnyx_key(self, cipher: FieldCipher) -> Hidden:
        if self.telnyx_ciphertext is None:
            return config().telnyx_api_key
        return cipher.decrypt(self.telnyx_ciphertext, binding(self.tenant_id, TELNYX_KEY))

    def twilio(self, cipher: FieldCipher) -> Account:
        if self.twilio_ciphertext is None:
            return platform_twilio()
        return Account.parse(cipher.decrypt(self.twilio_ciphertext, binding(self.tenant_id, TWILIO)))


_held: Held[str, Accounts] = Held()
_just_read: Held[str, bool] = Held(seconds=AGAIN)
_readings: SingleFlight[str, None] = SingleFlight()


async def accounts_of(tenant_id: str, reader: Reader) -> Accounts:
    """The accounts, read only where they are not held."""
    return held_accounts(tenant_id) or take_accounts(tenant_id, await reader.read(SECRETS))


async def accounts_again(tried: Accounts, reader: Reader) -> Accounts | None:
    """What the accounts are now, where that is not what was tried and did not fit: a secret may have been changed.

    Whoever makes us try makes us read, so not more often than AGAIN; all who ask meanwhile share one reading.
    """

    async def read() -> None:
        take_accounts(tried.tenant_id, await reader.read(SECRETS))

    if not _just_read.get(tried.tenant_id):
        await _readings.run(tried.tenant_id, read)
    now = held_accounts(tried.tenant_id)
    return now if now != tried else None


def held_accounts(tenant_id: str) -> Accounts | None:
    return _held.get(tenant_id)


def take_accounts(tenant_id: str, found: Found) -> Accounts:
    """The accounts in what was read, SECRETS among it, held from now on.

    Not where there is none at all: the text after the missing key is entered must not fail for it.
    """
    _just_read.put(tenant_id, True)
    accounts = Accounts(tenant_id, found.ciphertext(TELNYX_KEY), found.ciphertext(TWILIO))
    if accounts.telnyx_ciphertext or accounts.twilio_ciphertext or _platform_has_one():
        _held.put(tenant_id, accounts)
    return accounts


def forget() -> None:
    """Read everything again (tests that change accounts)."""
    _held.clear()
    _just_read.clear()


def platform_twilio() -> Account:
    return Account(config().twilio_account_sid, config().twilio_auth_token)


def binding(tenant_id: str, name: str) -> Binding:
    """Where a tenant's secret of this name lives, which is what its ciphertext is bound to."""
    return Binding(tenant_id, f"tenants/{tenant_id}/secrets/{name}", "ciphertext")


def _platform_has_one() -> bool:
    return bool(config().telnyx_api_key or config().twilio_auth_token)
