"""functions/manifest.yaml as types, for those that need it while they serve: mint reads who may be handed what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PATH = Path(__file__).parents[2] / "functions" / "manifest.yaml"


@dataclass(frozen=True, slots=True)
class Function:
    """One function: `name` is the key, `target` what the framework is asked for."""

    name: str
    entry: str
    caller: str
    identity: str
    principals: tuple[str, ...]
    timeout: int
    secrets: tuple[str, ...]

    @property
    def target(self) -> str:
        return self.name.replace("-", "_")


@cache
def functions() -> tuple[Function, ...]:
    """All functions, in the manifest's order."""
    return tuple(
        Function(
            name=name,
            entry=entry["entry"],
            caller=entry["caller"],
            identity=entry["identity"],
            principals=tuple(entry["principals"]),
            timeout=entry["timeout"],
            secrets=tuple(entry["secrets"]),
        )
        for name, entry in yaml.safe_load(PATH.read_text()).items()
    )


def principals_of(identity: str) -> frozenset[str]:
    """The roles that mint may hand to a service account: what its functions name, taken together."""
    return frozenset(role for function in functions() if function.identity == identity for role in function.principals)
