"""The matrix: which principal may do what in which collection. Whatever is not named here is refused.

Read a row as: in `conversations`, `service` may get, list, create and update; a `tenant_admin` may get and list.
"""

from __future__ import annotations

VERBS = ("get", "list", "group-list", "create", "update", "delete")

_READ_BY_MANAGERS = {"tenant_admin": "get list", "impersonation": "get list"}
_READ_BY_STAFF = {**_READ_BY_MANAGERS, "user": "get list"}
_ERASED = {"eraser": "list delete"}

MATRIX: dict[str, dict[str, str]] = {
    "routes": {"resolver": "get", "platform": "create delete"},
    "routes/twilio": {"resolver": "get", "platform": "create delete"},
    "routes/webchat": {"resolver": "get", "platform": "create delete"},
    "tenants": {
        "service": "get",
        "tenant_admin": "get",
        "impersonation": "get",
        "admin": "list",
        "platform": "list create update",
    },
    "config/sms": {"service": "get list create update", **_READ_BY_MANAGERS, **_ERASED},
    "config/business_profile": {"service": "get list create update", **_READ_BY_MANAGERS, "user": "get", **_ERASED},
    "config/customer_service": {"service": "get list create update", **_READ_BY_MANAGERS, **_ERASED},
    "config/widget": {"service": "get list create update", **_READ_BY_MANAGERS, **_ERASED},
    "secrets": {"service": "get list create update delete", "eraser": "delete"},
    "members": {"service": "get list create update delete", **_READ_BY_MANAGERS, **_ERASED},
    "contacts": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "addresses": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "addresses/proven": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "leads": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "consents": {"service": "get list create", **_READ_BY_STAFF, **_ERASED},
    "conversations": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "conversations/visit": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "messages/in": {"service": "get list create", **_READ_BY_STAFF, **_ERASED},
    "messages/out": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "messages/in on a site": {"service": "get list create", **_READ_BY_STAFF, **_ERASED},
    "messages/out on a site": {"service": "get list create update", **_READ_BY_STAFF, **_ERASED},
    "media/stored": {"service": "get list create", **_READ_BY_STAFF, **_ERASED},
    "media/refused": {"service": "get list create", **_READ_BY_STAFF, **_ERASED},
    "proofs": {"service": "get create", **_ERASED},
    "spent": {"service": "get list create", **_ERASED},
    "pending/answer": {
        "service": "get list create update delete",
        "sweeper": "list group-list",  # a rule for a collection group holds for each of its collections
        **_READ_BY_MANAGERS,
        **_ERASED,
    },
    "pending/send": {
        "service": "get list create update delete",
        "sweeper": "list group-list",
        **_READ_BY_MANAGERS,
        **_ERASED,
    },
    "pending/escalate": {
        "service": "get list create update delete",
        "sweeper": "list group-list",
        **_READ_BY_MANAGERS,
        **_ERASED,
    },
}

# The sweeper and the agency belong to no tenant: these rights hold in every one.
EVERYWHERE: dict[str, dict[str, str]] = {
    "routes": MATRIX["routes"],
    "routes/twilio": MATRIX["routes/twilio"],
    "routes/webchat": MATRIX["routes/webchat"],
    "tenants": {"admin": "list", "platform": "list create update"},
    "pending/answer": {"sweeper": "list group-list"},
    "pending/send": {"sweeper": "list group-list"},
    "pending/escalate": {"sweeper": "list group-list"},
}

# How many documents a list may ask for: the most where the rules demand a limit, None where they demand none.
LIMITS: dict[str, int | None] = {
    "service": None,
    "platform": None,
    "eraser": 300,
    "sweeper": 100,
    "admin": 100,
    "tenant_admin": 100,
    "user": 100,
    "impersonation": 100,
    "resolver": 1,
}


def allows(table: dict[str, dict[str, str]], row: str, principal: str, verb: str) -> bool:
    return verb in table.get(row, {}).get(principal, "").split()
