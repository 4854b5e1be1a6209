"""functions/manifest.yaml is the only list of functions: it, the files, the tests and the code say the same."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

import main
from functions.admin.reply import MOST_BODY
from shared.boundary.endpoint import CALLERS, INVOKERS
from shared.conversations.gallery import MOST_BYTES
from shared.conversations.pictures import MOST_SIZE
from tests.architecture.tree import ROOT, manifest

Manifest = dict[str, dict[str, object]]

MIB = 1024 * 1024
PROCESS = 150 * MIB  # with the SDKs that it needs and no request
# Bytes of pictures that one request may hold, with the copies that parsing, base64 and the SDKs make of them.
HELD = {"reply": 4 * MOST_BODY, "answer": 4 * MOST_BYTES, "fetch-media": 3 * MOST_SIZE, "media": 3 * MOST_SIZE} | {
    "chat-upload": 4 * MOST_SIZE,
    "chat-message": 4 * MOST_BYTES,
}

SCHEMA = json.loads((ROOT / "functions" / "manifest.schema.json").read_text())
FUNCTIONS = list(manifest())
LINES = [(name, line) for name, entry in manifest().items() for line in entry]


def problems(listed: Manifest) -> list[str]:
    """Everything in which `listed` disagrees with its schema, with the files or with the code."""
    found = [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in _validator().iter_errors(listed)]
    files = {_module(path) for path in (ROOT / "functions").glob("*/*.py") if path.stem != "__init__"}
    found += [
        f"{module} is a function that no entry names" for module in files - {e.get("entry") for e in listed.values()}
    ]
    for name, entry in listed.items():
        found += [f"{name}: {problem}" for problem in _problems_of(name, entry)]
    found += [
        f"{account}: mint's callers and the manifest's principals disagree"
        for account in {*INVOKERS["functions"], *(e.get("identity") for e in listed.values())}
        if bool(_principals_of(account, listed)) != (account in INVOKERS["functions"])
    ]
    return found


def _problems_of(name: str, entry: dict[str, object]) -> list[str]:
    target = name.replace("-", "_")
    module = str(entry.get("entry", ""))
    found = []
    if module.rpartition(".")[2] != target:
        found.append(f"its entry is not called {target}")
    if not (ROOT / f"{module.replace('.', '/')}.py").is_file():
        found.append(f"there is no file for {module}")
    elif getattr(main, target, None) is None:
        found.append(f"main.py finds no {target}")
    if CALLERS.get(name) != entry.get("caller"):
        found.append(f"the code says that {CALLERS.get(name)} calls it, the manifest {entry.get('caller')}")
    if int(str(entry.get("min_instances", 0))) > int(str(entry.get("max_instances", 0))):
        found.append("more instances at least than at most")
    return found


def _principals_of(account: object, listed: Manifest) -> list[object]:
    return [
        entry["principals"] for entry in listed.values() if entry.get("identity") == account and entry.get("principals")
    ]


def _module(path: object) -> str:
    return ".".join(str(path).removesuffix(".py").split("/")[-3:])


def _validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_manifest_files_and_code_agree() -> None:
    assert problems(manifest()) == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_manifest_without_this_function_is_refused(name: str) -> None:
    shorter = manifest()
    del shorter[name]
    assert any(name.replace("-", "_") in problem for problem in problems(shorter))


@pytest.mark.parametrize(("name", "line"), LINES, ids=[f"{name}.{line}" for name, line in LINES])
def test_a_manifest_without_this_line_is_refused(name: str, line: str) -> None:
    shorter = manifest()
    del shorter[name][line]
    assert problems(shorter)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("caller", "anybody"),
        ("caller", "scheduler"),
        ("identity", "owner"),
        ("principals", ["resolver"]),
        ("cpu", 0.5),
        ("memory", "256"),
        ("timeout", 0),
        ("concurrency", 0),
        ("max_instances", 0),
        ("min_instances", 51),
        ("secrets", ["address key"]),
        ("entry", "functions.webhooks.telnyx-sms"),
        ("entry", "functions.tools.telnyx_sms"),
        ("reviewed", True),
    ],
)
def test_a_wrong_value_is_refused(line: str, value: object) -> None:
    changed = manifest()
    changed["telnyx-sms"] = {**changed["telnyx-sms"], line: value}
    assert problems(changed)


def test_a_key_that_no_url_can_carry_is_refused() -> None:
    renamed = {name.replace("-", "_"): entry for name, entry in manifest().items()}
    assert problems(renamed)


def test_several_requests_at_once_need_a_whole_cpu() -> None:
    changed = manifest()
    changed["sweep"] = {**changed["sweep"], "cpu": 0.25, "concurrency": 1}
    assert problems(changed) == []
    changed["sweep"]["concurrency"] = 2
    assert any("cpu" in problem for problem in problems(changed))


def test_of_what_the_world_calls_only_who_checks_with_a_tenants_key_holds_the_key_of_the_tenants_secrets() -> None:
    """An account has the secrets of all its functions: Twilio's doors, and the one that checks a visitor's identity."""
    holders = {entry["identity"] for entry in manifest().values() if "FIELD_ENCRYPTION_KEY" in str(entry["secrets"])}
    assert holders == {"edge-twilio", "edge-identity", "worker"}
    assert {entry["caller"] for entry in manifest().values() if entry["identity"] == "edge-twilio"} == {"twilio"}
    assert [name for name, entry in manifest().items() if entry["identity"] == "edge-identity"] == ["chat-start"]


@pytest.mark.parametrize("name", HELD)
def test_as_many_pictures_as_come_at_once_fit_into_an_instance(name: str) -> None:
    entry = manifest()[name]
    memory = int(str(entry["memory"]).removesuffix("Mi")) * MIB
    assert PROCESS + int(str(entry["concurrency"])) * HELD[name] <= memory


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_test_file_of_its_name(name: str) -> None:
    assert (ROOT / "tests" / "functions" / f"test_{name.replace('-', '_')}.py").is_file()
