"""members/{uid}: a person of the tenant, as the tenant says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.store.values import flag, text

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class MemberDocument:
    """`name`: what visitors of a site read that they are called."""

    role: str = ""
    active: bool = False
    name: str = ""

    @classmethod
    def parse(cls, data: Fields) -> MemberDocument:
        return cls(role=text(data, "role"), active=flag(data, "active"), name=text(data, "name"))
