from __future__ import annotations

import base64
import re
import traceback

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.errors import Problem
from shared.hidden import Hidden
from shared.vault import Binding, FieldCipher, Masters, Undecryptable


def key(start: int) -> str:
    return base64.urlsafe_b64encode(bytes(range(start, start + 32))).decode()


OLD = FieldCipher(Masters.parse(Hidden(f"old:{key(0)}")))
ROTATED = FieldCipher(Masters.parse(Hidden(f"new:{key(50)},old:{key(0)}")))
NEW = FieldCipher(Masters.parse(Hidden(f"new:{key(50)}")))

HERE = Binding("testing-agency", "secrets/telnyx", "api_key")
SECRET = "KEY0188F8sK3yM4t3r14l"
TEXTS = st.text(st.characters(exclude_categories=()))  # lone surrogates too
NAMES = st.text(min_size=1, max_size=20)
BINDINGS = st.builds(Binding, NAMES, NAMES, NAMES)


def refusal(cipher: FieldCipher, token: str, binding: Binding = HERE) -> Undecryptable:
    with pytest.raises(Undecryptable) as refused:
        cipher.decrypt(token, binding)
    return refused.value


@settings(deadline=None)
@given(TEXTS, BINDINGS)
def test_what_was_encrypted_for_a_place_is_read_there(plain: str, binding: Binding) -> None:
    assert OLD.decrypt(OLD.encrypt(plain, binding), binding).reveal() == plain


def test_the_format_is_version_master_and_token() -> None:
    assert re.fullmatch(r"v1\.old\.gAAAA[A-Za-z0-9_=-]+", OLD.encrypt(SECRET, HERE))


def test_two_ciphertexts_of_one_secret_differ() -> None:
    assert OLD.encrypt(SECRET, HERE) != OLD.encrypt(SECRET, HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(Binding("cp-marketing", "secrets/telnyx", "api_key"), id="tenant"),
        pytest.param(Binding("testing-agency", "secrets/gmail", "api_key"), id="document"),
        pytest.param(Binding("testing-agency", "secrets/telnyx", "public_key"), id="field"),
    ],
)
def test_ciphertext_moved_to_another_tenant_document_or_field_does_not_decrypt(elsewhere: Binding) -> None:
    refusal(OLD, OLD.encrypt(SECRET, HERE), elsewhere)


@settings(deadline=None)
@given(BINDINGS, BINDINGS)
def test_ciphertext_opens_nowhere_but_in_its_own_place(binding: Binding, elsewhere: Binding) -> None:
    assume(binding != elsewhere)
    refusal(OLD, OLD.encrypt(SECRET, binding), elsewhere)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Binding("a", "b/c", "d"), Binding("a/b", "c", "d")),
        (Binding("ab", "c", "d"), Binding("a", "bc", "d")),
        (Binding("a", "b", "cd"), Binding("a", "bc", "d")),
        (Binding("a|b", "c", "d"), Binding("a", "b|c", "d")),
    ],
)
def test_places_that_read_alike_when_joined_are_apart(one: Binding, other: Binding) -> None:
    refusal(OLD, OLD.encrypt(SECRET, one), other)


@settings(deadline=None)
@given(st.data())
def test_ciphertext_with_any_character_changed_does_not_decrypt(data: st.DataObject) -> None:
    token = OLD.encrypt(SECRET, HERE)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    refusal(OLD, token[:place] + other + token[place + 1 :])


@settings(deadline=None)
@given(st.data(), st.text(min_size=1, max_size=5))
def test_ciphertext_with_anything_inserted_does_not_decrypt(data: st.DataObject, more: str) -> None:
    token = OLD.encrypt(SECRET, HERE)
    place = data.draw(st.integers(0, len(token)))
    refusal(OLD, token[:place] + more + token[place:])


@settings(deadline=None)
@given(st.data())
def test_ciphertext_cut_short_does_not_decrypt(data: st.DataObject) -> None:
    token = OLD.encrypt(SECRET, HERE)
    refusal(OLD, token[: data.draw(st.integers(0, len(token) - 1))])


@settings(deadline=None)
@given(st.data())
def test_ciphertext_with_any_bit_of_its_bytes_flipped_does_not_decrypt(data: st.DataObject) -> None:
    version, master_id, body = OLD.encrypt(SECRET, HERE).split(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    refusal(OLD, f"{version}.{master_id}.{base64.urlsafe_b64encode(raw).decode()}")


@settings(deadline=None)
@given(TEXTS)
def test_what_is_no_ciphertext_does_not_decrypt(token: str) -> None:
    refusal(OLD, token)
    refusal(OLD, f"v1.old.{token}")


def test_a_master_added_in_front_leaves_the_old_ciphertext_readable_and_marks_it() -> None:
    token = OLD.encrypt(SECRET, HERE)
    assert ROTATED.decrypt(token, HERE).reveal() == SECRET
    assert OLD.is_current(token)
    assert not ROTATED.is_current(token)


def test_re_encrypted_under_the_first_master_it_no_longer_needs_the_old_one() -> None:
    token = ROTATED.encrypt(ROTATED.decrypt(OLD.encrypt(SECRET, HERE), HERE).reveal(), HERE)
    assert ROTATED.is_current(token)
    assert NEW.decrypt(token, HERE).reveal() == SECRET


def test_ciphertext_of_a_retired_master_does_not_decrypt() -> None:
    refusal(NEW, OLD.encrypt(SECRET, HERE))


def test_ciphertext_relabelled_with_another_master_does_not_decrypt() -> None:
    token = OLD.encrypt(SECRET, HERE)
    refusal(ROTATED, token.replace("v1.old.", "v1.new."))


def test_another_key_under_the_same_id_does_not_decrypt() -> None:
    other = FieldCipher(Masters.parse(Hidden(f"old:{key(60)}")))
    refusal(other, OLD.encrypt(SECRET, HERE))


@pytest.mark.parametrize("token", ["", "v2.old.x", "v1.gone.x", "v1.older.x", "plain text"])
def test_what_the_first_master_did_not_write_is_not_current(token: str) -> None:
    assert not OLD.is_current(token)


def test_every_refusal_is_one_and_the_same_and_says_what_to_do() -> None:
    token = OLD.encrypt(SECRET, HERE)
    refused = [
        refusal(OLD, token, Binding("cp-marketing", "secrets/telnyx", "api_key")),
        refusal(OLD, token[:-3]),
        refusal(NEW, token),
        refusal(OLD, "garbage"),
    ]
    assert len({(one.status, one.code, one.detail, str(one.__context__)) for one in refused}) == 1
    assert isinstance(refused[0], Problem)
    assert refused[0].status == 500
    assert "cannot be decrypted here" in refused[0].detail
    assert "enter its value again" in refused[0].detail


def test_neither_key_nor_plain_text_nor_ciphertext_shows_in_an_error() -> None:
    token = OLD.encrypt(SECRET, HERE)
    shown = "".join(traceback.format_exception(refusal(NEW, token)))
    assert not any(part in shown for part in (SECRET, token[10:30], key(0)[:8]))


def test_neither_the_cipher_nor_what_it_decrypts_shows_a_secret() -> None:
    opened = OLD.decrypt(OLD.encrypt(SECRET, HERE), HERE)
    shown = f"{opened!r}{opened}{[opened]}{OLD!r}{OLD}{vars(OLD)}"
    assert not any(part in shown for part in (SECRET, key(0)[:8], "\\x"))


@pytest.mark.parametrize("parts", [("", "d", "f"), ("t", "", "f"), ("t", "d", "")])
def test_a_binding_names_all_of_its_place(parts: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="a tenant, a document and a field"):
        Binding(*parts)


def test_the_keys_kept_in_memory_are_bounded() -> None:
    cipher = FieldCipher(Masters.parse(Hidden(f"old:{key(0)}")))
    for number in range(600):
        cipher.encrypt("x", Binding("t", f"secrets/{number}", "f"))
    assert cipher.derived_keys == 512
