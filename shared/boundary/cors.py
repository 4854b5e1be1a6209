"""Which pages may call which functions (Fetch standard).

caller     pages that may                                        a page elsewhere
member     the interface's own origin                            learns nothing: its browser hides the answer
visitor    the widget's frame, which has an origin of its own    is refused before anything is read
site       any: the function asks the tenant's list              reads that it is refused
"""

from __future__ import annotations

from dataclasses import replace

from shared.boundary.call import Reply, Stream
from shared.config import config
from shared.errors import Forbidden

_FOR = "3600"  # seconds that a browser may remember a preflight
_HEADERS = {
    "member": "authorization, content-type",
    "visitor": "authorization, content-type, last-event-id, x-file-name, x-work",
}


def preflight(caller: str, origin: str | None, methods: tuple[str, ...]) -> Reply:
    """The answer to OPTIONS. Raises Forbidden for another origin."""
    expect_ours(caller, origin)
    headers = {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": _HEADERS[caller],
        "access-control-max-age": _FOR,
    }
    return Reply({"ok": True}, headers=headers)


def expect_ours(caller: str, origin: str | None) -> None:
    """Raises Forbidden for a page that this caller cannot be."""
    if not _is_ours(caller, origin):
        raise Forbidden("pages of this origin may not call this address", code="origin_refused")


def shown_to(caller: str, origin: str | None, reply: Reply | Stream) -> Reply | Stream:
    """`reply`, which a page that may call can read, a refusal like anything else."""
    allowed = {"access-control-allow-origin": origin} if origin and _may_read(caller, origin) else {}
    read = {"access-control-expose-headers": "retry-after"} if allowed else {}
    return replace(reply, headers={**reply.headers, "vary": "origin", **allowed, **read})


def _may_read(caller: str, origin: str) -> bool:
    """What a site reads is public, or a refusal; no browser sends anything of a visitor's along."""
    return caller == "site" or _is_ours(caller, origin)


def _is_ours(caller: str, origin: str | None) -> bool:
    ours = {"member": config().admin_origin, "visitor": config().widget_origin}.get(caller)
    return bool(origin) and origin == ours
