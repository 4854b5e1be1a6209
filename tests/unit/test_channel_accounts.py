"""Whose account a text goes through and a webhook is checked with: the tenant's own, else the platform's."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest

from shared import config
from shared.channels import accounts
from shared.channels.accounts import SECRETS, TELNYX_KEY, TWILIO, Accounts, binding, held_accounts, take_accounts
from shared.hidden import Hidden
from shared.store.reading import Found
from shared.vault import FieldCipher, Masters, Undecryptable

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


def test_that_there_is_no_account_at_all_is_not_held(platform: pytest.MonkeyPatch):
    for name in ("TELNYX_API_KEY", "TWILIO_AUTH_TOKEN"):
        platform.delenv(name)
    config.config.cache_clear()
    take_accounts("t1", stored())
    assert held_accounts("t1") is None
