"""Who asks: the principals of DESIGN §2 as unsigned id tokens, and those who pretend to be one.

The emulator checks no signature, so a forged claim is one line here. `MEMBERS` are the member documents that exist in
every tenant of the test world: a person's claims are one half of their right, this is the other.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

PROJECT = "demo-rules"

HOME = "acme"  # the tenant most principals belong to
OTHER = "other"  # a tenant that is none of theirs, although their member documents exist there
ERASING = "gone"
NUMERIC = "12345"  # a tenant whose id looks like a number: a claim that is one must not fit

MINUTE = 60
Claims = Mapping[str, object]

MEMBERS: dict[str, dict[str, object]] = {
    "owner": {"role": "tenant_admin", "active": True, "email": "owner@acme.example"},
    "staff": {"role": "user", "active": True, "email": "staff@acme.example"},
    "disabled-owner": {"role": "tenant_admin", "active": False, "email": "was@acme.example"},
    "disabled-staff": {"role": "user", "active": False, "email": "left@acme.example"},
}


@dataclass(frozen=True)
class Principal:
    name: str
    uid: str | None  # None: no token at all
    provider: str = "password"
    claims: Claims = field(default_factory=dict)
    home: str = HOME
    age: int | None = MINUTE  # seconds since they signed in; None: the token does not say

    def token(self) -> str | None:
        if self.uid is None:
            return None
        now = int(time.time())
        standard = {
            "iss": f"https://securetoken.google.com/{PROJECT}",
            "aud": PROJECT,
            "sub": self.uid,
            "user_id": self.uid,
            "iat": now,
            "exp": now + 3600,
            "firebase": {"sign_in_provider": self.provider, "identities": {}},
        }
        signed_in = {} if self.age is None else {"auth_time": now - self.age}
        return unsigned({**standard, **signed_in, **self.claims})


def unsigned(claims: Claims) -> str:
    """A JWT without a signature, as the Auth emulator issues them."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _part(content: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def machine(role: str, uid: str, **claims: object) -> Principal:
    return Principal(role, uid, "custom", {"role": role, **claims})


def person(role: str, uid: str, **claims: object) -> Principal:
    return Principal(role, uid, "password", {"role": role, **claims})


RESOLVER = machine("resolver", "resolver")
SERVICE = machine("service", f"svc:{HOME}", tenant_id=HOME)
SWEEPER = machine("sweeper", "sweeper")
ERASER = replace(machine("eraser", f"erase:{ERASING}", tenant_id=ERASING), home=ERASING)
PLATFORM = machine("platform", "platform")
ADMIN = person("admin", "agency")
TENANT_ADMIN = person("tenant_admin", "owner", tenant_id=HOME)
USER = person("user", "staff", tenant_id=HOME)
IMPERSONATION = Principal(
    "impersonation",
    f"imp:agency:{HOME}",
    "custom",
    {"role": "tenant_admin", "tenant_id": HOME, "impersonated_by": "agency"},
    age=29 * MINUTE,
)

PRINCIPALS = (RESOLVER, SERVICE, SWEEPER, ERASER, PLATFORM, ADMIN, TENANT_ADMIN, USER, IMPERSONATION)
MACHINES = (RESOLVER, SERVICE, SWEEPER, ERASER, PLATFORM)
PEOPLE = (ADMIN, TENANT_ADMIN, USER)
OF_A_TENANT = (SERVICE, ERASER, TENANT_ADMIN, USER, IMPERSONATION)


def like(principal: Principal, name: str, **changes: object) -> Principal:
    """The principal with other claims (a claim that is None goes away), uid, provider, home or age."""
    own = {key: value for key, value in changes.items() if key in ("uid", "provider", "home", "age")}
    claims = {key: value for key, value in changes.items() if key not in own}
    merged = {key: value for key, value in {**principal.claims, **claims}.items() if value is not None}
    return replace(principal, name=name, claims=merged, **own)  # type: ignore[arg-type]  # fields by name


NOBODIES = (
    Principal("nobody", None),
    Principal("a person without claims", "owner"),
    Principal("a custom token without claims", f"svc:{HOME}", "custom"),
)

CROSSING = (
    *(like(machine, f"a person carrying {machine.name}", provider="password") for machine in MACHINES),
    *(like(person, f"a custom token carrying {person.name}", provider="custom") for person in PEOPLE),
    like(IMPERSONATION, "a person carrying an impersonation", provider="password"),
    like(TENANT_ADMIN, "a custom token of the owner, impersonating", provider="custom", impersonated_by="agency"),
)

MISNAMED = (
    *(like(machine, f"{machine.name} of another uid", uid=f"{machine.uid}x") for machine in MACHINES),
    *(like(machine, f"{machine.name} of another role", role="visitor") for machine in MACHINES),
    *(like(machine, f"{machine.name} without a role", role=None) for machine in MACHINES),
    like(SERVICE, "service with the uid of another tenant", uid=f"svc:{OTHER}"),
    like(SERVICE, "service with the uid of a person", uid="owner"),
    like(PLATFORM, "platform's role on the sweeper's uid", uid="sweeper"),
    like(TENANT_ADMIN, "tenant_admin of another role", role="boss"),
    like(USER, "user of another role", role="guest"),
    like(ADMIN, "an admin who belongs to a tenant", tenant_id=HOME),
    like(ADMIN, "an admin of another role", role="boss"),
)

MISPLACED = (
    *(like(who, f"{who.name} of another tenant", tenant_id=OTHER) for who in OF_A_TENANT),
    *(like(who, f"{who.name} without a tenant", tenant_id=None) for who in OF_A_TENANT),
    *(like(who, f"{who.name}, tenant in a list", tenant_id=[who.home]) for who in OF_A_TENANT),
    *(like(who, f"{who.name}, tenant in a map", tenant_id={who.home: True}) for who in OF_A_TENANT),
    *(like(who, f"{who.name}, tenant is true", tenant_id=True) for who in OF_A_TENANT),
    like(SERVICE, "service, tenant is a number", uid=f"svc:{NUMERIC}", tenant_id=int(NUMERIC), home=NUMERIC),
    like(TENANT_ADMIN, "tenant_admin, tenant is a number", tenant_id=int(NUMERIC), home=NUMERIC),
    like(USER, "user, tenant is a number", tenant_id=int(NUMERIC), home=NUMERIC),
    like(IMPERSONATION, "impersonation, a number", uid=f"imp:agency:{NUMERIC}", tenant_id=int(NUMERIC), home=NUMERIC),
    like(ERASER, "eraser of a tenant that lives", uid=f"erase:{HOME}", tenant_id=HOME, home=HOME),
)

DISMISSED = (
    like(TENANT_ADMIN, "a tenant_admin who is disabled", uid="disabled-owner"),
    like(USER, "a user who is disabled", uid="disabled-staff"),
    like(TENANT_ADMIN, "a tenant_admin whose document says user", uid="staff"),
    like(USER, "a user whose document says tenant_admin", uid="owner"),
    like(TENANT_ADMIN, "a tenant_admin without a document", uid="stranger"),
    like(USER, "a user without a document", uid="stranger"),
)

IMPOSTORS = (
    like(IMPERSONATION, "an impersonation older than 30 minutes", age=30 * MINUTE + 20),
    like(IMPERSONATION, "an impersonation of yesterday", age=24 * 60 * MINUTE),
    like(IMPERSONATION, "an impersonation that does not say when", age=None),
    like(IMPERSONATION, "an impersonation of a user", role="user"),
    like(IMPERSONATION, "an impersonation by nobody", impersonated_by=None),
    like(IMPERSONATION, "an impersonation by someone else", impersonated_by="intruder"),
    like(IMPERSONATION, "an impersonation with another tenant's uid", uid=f"imp:agency:{OTHER}"),
)

FORGERIES = (*NOBODIES, *CROSSING, *MISNAMED, *MISPLACED, *DISMISSED, *IMPOSTORS)
