"""Whose account a text goes through and a webhook is checked with: the tenant's own, else the platform's."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator

import pytest

from shared import config
from shared.channels import accounts
from shared.channels.accounts import (
    AGAIN,
    SECRETS,
    TELNYX_KEY,
    TWILIO,
    Accounts,
    accounts_again,
    binding,
    held_accounts,
    take_accounts,
)
from shared.held import SECONDS, Held
from shared.hidden import Hidden
from shared.store.reading import Found
from shared.vault import FieldCipher, Masters, Undecryptable
from tests.unit.loopback import MovableClock

CIPHER = FieldCipher(Masters.parse(Hidden(f"k1:{base64.urlsafe_b64encode(bytes(range(32))).decode()}")))
OWN = {"account_sid": "AC9", "auth_token": "own", "shared_keys": {"k": "shared"}}


@pytest.fixture(autouse=True)
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A platform with an account at each provider, and nothing held."""
    for name, value in (
        ("GOOGLE_CLOUD_PROJECT", "demo"),
        ("TELNYX_API_KEY", "KEY-platform"),
        ("TWILIO_ACCOUNT_SID", "AC-platform"),
        ("TWILIO_AUTH_TOKEN", "platform"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("K_SERVICE", raising=False)
    config.config.cache_clear()
    accounts.forget()
    yield monkeypatch
    config.config.cache_clear()
    accounts.forget()


def stored(**secrets: str | None) -> Found:
    """What a read of the tenant's secret documents found."""
    found = {key: (None, {"ciphertext": secrets[key[1]]}) for key in SECRETS if secrets.get(key[1]) is not None}
    return Found(found)


def encrypted(tenant: str = "t1", name: str = TWILIO, plain: str = json.dumps(OWN)) -> str:
    return CIPHER.encrypt(plain, binding(tenant, name))


def test_a_tenant_without_accounts_uses_the_platforms():
    found = take_accounts("t1", stored())
    assert (found.telnyx_key(CIPHER).reveal(), found.twilio(CIPHER).sid) == ("KEY-platform", "AC-platform")
    assert found.twilio(CIPHER).auth_token.reveal() == "platform"
    assert not found.has_own_twilio


def test_a_tenants_own_accounts_are_used_where_it_has_them_and_only_there():
    found = take_accounts("t1", stored(twilio=encrypted()))
    assert found.has_own_twilio
    assert found.twilio(CIPHER).sid == "AC9"
    assert (found.twilio(CIPHER).secret("k").reveal(), found.telnyx_key(CIPHER).reveal()) == ("shared", "KEY-platform")


def test_a_broken_account_of_one_provider_does_not_stop_the_other():
    found = take_accounts("t1", stored(twilio="broken", telnyx_api_key=encrypted(name=TELNYX_KEY, plain="KEY-own")))
    assert found.telnyx_key(CIPHER).reveal() == "KEY-own"
    with pytest.raises(Undecryptable):
        found.twilio(CIPHER)


def test_an_account_moved_to_another_tenant_or_another_secret_does_not_open():
    for moved in (encrypted(tenant="t2"), encrypted(name=TELNYX_KEY)):
        with pytest.raises(Undecryptable):
            take_accounts("t1", stored(twilio=moved)).twilio(CIPHER)


def test_an_empty_own_account_is_not_replaced_by_the_platforms():
    found = take_accounts("t1", stored(twilio=encrypted(plain="{}")))
    assert (found.has_own_twilio, found.twilio(CIPHER).sid) == (True, "")


def test_what_was_read_is_held_per_tenant_and_as_it_is_stored():
    take_accounts("t1", stored(twilio=encrypted()))
    held = held_accounts("t1")
    assert isinstance(held, Accounts)
    assert "own" not in repr(held)
    assert held_accounts("t2") is None


class Secrets:
    """A tenant's secret documents as a Reader finds them, and how often they were read."""

    def __init__(self, **secrets: str | None) -> None:
        self.found = stored(**secrets)
        self.reads = 0

    async def read(self, _keys: object) -> Found:
        self.reads += 1
        await asyncio.sleep(0)
        return self.found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovableClock:
    moved = MovableClock()
    for name, seconds in (("_held", SECONDS), ("_just_read", AGAIN)):
        monkeypatch.setattr(accounts, name, Held(moved, seconds))
    return moved


async def test_an_account_that_does_not_fit_is_read_again_and_is_the_new_one(clock: MovableClock) -> None:
    old, now = take_accounts("t1", stored(twilio=encrypted())), Secrets(twilio=encrypted(plain="{}"))
    clock.pass_by(AGAIN)
    again = await accounts_again(old, now)
    assert again is not None
    assert again.twilio_ciphertext != old.twilio_ciphertext
    assert held_accounts("t1") == again
    assert await accounts_again(old, now) == again
    assert await accounts_again(again, now) is None


async def test_an_account_that_is_still_the_same_is_no_other_one(clock: MovableClock) -> None:
    secrets = Secrets(twilio=encrypted())
    same = take_accounts("t1", secrets.found)
    clock.pass_by(AGAIN)
    assert await accounts_again(same, secrets) is None
    assert secrets.reads == 1


async def test_however_many_forgeries_come_an_account_is_read_again_once_in_some_seconds(clock: MovableClock) -> None:
    secrets = Secrets(twilio=encrypted())
    held = take_accounts("t1", secrets.found)
    await asyncio.gather(*(accounts_again(held, secrets) for _ in range(20)))
    assert secrets.reads == 0
    for times in (1, 2):
        clock.pass_by(AGAIN)
        await asyncio.gather(*(accounts_again(held, secrets) for _ in range(20)))
        await accounts_again(held, secrets)
        assert secrets.reads == times


def test_that_there_is_no_account_at_all_is_not_held(platform: pytest.MonkeyPatch):
    for name in ("TELNYX_API_KEY", "TWILIO_AUTH_TOKEN"):
        platform.delenv(name)
    config.config.cache_clear()
    take_accounts("t1", stored())
    assert held_accounts("t1") is None
