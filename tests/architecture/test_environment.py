""".env.example names what is read from the environment: all of it, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import pytest

from shared import config
from tests.architecture.tree import ROOT, manifest, sources

EXAMPLE = (ROOT / ".env.example").read_text()
VARIABLE = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


class Recorded(Mapping[str, str]):
    """An environment that notes what it is asked for."""

    def __init__(self, **values: str) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("the configuration reads variables that it names")

    def __len__(self) -> int:
        return len(self._values)


def read_by_the_configuration() -> set[str]:
    here = Recorded(GOOGLE_CLOUD_PROJECT="p")
    cloud = Recorded(GOOGLE_CLOUD_PROJECT="p", K_SERVICE="health")
    for env in (here, cloud):
        config.read(env)
    return here.asked | cloud.asked


def read_on_a_machine() -> set[str]:
    """Names that the local cloud, the tests and noxfile.py ask the environment for, as literals."""
    return {
        node.args[0].value
        for file in sources("local", "noxfile.py", "tests")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("os.environ.get", "os.getenv")
        and isinstance(node.args[0], ast.Constant)
    }


def documented() -> set[str]:
    return {name for name, _ in VARIABLE.findall(EXAMPLE)}


def test_the_example_names_every_variable_and_nothing_else() -> None:
    assert documented() == read_by_the_configuration() | read_on_a_machine()


def test_every_variable_has_its_sentence() -> None:
    blocks = [block for block in EXAMPLE.split("\n\n") if VARIABLE.search(block)]
    for block in blocks:
        first = block.splitlines()[0]
        assert first.startswith("# "), block
        assert not VARIABLE.match(first), block
    assert sum(len(VARIABLE.findall(block)) for block in blocks) == len(documented())


def test_the_example_holds_no_secret() -> None:
    filled = {name: value for name, value in VARIABLE.findall(EXAMPLE) if value}
    assert set(filled) & set(config.SECRETS) == set()


@pytest.mark.parametrize("name", sorted({str(s) for e in manifest().values() for s in e["secrets"]}))  # type: ignore[attr-defined]
def test_every_secret_of_the_manifest_is_read_by_the_configuration(name: str) -> None:
    assert name in read_by_the_configuration()
    assert name in config.SECRETS
