"""What the tenancy room can say no to."""

from __future__ import annotations

from shared.errors import Forbidden, NotFound, Problem, Unavailable


class MethodRefused(Problem):
    """A bug of ours: code asked for something that production refuses to an id token (PLATFORM §2: IAM-only)."""

    code = "database_method_refused"


class NoRoute(NotFound):
    """No tenant owns this address or channel."""

    code = "no_route"


class NotYours(Forbidden):
    """The caller's service account may not hold this principal."""

    code = "principal_refused"


class MintUnavailable(Unavailable):
    code = "mint_unavailable"
