"""README says what is true."""

from __future__ import annotations

import re

from tests.architecture.readme_table import END, README, START, table, with_table
from tests.architecture.tree import ROOT

TEXT = README.read_text()


def test_the_table_of_functions_is_the_manifests() -> None:
    assert TEXT.count(START) == TEXT.count(END) == 1
    assert with_table(TEXT) == TEXT, "run: python -m tests.architecture.readme_table --write"


def test_the_table_has_a_purpose_for_every_function() -> None:
    rows = table().splitlines()[2:]
    assert [row for row in rows if not row.split("|")[2].strip()] == []


def test_every_session_that_it_names_exists() -> None:
    named = set(re.findall(r"noxfile\.py -s ([\w-]+)", TEXT))
    sessions = set(re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE))
    assert {"demo", "tests"} <= named <= {session.replace("_", "-") for session in sessions}


def test_every_file_that_it_names_exists() -> None:
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|py|yaml|json|rules|txt))`", TEXT)
    generated = (".local/", ".nox/", "dist/")
    missing = [name for name in named if not name.startswith(generated) and not (ROOT / name).exists()]
    assert named
    assert missing == []
