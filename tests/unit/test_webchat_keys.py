"""The key that a business's server signs its visitors' identity with: of this tenant, opened only in its place."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from shared import config, vault
from shared.channels.accounts import TELNYX_KEY, binding
from shared.channels.webchat import keys
from shared.channels.webchat.keys import IDENTITY_KEY, identity_key
from shared.held import SECONDS, Held
from shared.hidden import Hidden
from shared.store.reading import Found, Key, secret
from shared.vault import FieldCipher, Masters
from tests.unit.loopback import MovableClock

MASTERS = f"k1:{base64.urlsafe_b64encode(bytes(range(32))).decode()}"
CIPHER = FieldCipher(Masters.parse(Hidden(MASTERS)))
SIGNING = "the key of a tenant, of 32 bytes or more"


class Secrets:
    """A tenant's secret documents as a Reader finds them, and how often they were read."""

    def __init__(self, ciphertext: str | None = None) -> None:
        self.ciphertext = ciphertext
        self.reads = 0

    async def read(self, wanted: list[Key]) -> Found:
        self.reads += 1
        assert wanted == [secret(IDENTITY_KEY)]
        found = {} if self.ciphertext is None else {wanted[0]: (None, {"ciphertext": self.ciphertext})}
        return Found(found)


def encrypted(plain: str = SIGNING, tenant: str = "t1", name: str = IDENTITY_KEY) -> str:
    return CIPHER.encrypt(plain, binding(tenant, name))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MovableClock]:
    """The process's own cipher, and nothing held."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")
    monkeypatch.setenv("FIELD_ENCRYPTION_KEY", MASTERS)
    monkeypatch.delenv("K_SERVICE", raising=False)
    moved = MovableClock()
    monkeypatch.setattr(keys, "_held", Held(moved, SECONDS))
    config.config.cache_clear()
    vault.field_cipher.cache_clear()
    yield moved
    config.config.cache_clear()
    vault.field_cipher.cache_clear()


async def test_the_key_is_what_was_entered() -> None:
    assert (await identity_key("t1", Secrets(encrypted()))).reveal() == SIGNING


async def test_a_tenant_without_one_has_an_empty_key_and_needs_no_cipher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIELD_ENCRYPTION_KEY")
    config.config.cache_clear()
    assert not await identity_key("t1", Secrets())


@pytest.mark.parametrize(
    "moved", [encrypted(tenant="t2"), encrypted(name=TELNYX_KEY), "broken", encrypted()[:-4]], ids=str
)
async def test_one_that_does_not_open_in_its_place_is_none_and_somebody_is_told(
    moved: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not await identity_key("t1", Secrets(moved))
    assert "identity_key_damaged" in capsys.readouterr().err


async def test_it_is_read_once_a_minute_and_tenant_by_tenant(clock: MovableClock) -> None:
    mine, theirs = Secrets(encrypted()), Secrets(encrypted("another key, of another tenant, 32+", tenant="t2"))
    for _ in range(3):
        assert (await identity_key("t1", mine)).reveal() == SIGNING
        assert (await identity_key("t2", theirs)).reveal().startswith("another")
    assert (mine.reads, theirs.reads) == (1, 1)
    clock.pass_by(SECONDS)
    await identity_key("t1", mine)
    assert mine.reads == 2


async def test_that_there_is_none_is_not_held() -> None:
    secrets = Secrets()
    assert not await identity_key("t1", secrets)
    secrets.ciphertext = encrypted()
    assert (await identity_key("t1", secrets)).reveal() == SIGNING


async def test_it_is_held_as_it_is_stored() -> None:
    await identity_key("t1", Secrets(encrypted()))
    assert SIGNING not in str(vars(keys._held))
