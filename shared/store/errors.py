"""How a read or a commit can end, in the pipeline's words (PIPELINE §2; PLATFORM §3).

The client's exceptions die here. What matters to a caller is what it knows afterwards: was nothing written (`Exists`,
`Stale`, `Refused`), or is it unknown (`Unanswered`)?
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions as google

from shared.errors import Problem, Unavailable


class Exists(Problem):
    """A document to create is there already: nothing of the commit was written."""

    status = 409
    code = "exists"


class Stale(Problem):
    """A document changed since it was read, or is gone: nothing of the commit was written."""

    status = 503
    code = "stale"


class Refused(Problem):
    """The rules said no, or an index is missing: a bug of ours, or a token that does not fit. Nothing was written."""

    status = 500
    code = "rules_refused"


class Unanswered(Unavailable):
    """No answer, or a passing fault: a commit may or may not have been written."""

    code = "database_unavailable"


_MEANING: tuple[tuple[type[Exception], type[Problem], str], ...] = (
    (google.AlreadyExists, Exists, "it exists already"),
    (google.FailedPrecondition, Refused, "the database cannot answer this: an index is missing"),
    (google.NotFound, Stale, "it is gone meanwhile; try again"),
    (google.PermissionDenied, Refused, "the database refused this; nothing was written"),
    (google.InvalidArgument, Refused, "the database could not read this; nothing was written"),
    (google.GoogleAPICallError, Unanswered, "the database did not answer; try again"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turns the client's exceptions into this module's."""
    try:
        yield
    except google.GoogleAPICallError as error:
        for kind, problem, sentence in _MEANING:
            if isinstance(error, kind):
                raise problem(sentence) from error
        raise


@contextmanager
def translated_commit() -> Iterator[None]:
    """The same for a commit with conditions: one that does not hold is nobody's bug (of a read, it is an index)."""
    with translated():
        try:
            yield
        except google.FailedPrecondition as changed:
            raise Stale("it changed meanwhile; try again") from changed
