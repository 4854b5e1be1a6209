"""The one command of the README, as a newcomer types it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from local.environment import openings
from local.ports import Ports
from local.seed_openings import generate
from tests.stack import ROOT, RunningStack, eventually, started


async def demo(state: Path, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", "demo", "--once", "--state", str(state), *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )
    output, _ = await asyncio.wait_for(process.communicate(), 300)
    return process.returncode or 0, output.decode()


async def test_the_story_ends_well_three_times_and_its_answers_change_with_the_openings(tmp_path: Path) -> None:
    named = []
    for run in range(3):
        seed = secrets.randbelow(1_000_000)
        print(f"openings of seed {seed}")
        code, transcript = await demo(tmp_path / str(run), "--free-ports", "--seed", str(seed))
        assert code == 0, transcript
        found = re.search(r"named and open: (.+)", transcript)
        assert found, transcript
        names = {str(row["name"]) for row in openings(seed)["545911"]}
        assert names
        named.append(found[1])
        assert "the link was delivered" in transcript
    assert len(set(named)) == 3


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody's own local cloud has it: taken all the same
            taken.bind(("127.0.0.1", Ports().functions))
            taken.listen()
        code, output = await demo(tmp_path)
    assert code == 1
    assert f"Port {Ports().functions} is taken" in re.sub(r"\s+", " ", output)


async def test_killing_the_stack_outright_leaves_no_process_behind(tmp_path: Path) -> None:
    async with started(tmp_path) as stack:
        pids = stack.info["pids"]
        stack.process.kill()
        await stack.process.wait()

        async def gone() -> bool | None:
            return not [pid for pid in pids if _alive(pid)] or None

        assert await eventually(gone, "the children to end")


async def test_functions_that_are_killed_come_back_where_that_is_wanted_and_ctrl_c_leaves_no_process_behind(
    tmp_path: Path,
) -> None:
    async with started(tmp_path, "--respawn") as stack:
        pids, first = stack.info["pids"], stack.info["processes"]["functions"]
        assert len(pids) >= 3
        os.kill(first, signal.SIGKILL)

        async def another() -> int | None:
            found = json.loads((tmp_path / "stack.json").read_text())["processes"]["functions"]
            return found if found != first else None

        second = await eventually(another, "another process")
        assert (await stack.client.get(stack.function("health"))).status_code == 200
        stack.process.send_signal(signal.SIGINT)
        await asyncio.wait_for(stack.process.wait(), 60)
        assert not [pid for pid in (*pids, second) if _alive(pid)]
        assert not (tmp_path / "stack.json").exists()


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_no_class_name_stands_in_the_local_cloud_outside_the_seed() -> None:
    names = {str(row["name"]) for seed in range(20) for row in generate(seed)}
    sources = [path for path in (ROOT / "local").rglob("*.py") if path.name != "seed_openings.py"]
    assert sources
    for path in sources:
        text = path.read_text()
        assert not [name for name in names if name in text], path


@pytest.mark.parametrize(
    "key", ["project", "functions", "firestore", "gate", "auth", "phone", "widget", "site", "standins", "pids"]
)
async def test_the_stack_describes_itself(stack: RunningStack, key: str) -> None:
    assert stack.info[key]
