"""One JSON line per event, in the shape that Cloud Logging reads (`severity`, `message`, trace), with the request's
context: function, tenant, correlation id. Never a secret, never a customer's text: fields are ids, counts and codes.

`count` names a counter: a log-based metric sums those lines ("unsupported_event", "no_route", …).
"""

from __future__ import annotations

import json
import sys
import traceback
from contextvars import ContextVar

Field = str | int | float | bool | None

_context: ContextVar[dict[str, Field] | None] = ContextVar("log_context", default=None)


def begin(**fields: Field) -> None:
    """Start a request's context."""
    _context.set(dict(fields))


def bind(**fields: Field) -> None:
    """Add to the request's context: every later line carries it."""
    _context.set({**(_context.get() or {}), **fields})


def info(message: str, /, **fields: Field) -> None:
    _write("INFO", message, fields)


def warning(message: str, /, **fields: Field) -> None:
    _write("WARNING", message, fields)


def error(message: str, /, **fields: Field) -> None:
    """Somebody is paged for these."""
    _write("ERROR", message, fields)


def crash(message: str, /, raised: BaseException) -> None:
    """An error nobody expected: its type and its frames, not its words, which may quote what a customer wrote."""
    frames = traceback.extract_tb(raised.__traceback__)[-12:]
    where = " < ".join(f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    _write("ERROR", message, {"raised": type(raised).__name__, "where": where})


def _write(severity: str, message: str, fields: dict[str, Field]) -> None:
    line = {"severity": severity, "message": message, **(_context.get() or {}), **fields}
    print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)
