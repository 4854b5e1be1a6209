"""Which pages may call the functions for people: those of the interface's own origin, and no other (Fetch standard).

A page elsewhere learns nothing: its browser hides the answer, and asks no more after the refused preflight.
"""

from __future__ import annotations

from dataclasses import replace

from shared.boundary.call import Reply
from shared.config import config
from shared.errors import Forbidden

_FOR = "3600"  # seconds that a browser may remember a preflight


def preflight(origin: str | None, methods: tuple[str, ...]) -> Reply:
    """The answer to OPTIONS. Raises Forbidden for another origin."""
    if not _is_ours(origin):
        raise Forbidden("pages of this origin may not call this address", code="origin_refused")
    headers = {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": _FOR,
    }
    return Reply({"ok": True}, headers=headers)


def shown_to(origin: str | None, reply: Reply) -> Reply:
    """`reply`, which a page of our own origin may read, a refusal like anything else."""
    allowed = {"access-control-allow-origin": config().admin_origin} if _is_ours(origin) else {}
    return replace(reply, headers={**reply.headers, "vary": "origin", **allowed})


def _is_ours(origin: str | None) -> bool:
    return bool(origin) and origin == config().admin_origin
