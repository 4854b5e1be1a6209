"""Links that carry their own right: nobody makes one, changes one, or uses one after its time."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config import ConfigurationError, config
from shared.hidden import Hidden
from shared.vault import Masters
from shared.vault.links import Linked, MediaLinks, media_links

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FILE = Linked("acme", "0123456789abcdef" * 2)


def key(first: int) -> str:
    return base64.urlsafe_b64encode(bytes(range(first, first + 32))).decode()


def links(*keys: str) -> MediaLinks:
    return MediaLinks(Masters.parse(Hidden(",".join(keys or (f"k1:{key(0)}",)))))


TOKEN = links().sign(FILE, LATER)


def test_a_link_opens_until_its_time_and_not_a_second_longer() -> None:
    assert links().open(TOKEN, NOW) == FILE
    assert links().open(TOKEN, LATER - timedelta(seconds=1)) == FILE
    assert links().open(TOKEN, LATER) is None
    assert links().open(TOKEN, LATER + timedelta(days=365)) is None


def test_a_token_fits_into_a_path() -> None:
    longest = links().sign(Linked("a" * 40, "f" * 32), LATER)
    assert len(longest) <= 512
    assert set(longest) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_a_link_that_was_changed_anywhere_opens_nothing(place: int) -> None:
    other = "A" if TOKEN[place] != "A" else "B"
    assert links().open(TOKEN[:place] + other + TOKEN[place + 1 :], NOW) is None


@pytest.mark.parametrize("forged", ["", "A", TOKEN[:-1], TOKEN + "A", TOKEN + "=", TOKEN[1:], f" {TOKEN}", "é" * 9])
def test_what_is_no_link_of_ours_opens_nothing(forged: str) -> None:
    assert links().open(forged, NOW) is None


@given(st.text(max_size=200))
def test_no_text_opens_anything(text: str) -> None:
    assert links().open(text, NOW) is None


def test_a_claim_with_a_signature_of_something_else_opens_nothing() -> None:
    raw = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))
    for claim in (raw[:-32].replace(b"acme", b"evil"), raw[:-32][:-1] + b"9", b""):
        token = base64.urlsafe_b64encode(claim + raw[-32:]).decode().rstrip("=")
        assert links().open(token, NOW) is None


def test_another_key_opens_nothing_and_a_rotated_one_still_does() -> None:
    old, new = f"k1:{key(0)}", f"k2:{key(64)}"
    assert links(new).open(TOKEN, NOW) is None
    assert links(new, old).open(TOKEN, NOW) == FILE
    assert links(new).open(links(new, old).sign(FILE, LATER), NOW) == FILE


@pytest.mark.parametrize("file", [Linked("Acme", FILE.media), Linked("acme", "x"), Linked("a|b", FILE.media)])
def test_nothing_else_is_signed(file: Linked) -> None:
    with pytest.raises(ValueError, match="file of a tenant"):
        links().sign(file, LATER)


def test_links_have_masters_of_their_own_and_do_without_the_tenants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo")
    monkeypatch.delenv("FIELD_ENCRYPTION_KEY", raising=False)
    monkeypatch.setenv("MEDIA_LINK_KEY", f"k1:{key(0)}")
    with fresh():
        assert media_links().open(TOKEN, NOW) == FILE
    monkeypatch.setenv("MEDIA_LINK_KEY", "")
    monkeypatch.setenv("FIELD_ENCRYPTION_KEY", f"k1:{key(0)}")
    with fresh(), pytest.raises(ConfigurationError, match="MEDIA_LINK_KEY is empty"):
        media_links()


@contextmanager
def fresh() -> Iterator[None]:
    """The configuration is read anew, before and after."""
    config.cache_clear()
    media_links.cache_clear()
    try:
        yield
    finally:
        config.cache_clear()
        media_links.cache_clear()


def test_no_key_shows() -> None:
    assert repr(links()) == "MediaLinks(…)"
