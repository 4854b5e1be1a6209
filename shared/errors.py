"""Everything that can go wrong on purpose, with the HTTP answer it maps to.

    Problem
    ├── BadRequest 400          ├── Unauthenticated 401     ├── Forbidden 403
    ├── NotFound 404            ├── MethodNotAllowed 405    ├── Conflict 409
    ├── PayloadTooLarge 413     ├── FileRefused 415         ├── Unprocessable 422
    ├── WorkNeeded 428          ├── TooManyRequests 429
    └── Unavailable 503         (ours or a provider's fault: the caller retries)

`shared.boundary` is the only place that turns one into a response: `{"error": code, "detail": sentence}`.
A detail is shown to callers, so it never carries a secret, a token or a customer's text.
"""

from __future__ import annotations


class Problem(Exception):
    """Base of all expected errors. `code` is stable (clients match on it), `detail` says what to do next."""

    status = 500
    code = "internal"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class BadRequest(Problem):
    status = 400
    code = "bad_request"


class Unauthenticated(Problem):
    status = 401
    code = "unauthenticated"


class Forbidden(Problem):
    status = 403
    code = "forbidden"


class NotFound(Problem):
    status = 404
    code = "not_found"


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"


class Conflict(Problem):
    status = 409
    code = "conflict"


class PayloadTooLarge(Problem):
    status = 413
    code = "payload_too_large"


class FileRefused(Problem):
    status = 415
    code = "file_refused"


class Unprocessable(Problem):
    status = 422
    code = "unprocessable"


class WorkNeeded(Problem):
    status = 428
    code = "work_needed"


class TooManyRequests(Problem):
    """`seconds` after which it may be tried again."""

    status = 429
    code = "too_many_requests"

    def __init__(self, detail: str, *, seconds: int = 60) -> None:
        super().__init__(detail)
        self.seconds = seconds


class Unavailable(Problem):
    """Nothing was lost and nothing was done: ask again later."""

    status = 503
    code = "unavailable"
