from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from shared import config
from shared.config import ConfigurationError
from shared.hidden import Hidden

SECRETS = config.SECRETS
CLOUD = {"GOOGLE_CLOUD_PROJECT": "a-project", "K_SERVICE": "telnyx-sms"}


def hidden_in(found: config.Config) -> list[Hidden]:
    """Every secret of a configuration."""
    return [value for name in found.__slots__ if isinstance(value := getattr(found, name), Hidden)]


@pytest.mark.parametrize("name", config.LOCAL_ONLY)
def test_a_setting_of_the_local_cloud_aborts_the_start_in_the_cloud(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        config.read(CLOUD | {name: "127.0.0.1:8085"})


@pytest.mark.parametrize("name", config.LOCAL_ONLY)
def test_a_setting_of_the_local_cloud_is_welcome_outside_of_the_cloud(name: str) -> None:
    assert config.read({"GOOGLE_CLOUD_PROJECT": "demo", name: "127.0.0.1:8085"}).local


def test_every_endpoint_that_can_be_moved_is_guarded_in_the_cloud() -> None:
    plain = config.read({"GOOGLE_CLOUD_PROJECT": "p"}).endpoints
    moved = config.read({"GOOGLE_CLOUD_PROJECT": "p"} | dict.fromkeys(config.LOCAL_ONLY, "moved:1")).endpoints
    for name in config.Endpoints.__slots__:
        assert getattr(plain, name) != getattr(moved, name), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name in SECRETS
        for value in (*config.PLACEHOLDERS, " Change-Me ", "CHANGEME", "  ")
        if value or name not in config.OPTIONAL
    ],
)
def test_a_placeholder_secret_aborts_the_start_in_the_cloud(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        config.read(CLOUD | {name: value})


@pytest.mark.parametrize("name", config.OPTIONAL)
def test_a_platform_without_an_account_at_a_provider_starts(name: str) -> None:
    found = config.read(CLOUD | dict.fromkeys(SECRETS, "real") | {name: ""})
    assert sorted(one.reveal() for one in hidden_in(found)) == ["", *["real"] * (len(SECRETS) - 1)]


def test_a_function_that_is_granted_no_secret_starts_without_them() -> None:
    found = config.read(CLOUD)
    assert not found.local
    assert not any(hidden_in(found))


@pytest.mark.parametrize("env", [{}, {"GOOGLE_CLOUD_PROJECT": ""}])
def test_a_missing_project_aborts_the_start_and_says_where_to_name_it(env: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"GOOGLE_CLOUD_PROJECT.*\.env\.example"):
        config.read(env)


def test_without_other_settings_the_endpoints_are_the_real_services() -> None:
    there = config.read(CLOUD).endpoints
    assert (there.firestore, there.tasks, there.gemini) == (None, None, None)
    assert there.certs == "https://www.googleapis.com/oauth2/v3/certs"
    assert there.metadata == "http://metadata.google.internal"
    assert there.identity_toolkit == "https://identitytoolkit.googleapis.com"


def test_the_public_base_of_the_functions_has_no_trailing_slash() -> None:
    assert config.read(CLOUD).functions_url == "https://us-central1-a-project.cloudfunctions.net"
    assert config.read(CLOUD | {"FUNCTIONS_URL": "https://x.example/"}).functions_url == "https://x.example"


def test_a_service_account_is_named_in_our_project() -> None:
    assert config.read(CLOUD).service_account("mint") == "mint@a-project.iam.gserviceaccount.com"


def test_no_secret_shows_when_the_configuration_is_printed() -> None:
    value = "sk_live_5up3r"
    found = config.read(CLOUD | dict.fromkeys(SECRETS, value))
    assert [one.reveal() for one in hidden_in(found)] == [value] * len(SECRETS)
    shown = f"{found!r}{found}{found.field_keys}{found.address_key!r}{found.telnyx_api_key:}{found.twilio_auth_token}"
    assert value not in shown


def test_a_hidden_value_shows_in_no_form_of_printing() -> None:
    secret = Hidden("tip-top")
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!s:>20}", f"{[secret]}", "%s" % secret):  # noqa: UP031
        assert "tip-top" not in shown


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_hidden_value_is_not_pickled_or_copied(take: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as refused:
        take(Hidden("tip-top"))
    assert "tip-top" not in str(refused.value)


def test_hidden_values_compare_by_what_they_hide() -> None:
    assert Hidden("a") == Hidden("a")
    assert Hidden("a") != Hidden("b")
    assert Hidden("a") != "a"
    assert len({Hidden("a"), Hidden("a"), Hidden("b")}) == 2
    assert not Hidden("")
    assert Hidden("a")


def test_the_configuration_of_a_process_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    config.config.cache_clear()
    try:
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "first")
        monkeypatch.delenv("K_SERVICE", raising=False)
        assert config.config().project == "first"
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "second")
        assert config.config().project == "first"
    finally:
        config.config.cache_clear()
