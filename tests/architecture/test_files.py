"""What must not stand in any file of the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, project_files

# Written so that the patterns do not match themselves.
REGISTRIES = re.compile(
    r"\b(?:pypi\.(?:org|python)|pythonhosted\.(?:org)|(?:registry|www)\.npmjs\.(?:org|com)|registry\.yarnpkg\.(?:com)"
    r"|proxy\.golang\.(?:org)|repo\d?\.maven\.(?:org))\b"
)
MACHINES = re.compile(r"(?<![\w.$}])/(?:home|root|Users|work)/[\w.-]+")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|NotImplemented" r"Error)\b")


def texts() -> list[tuple[str, str]]:
    """Every text of the project by its name below the root."""
    found = [(path.relative_to(ROOT).as_posix(), _text(path)) for path in project_files()]
    assert len(found) > 100
    return [(name, text) for name, text in found if text is not None]


def _text(path: Path) -> str | None:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return None


def hits(pattern: re.Pattern[str]) -> list[str]:
    return [f"{name}: {match.group()}" for name, text in texts() for match in pattern.finditer(text)]


def test_no_file_names_a_package_registry() -> None:
    assert hits(REGISTRIES) == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert hits(MACHINES) == []
    # The folder that this very checkout lies in, wherever that is.
    assert [name for name, text in texts() if f"{ROOT}/" in text] == []


def test_nothing_is_marked_as_unfinished() -> None:
    assert [hit for hit in hits(UNFINISHED) if not hit.startswith("LICENSE")] == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRIES, "--index-url https://" + "pypi" + ".org/simple"),
        (REGISTRIES, "https://registry." + "npmjs" + ".org/left-pad"),
        (MACHINES, "see /ho" + "me/alice/notes"),
        (MACHINES, "cd /wo" + "rk/main"),
        (UNFINISHED, "# TO" + "DO later"),
    ],
)
def test_what_must_not_stand_there_is_seen(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize(
    "name", ["LICENSE", "README.md", ".env.example", ".gcloudignore", ".ci/run", "docs/pipeline.md"]
)
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_licence_is_apache_2() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_every_link_in_the_documents_leads_somewhere() -> None:
    documents = [path for path in project_files() if path.suffix == ".md" and "node_modules" not in path.parts]
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in documents
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_decisions_are_numbered_and_say_what_was_considered() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    wanted = ("## Context", "## Decision", "## Alternatives considered", "## Consequences")
    missing = [(path.name, part) for path in decisions for part in wanted if part not in path.read_text()]
    assert missing == []
