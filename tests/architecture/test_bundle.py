"""The bundle that is deployed: reproducible, complete, and nothing too much."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from local import bundle
from tests.architecture.tree import ROOT, manifest


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    target = tmp_path / "functions.zip"
    bundle.write(target)
    return target


def test_two_runs_give_the_same_bytes(zipped: Path, tmp_path: Path) -> None:
    again = tmp_path / "again" / "functions.zip"
    digest = bundle.write(again)
    assert again.read_bytes() == zipped.read_bytes()
    assert len(digest) == 64


def test_the_same_sources_elsewhere_with_other_times_and_modes_give_the_same_bytes(
    zipped: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    for path in bundle.contents():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        os.utime(target, (1_000_000_000, 1_000_000_000))
        target.chmod(0o600)
    bundle.write(tmp_path / "other.zip", copy)
    assert (tmp_path / "other.zip").read_bytes() == zipped.read_bytes()


def test_a_changed_source_gives_other_bytes(zipped: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for path in bundle.contents():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (copy / "main.py").write_text("# changed\n")
    assert bundle.write(tmp_path / "other.zip", copy) != bundle.write(tmp_path / "same.zip")


def test_it_holds_what_runs_and_nothing_else(zipped: Path) -> None:
    names = zipfile.ZipFile(zipped).namelist()
    assert names == sorted(names)
    assert {name.partition("/")[0] for name in names} == {"main.py", "requirements.txt", "functions", "shared"}
    assert "functions/manifest.yaml" in names
    assert [name for name in names if name.endswith(".pyc") or "__pycache__" in name] == []


async def test_what_it_holds_starts_alone(zipped: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    zipfile.ZipFile(zipped).extractall(alone)
    every = ", ".join(f"main.{name.replace('-', '_')}" for name in manifest())
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"import main; print(main.__file__); ({every})",
        cwd=alone,
        env={"PATH": os.environ["PATH"], "GOOGLE_CLOUD_PROJECT": "demo-chattercheetah"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    assert printed.decode().strip() == str(alone / "main.py")
