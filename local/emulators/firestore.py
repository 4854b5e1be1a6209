"""The Firestore emulator with our rules: `running = await start(port, rules)`, `await running.stop()`.

Java is started directly: whoever stops `gcloud emulators firestore start` leaves java behind. A rules file with an
error starts without a word and then answers every request with 400, and an undefined function in it is a mere warning:
so it starts with rules that allow nothing in any project; ours are loaded over HTTP into our project, and any issue
ends the start.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import httpx

from local.emulators.children import Child, EmulatorMissing, Running
from local.emulators.jar import find_jar
from local.emulators.java import java_for, missing_sentence
from local.emulators.node import Say, quiet

PROJECT = "demo-chattercheetah"
CLOSED = Path(__file__).parent / "closed.rules"
MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
STARTING = 120.0  # seconds until it must answer; 3 are usual


class RulesRefused(Exception):
    """The emulator has something to say about the rules: its own words, with lines."""


async def start(port: int, rules: Path, project: str = PROJECT, say: Say = quiet) -> Running:
    """An emulator with `rules`: the one that FIRESTORE_EMULATOR_HOST names, else a new one on `port`.

    Raises EmulatorMissing (no jar, no Java) and RulesRefused.
    """
    running = _already_running() or await _started(port, say)
    try:
        await load_rules(running.host, await asyncio.to_thread(rules.read_text, "utf-8"), project)
    except BaseException:
        await running.stop()
        raise
    return running


async def load_rules(host: str, rules: str, project: str = PROJECT) -> None:
    """Replaces the rules of one project. Raises RulesRefused for any issue, warnings included."""
    file = {"name": "firestore.rules", "content": rules}
    async with httpx.AsyncClient(timeout=STARTING) as client:
        answer = await client.put(_rules_url(host, project), json={"rules": {"files": [file]}})
    said = answer.json()
    if answer.status_code != httpx.codes.OK:
        raise RulesRefused(said["error"]["message"])
    if said.get("issues"):
        raise RulesRefused("\n".join(_sentence(issue) for issue in said["issues"]))


async def clear(host: str, project: str = PROJECT) -> None:
    """Deletes every document of a project."""
    url = f"http://{host}/emulator/v1/projects/{project}/databases/(default)/documents"
    async with httpx.AsyncClient(timeout=STARTING) as client:
        (await client.delete(url)).raise_for_status()


def _rules_url(host: str, project: str) -> str:
    return f"http://{host}/emulator/v1/projects/{project}:securityRules"


def _sentence(issue: dict[str, object]) -> str:
    position = issue.get("sourcePosition")
    where = f"{position.get('line')}:{position.get('column')}" if isinstance(position, dict) else "?"
    return f"firestore.rules:{where} {issue.get('severity')}: {issue.get('description')}"


def _already_running() -> Running | None:
    host = os.environ.get("FIRESTORE_EMULATOR_HOST")
    return Running(host) if host else None


async def _started(port: int, say: Say) -> Running:
    jar = await find_jar(say)
    java = await asyncio.to_thread(java_for, jar, MAIN_CLASS)
    child = Child(_command(java, jar, port))
    try:
        await _until_it_answers(f"http://127.0.0.1:{port}/", child)
    except BaseException:
        await child.stop()
        raise
    return Running(f"127.0.0.1:{port}", child)


def _command(java: str, jar: Path, port: int) -> list[str]:
    english = "-Duser.language=en"  # other locales break the numbers in its answers
    return [
        java,
        english,
        "-cp",
        str(jar),
        MAIN_CLASS,
        "start",
        "--host=127.0.0.1",
        f"--port={port}",
        f"--rules={CLOSED}",
    ]


async def _until_it_answers(url: str, child: Child) -> None:
    deadline = asyncio.get_running_loop().time() + STARTING
    async with httpx.AsyncClient(timeout=5) as client:
        while not await _answers(client, url):
            if child.ended:
                raise EmulatorMissing(_why_it_ended(child.printed()))
            if asyncio.get_running_loop().time() > deadline:
                raise EmulatorMissing(
                    f"The Firestore emulator did not answer within {STARTING:.0f} s:\n{child.printed()}"
                )
            await asyncio.sleep(0.05)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


def _why_it_ended(printed: str) -> str:
    if "UnsupportedClassVersionError" in printed:
        return missing_sentence(21, [])
    return f"The Firestore emulator ended at once:\n{printed.strip()[-1500:]}"
