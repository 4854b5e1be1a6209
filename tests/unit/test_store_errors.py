"""How a read or a commit can end, in the pipeline's words."""

from __future__ import annotations

import pytest
from google.api_core import exceptions as google

from shared.store.errors import Exists, Refused, Stale, Unanswered, translated, translated_commit


def test_a_condition_that_does_not_hold_is_read_again_and_tried_again() -> None:
    with pytest.raises(Stale), translated_commit():
        raise google.FailedPrecondition("the stored version does not match")


def test_a_query_without_its_index_is_a_bug_and_no_race() -> None:
    with pytest.raises(Refused, match="index"), translated():
        raise google.FailedPrecondition("The query requires an index")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (google.AlreadyExists("x"), Exists),
        (google.NotFound("x"), Stale),
        (google.PermissionDenied("x"), Refused),
        (google.InvalidArgument("x"), Refused),
        (google.Aborted("x"), Unanswered),
        (google.DeadlineExceeded("x"), Unanswered),
        (google.ServiceUnavailable("x"), Unanswered),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_everything_else_means_the_same_in_both(said: Exception, meant: type[Exception]) -> None:
    with pytest.raises(meant), translated():
        raise said
    with pytest.raises(meant), translated_commit():
        raise said
