"""What importing the assistant costs: no vendor's SDK before the first question to a model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import shared.assistant as room
from shared.assistant import factory, gemini
from shared.config import ConfigurationError, config
from tests.unit.loopback import nobody_listens

ROOT = Path(__file__).parents[2]


def loaded_by(statement: str, *modules: str) -> list[str]:
    """Those of `modules` that a new process has loaded after the statement."""
    program = f"{statement}\nimport sys; print(*(m for m in {modules!r} if m in sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_importing_the_assistant_loads_no_vendor() -> None:
    assert loaded_by("from shared.assistant import Assistant, Tools, assistant", "google.genai", "httpx2") == []


def test_the_functions_of_the_tools_start_without_the_loop_and_the_guard() -> None:
    ours = (f"shared.assistant.{name}" for name in ("loop", "guard", "prompt", "model"))
    inner = (*ours, "google.genai")
    classes = (
        "from shared.assistant.factory import openings; from shared.assistant.tools.get_classes import find_classes"
    )
    assert loaded_by(classes, *inner) == []
    assert loaded_by("from shared.assistant.tools.send_link import allowed_link", "httpx", *inner) == []


def test_what_the_room_exports_exists_and_nothing_else() -> None:
    assert all(getattr(room, name) is not None for name in room.__all__)
    with pytest.raises(AttributeError):
        room.nothing_of_the_kind  # noqa: B018  # the attribute is the test


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch):
    def use(**env: str) -> None:
        for name in ("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"GOOGLE_CLOUD_PROJECT": "demo-x", **env}.items():
            monkeypatch.setenv(name, value)

    caches = (config, gemini.gemini, factory._assistant, factory._openings)
    for cached in caches:
        cached.cache_clear()
    yield use
    for cached in caches:
        cached.cache_clear()


async def test_without_a_key_the_assistant_says_what_to_set(environment) -> None:
    environment()
    with pytest.raises(ConfigurationError, match="GEMINI_API_KEY"):
        factory.assistant()


async def test_there_is_one_assistant_and_one_class_list_per_process(environment) -> None:
    environment(GEMINI_API_KEY="k", GOOGLE_GEMINI_BASE_URL=nobody_listens())
    assert factory.assistant() is factory.assistant()
    assert factory.openings() is factory.openings()
    await gemini.gemini()._client.aclose()
