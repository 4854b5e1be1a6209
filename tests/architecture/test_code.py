"""Rules of this house that no linter knows, read from the syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import DEPLOYED, TYPED, Source, below, imported, imported_at_start, source, sources

# SDK → the only files that may import it, and they inside a function.
SDKS = {
    "google.genai": ("shared/assistant/gemini.py",),
    "google.cloud.tasks": (),
    "google.cloud.tasks_v2": ("shared/tasks.py",),
    "google.cloud.secretmanager": (),
    "google.cloud.secretmanager_v1": (),
    "google.cloud.storage": ("shared/store/blobs.py",),
    "googleapiclient": (),
    "firebase_admin": (),
    "sendgrid": (),
    "sentry_sdk": (),
    "telnyx": (),
    "twilio": ("shared/channels/twilio/sending.py",),
}
FRAMEWORK_OF_TESTS = ("pytest", "hypothesis", "unittest", "local", "tests")
MOST_LINES_OF_AN_ENTRY = 45
MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 50
MOST_EXCEPTIONS_FROM_TYPES = 10


def _parsed(text: str) -> Source:
    return Source("example.py", text, ast.parse(text))


# -- collections


def collections_named(file: Source) -> list[str]:
    """Calls of `.collection(…)` and `.collection_group(…)`."""
    return [
        f"{file.name}:{node.lineno}"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("collection", "collection_group")
    ]


def test_only_the_store_names_a_collection() -> None:
    elsewhere = [file for file in sources(*DEPLOYED) if not file.name.startswith("shared/store/")]
    assert [place for file in elsewhere for place in collections_named(file)] == []


def test_the_store_is_where_collections_are_named() -> None:
    assert [place for file in sources("shared/store") for place in collections_named(file)]


# -- the environment


def environment_read(file: Source) -> list[str]:
    """Uses of the environment, by whatever name it was imported."""
    used = [node for node in ast.walk(file.tree) if isinstance(node, ast.Attribute) and node.attr in _ENVIRONMENT]
    named = [node for node, name in imported(file.tree) if name in {f"os.{one}" for one in _ENVIRONMENT}]
    return [f"{file.name}:{node.lineno}" for node in (*used, *named)]


_ENVIRONMENT = ("environ", "environb", "getenv", "getenvb", "putenv")


def test_only_the_configuration_reads_the_environment() -> None:
    elsewhere = [file for file in sources(*DEPLOYED) if file.name != "shared/config.py"]
    assert [place for file in elsewhere for place in environment_read(file)] == []


@pytest.mark.parametrize(
    "text", ["import os\nos.environ['A']", "import os as o\no.getenv('A')", "from os import environ as e\ne['A']"]
)
def test_a_read_of_the_environment_is_seen(text: str) -> None:
    assert environment_read(_parsed(text))


# -- vendors' SDKs


def sdks_at_start(file: Source) -> list[str]:
    return [f"{file.name}: {name}" for name in imported_at_start(file.tree) if any(below(name, sdk) for sdk in SDKS)]


def sdks_outside_their_adapter(file: Source) -> list[str]:
    return [
        f"{file.name}:{node.lineno} {name}"
        for node, name in imported(file.tree)
        for sdk, adapters in SDKS.items()
        if below(name, sdk) and file.name not in adapters
    ]


def test_no_sdk_is_imported_when_a_module_is() -> None:
    assert [place for file in sources(*DEPLOYED) for place in sdks_at_start(file)] == []


def test_an_sdk_is_imported_by_its_adapter_only() -> None:
    assert [place for file in sources(*DEPLOYED) for place in sdks_outside_their_adapter(file)] == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("import telnyx", True),
        ("from google import genai", True),
        ("from google.genai import types", True),
        ("try:\n    import sendgrid\nexcept ImportError:\n    sendgrid = None", True),
        ("class A:\n    import twilio.rest", True),
        ("def f():\n    import telnyx", False),
        ("if TYPE_CHECKING:\n    from google.genai import types", False),
        ("from google.cloud import firestore", False),
        ("from shared.channels import telnyx", False),
    ],
)
def test_what_counts_as_an_import_at_start(text: str, seen: bool) -> None:
    assert bool(sdks_at_start(_parsed(text))) is seen


def test_what_is_deployed_imports_no_test_and_nothing_local() -> None:
    wrong = [
        f"{file.name}: {name}"
        for file in sources(*DEPLOYED)
        for _, name in imported(file.tree)
        if any(below(name, package) for package in FRAMEWORK_OF_TESTS)
    ]
    assert wrong == []


# -- entry files are tables of contents


def too_much_for_an_entry(file: Source) -> list[str]:
    """What an entry file leaves to the rooms below."""
    forbidden = (ast.Try, ast.TryStar, ast.For, ast.AsyncFor, ast.While)
    found = [f"{file.name}:{n.lineno} {type(n).__name__}" for n in ast.walk(file.tree) if isinstance(n, forbidden)]
    if len(file.lines) > MOST_LINES_OF_AN_ENTRY:
        found.append(f"{file.name}: {len(file.lines)} lines")
    return found


def test_entry_files_are_short_and_neither_loop_nor_catch() -> None:
    assert [problem for file in sources("functions") for problem in too_much_for_an_entry(file)] == []


def test_every_entry_file_says_in_its_first_line_what_it_is_for() -> None:
    entries = [file for file in sources("functions") if not file.name.endswith("__init__.py")]
    unclear = [f.name for f in entries if ": " not in (ast.get_docstring(f.tree) or "").partition("\n")[0]]
    assert unclear == []


# -- sizes


def _bodies(file: Source) -> Iterator[tuple[str, int]]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body:
                yield f"{file.name}:{node.lineno} {node.name}", (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_no_function_is_long() -> None:
    lengths = [one for file in sources(*TYPED, "noxfile.py") for one in _bodies(file)]
    assert [f"{name}: {lines}" for name, lines in lengths if lines > MOST_LINES_OF_A_FUNCTION] == []


def test_no_module_is_long() -> None:
    files = sources(*TYPED, "noxfile.py", "tests/architecture")
    assert [f"{f.name}: {len(f.lines)}" for f in files if len(f.lines) > MOST_LINES_OF_A_MODULE] == []


# -- types


def exceptions_from_types(file: Source) -> list[tuple[int, str]]:
    """Each use of `Any` and each ignored complaint: its line, and the reason on it or right above ("" if none)."""
    any_ = {n.lineno for n in ast.walk(file.tree) if isinstance(n, ast.Name) and n.id == "Any"}
    any_ |= {n.lineno for n in ast.walk(file.tree) if isinstance(n, ast.Attribute) and n.attr == "Any"}
    ignored = {number for number, line in enumerate(file.lines, 1) if _IGNORE.search(line)}
    return [(number, _reason(file.lines, number)) for number in sorted(any_ | ignored)]


_IGNORE = re.compile(r"#\s*(?:type|mypy|pyright):\s*ignore(?:\[[\w, -]*\])?")


def _reason(lines: list[str], number: int) -> str:
    """Comments beside line `number`, or in the lines of comment directly above it."""
    beside = _IGNORE.sub("", lines[number - 1])
    reasons = [beside.partition("#")[2]]
    above = number - 2
    while above >= 0 and lines[above].strip().startswith("#"):
        reasons.append(lines[above].strip())
        above -= 1
    return " ".join(reasons).strip(" #")


def test_exceptions_from_types_are_few_and_each_has_its_reason() -> None:
    found = [(file.name, number, reason) for file in sources(*TYPED) for number, reason in exceptions_from_types(file)]
    print("\n".join(f"{name}:{number} {reason or 'NO REASON'}" for name, number, reason in found))
    assert [f"{name}:{number}" for name, number, reason in found if not reason] == []
    assert len(found) <= MOST_EXCEPTIONS_FROM_TYPES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: Any = 1", [(1, "")]),
        ("x: Any = 1  # the library says so", [(1, "the library says so")]),
        ("# made elsewhere\nx: typing.Any = 1", [(2, "made elsewhere")]),
        ("f()  # type: ignore[no-untyped-call]", [(1, "")]),
        ("f()  # type: ignore[no-untyped-call]  # untyped there", [(1, "untyped there")]),
        ("from typing import Any", []),
    ],
)
def test_what_counts_as_an_exception_and_as_a_reason(text: str, expected: list[tuple[int, str]]) -> None:
    assert exceptions_from_types(_parsed(text)) == expected


# -- swallowed errors


def swallowed(file: Source) -> list[str]:
    """Handlers that catch everything and do nothing, or catch without saying what."""
    return [
        f"{file.name}:{node.lineno}"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (_catches_all(node.type) and all(isinstance(n, ast.Pass) for n in node.body)))
    ]


def _catches_all(caught: ast.expr) -> bool:
    return isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException")


def test_no_error_is_swallowed() -> None:
    assert [place for file in sources(*TYPED) for place in swallowed(file)] == []


@pytest.mark.parametrize("handler", ["except:\n    f()", "except Exception:\n    pass"])
def test_a_swallowed_error_is_seen(handler: str) -> None:
    assert swallowed(_parsed(f"try:\n    f()\n{handler}"))


# -- main.py


def test_main_imports_no_function_by_itself() -> None:
    assert [name for name in imported_at_start(source("main.py").tree) if not _standard(name)] == []


def _standard(name: str) -> bool:
    import sys

    return name.partition(".")[0] in sys.stdlib_module_names
