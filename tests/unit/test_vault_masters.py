from __future__ import annotations

import base64
import copy
import os
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.config import ConfigurationError
from shared.hidden import Hidden
from shared.vault import Masters


def key(raw: bytes | None = None) -> str:
    return base64.urlsafe_b64encode(raw or os.urandom(32)).decode()


GOOD = key(bytes(range(32)))
OTHER = key(bytes(range(100, 132)))


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        Masters.parse(Hidden(text))
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_the_first_master_encrypts_and_all_of_them_are_known() -> None:
    masters = Masters.parse(Hidden(f"k2:{GOOD}, k1:{OTHER}"))
    assert masters.first == "k2"
    assert "k1" in masters
    assert "k0" not in masters
    assert masters["k1"].reveal() == bytes(range(100, 132))


def test_padding_may_be_left_out() -> None:
    assert Masters.parse(Hidden(f"a:{GOOD.rstrip('=')}"))["a"].reveal() == bytes(range(32))


@settings(deadline=None)
@given(st.binary(max_size=31))
def test_a_master_of_fewer_than_32_bytes_is_refused(raw: bytes) -> None:
    assert "Entry 1 of FIELD_ENCRYPTION_KEY has" in refusal(f"a:{base64.urlsafe_b64encode(raw).decode()}")


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=15).map(lambda few: (few * 32)[:64]))
def test_a_master_with_fewer_than_16_distinct_bytes_is_refused_as_not_random(raw: bytes) -> None:
    assert "is not random" in refusal(f"a:{key(raw)}")


@pytest.mark.parametrize("raw", [b"\0" * 32, b"a" * 64, b"change-me" * 8, b"0123456789" * 4])
def test_a_master_that_somebody_made_up_is_refused(raw: bytes) -> None:
    assert "is not random" in refusal(f"a:{key(raw)}")


def test_sixteen_distinct_bytes_are_just_enough() -> None:
    assert "is not random" in refusal(f"a:{key(bytes(range(15)) * 3)}")
    assert Masters.parse(Hidden(f"a:{key(bytes(range(16)) * 2)}")).first == "a"


@settings(deadline=None)
@given(st.integers(32, 100))
def test_random_masters_of_32_bytes_or_more_are_accepted(size: int) -> None:
    assert Masters.parse(Hidden(f"a:{key(os.urandom(size))}")).first == "a"


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_no_master_at_all_is_refused(text: str) -> None:
    assert "FIELD_ENCRYPTION_KEY is empty" in refusal(text)


@pytest.mark.parametrize("entry", [GOOD, f":{GOOD}", f"a.b:{GOOD}", f"ä:{GOOD}", f"{'x' * 33}:{GOOD}", "", " "])
def test_an_entry_without_an_id_is_refused_by_its_position(entry: str) -> None:
    assert refusal(f"a:{OTHER},{entry}").startswith("Entry 2 of FIELD_ENCRYPTION_KEY has no id")


@pytest.mark.parametrize("encoded", ["!" + GOOD[1:], GOOD[:-3], GOOD[:10] + " " + GOOD[10:], "é" * 44, GOOD + ":x"])
def test_bad_base64_is_refused_by_its_position(encoded: str) -> None:
    assert refusal(f"a:{OTHER},b:{encoded}").startswith("Entry 2 of FIELD_ENCRYPTION_KEY is not base64url")


def test_two_masters_do_not_share_an_id() -> None:
    assert refusal(f"a:{GOOD},a:{OTHER}").startswith("Entry 2 of FIELD_ENCRYPTION_KEY repeats the id")


def test_two_ids_do_not_share_a_master() -> None:
    assert refusal(f"a:{GOOD},b:{GOOD}").startswith("Entry 2 of FIELD_ENCRYPTION_KEY repeats the key")


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_refused_the_error_does_not_show_it(master_id: str, encoded: str) -> None:
    mark = "0dd-W0rd-"
    said = refusal(f"{master_id},{mark}{encoded}:{mark}{encoded}!")
    assert mark not in said


def test_an_error_says_how_to_make_a_key() -> None:
    assert "os.urandom(32)" in refusal("a:c2hvcnQ=")


def test_masters_show_their_ids_and_never_a_key() -> None:
    masters = Masters.parse(Hidden(f"k2:{GOOD},k1:{OTHER}"))
    shown = f"{masters!r}{masters}{masters:}{masters['k1']!r}{masters['k1']}"
    assert "Masters(k2, k1)" in shown
    assert GOOD[:8] not in shown
    assert "\\x" not in shown


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_neither_masters_nor_their_keys_are_pickled_or_copied(take: Callable[[object], object]) -> None:
    masters = Masters.parse(Hidden(f"a:{GOOD}"))
    for thing in (masters, masters["a"]):
        with pytest.raises(TypeError):
            take(thing)
