"""Whose request is this, and a database session that can see nobody else's data (DESIGN §2).

An edge function knows a route and gets the tenant with it; a worker, called by our own task queues, names the tenant; a
function for people shows a person's id token. Each time the function `mint` decides, and what comes back is a token
that the rules bind.

What is here is loaded when it is asked for: a function without a database does not import Firestore for the names of
its tenants.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.tenancy.access import (
        channel_at,
        channel_named,
        database_of,
        database_of_member,
        database_of_sweeper,
        database_of_tenant,
    )
    from shared.tenancy.database import Database
    from shared.tenancy.minting import Channel
    from shared.tenancy.principals import Member

__all__ = [
    "Channel",
    "Database",
    "Member",
    "channel_at",
    "channel_named",
    "database_of",
    "database_of_member",
    "database_of_sweeper",
    "database_of_tenant",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("shared.tenancy.access"), name)
