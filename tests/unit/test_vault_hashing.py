from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared import config, vault
from shared.config import ConfigurationError
from shared.hidden import Hidden
from shared.vault import AddressHashes

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).decode()
HASHES = AddressHashes(Hidden(KEY))
TEXTS = st.text(st.characters(exclude_categories=()))


def all_of(hashes: AddressHashes, one: str, other: str) -> list[str]:
    return [
        hashes.route_of_address(one, other),
        hashes.route_of_channel(one),
        hashes.route_of_channel(other),
        hashes.conversation(one, other),
        hashes.address(one, other),
    ]


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_every_hash_is_an_id_of_32_lowercase_hex_characters(one: str, other: str) -> None:
    assert all(re.fullmatch("[0-9a-f]{32}", found) for found in all_of(HASHES, one, other))


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_a_hash_of_one_kind_is_never_one_of_another_kind(one: str, other: str) -> None:
    assume(one != other)
    assert len(set(all_of(HASHES, one, other))) == 5


@settings(deadline=None)
@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_hashes_are_equal_only_for_the_same_parts(one: tuple[str, str], other: tuple[str, str]) -> None:
    for hashed in (HASHES.route_of_address, HASHES.conversation, HASHES.address):
        assert (hashed(*one) == hashed(*other)) == (one == other)


def test_parts_do_not_run_into_each_other() -> None:
    assert HASHES.route_of_address("sms|", "+1281") != HASHES.route_of_address("sms", "|+1281")
    assert HASHES.conversation("ab", "c") != HASHES.conversation("a", "bc")


def test_one_number_has_another_conversation_and_address_with_each_tenant() -> None:
    number = "+12815550123"
    assert HASHES.conversation("cp-marketing", number) != HASHES.conversation("testing-agency", number)
    assert HASHES.address("cp-marketing", number) != HASHES.address("testing-agency", number)


def test_without_the_key_a_hash_cannot_be_made() -> None:
    other = AddressHashes(Hidden(OTHER_KEY))
    assert not set(all_of(HASHES, "a", "b")) & set(all_of(other, "a", "b"))


def test_the_hashes_stay_what_they_were_because_opt_outs_are_kept_under_them() -> None:
    number = "+12815550123"
    assert HASHES.route_of_address("sms", number) == "612cf02c37092921d56b94b8b5ee9e78"
    assert HASHES.address("testing-agency", number) == "33fbb77d5b3f5a38c442297ad1741a63"


@pytest.mark.parametrize(
    "encoded", ["", "x", "change-me", KEY[:20], base64.urlsafe_b64encode(b"\0" * 32).decode(), "!" * 44]
)
def test_a_key_that_is_not_32_random_bytes_is_refused_and_not_shown(encoded: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^ADDRESS_HASH_KEY ") as refused:
        AddressHashes(Hidden(encoded))
    assert len(encoded) < 2 or encoded not in str(refused.value)


def test_the_hashes_show_nothing_of_their_key() -> None:
    assert f"{HASHES!r}{HASHES}" == "AddressHashes(…)" * 2


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Given field masters, the hash of one address in a process that has them."""

    def forget() -> None:
        for cached in (config.config, vault.address_hashes, vault.field_cipher):
            cached.cache_clear()

    def start(masters: str) -> str:
        forget()
        monkeypatch.delenv("K_SERVICE", raising=False)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")
        monkeypatch.setenv("ADDRESS_HASH_KEY", KEY)
        monkeypatch.setenv("FIELD_ENCRYPTION_KEY", masters)
        return vault.address_hashes().address("t", "+12815550123")

    yield start
    forget()


def test_the_hashes_of_a_process_do_not_change_with_its_field_masters(process: Callable[[str], str]) -> None:
    before = process(f"a:{OTHER_KEY}")
    assert vault.field_cipher().is_current("v1.a.x")
    assert process(f"b:{KEY},a:{OTHER_KEY}") == before
    assert vault.field_cipher().is_current("v1.b.x")
    assert process("") == before  # a function that is granted no field master
    with pytest.raises(ConfigurationError, match="FIELD_ENCRYPTION_KEY is empty"):
        vault.field_cipher()


def test_hashing_loads_no_cryptography_library() -> None:
    code = f"""
import sys
from shared.hidden import Hidden
from shared.vault import AddressHashes
AddressHashes(Hidden({KEY!r})).conversation("t", "a")
assert not any(name.split(".")[0] in ("cryptography", "httpx") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
