"""Who may act on a tenant's data, as claims in an id token (DESIGN §2).

Machine principals have one fixed uid each, and the rules hold only where claims, uid and sign-in provider agree: a
token minted for another uid, or claims set on a person, cross nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shared.hidden import Hidden

TENANT_ID = re.compile(r"[a-z0-9-]{3,40}")


@dataclass(frozen=True, slots=True)
class Principal:
    """A machine identity: `uid` and the custom claims that its tokens carry."""

    role: str
    tenant_id: str | None = None

    def __post_init__(self) -> None:
        if self.tenant_id is not None and not TENANT_ID.fullmatch(self.tenant_id):
            raise ValueError(f"not a tenant id: {self.tenant_id!r}")

    @property
    def uid(self) -> str:
        if self.tenant_id is None:
            return self.role
        return f"{_UID_PREFIX[self.role]}:{self.tenant_id}"

    @property
    def claims(self) -> dict[str, str]:
        return {"role": self.role} if self.tenant_id is None else {"role": self.role, "tenant_id": self.tenant_id}


@dataclass(frozen=True, slots=True)
class Member:
    """A person of one tenant who proved it. `role`: tenant_admin or user. `name`: as the tenant's document says it.

    Two of the same uid and tenant are one, whatever their id tokens: those are renewed every hour.
    """

    uid: str
    tenant_id: str
    role: str = field(compare=False)
    token: Hidden = field(compare=False, repr=False)
    name: str = field(default="", compare=False)


_UID_PREFIX = {"service": "svc", "eraser": "erase"}

RESOLVER = Principal("resolver")
SWEEPER = Principal("sweeper")
PLATFORM = Principal("platform")


def service(tenant_id: str) -> Principal:
    """A function working for one tenant."""
    return Principal("service", tenant_id)
