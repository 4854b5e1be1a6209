"""functions/queues.yaml: every function that tasks call has its queue, with every ceiling, and there is no other."""

from __future__ import annotations

import pytest

from local.queues import read
from local.standins.task_queue import Retry
from shared.conversations.collecting import MOST_TRIES
from tests.architecture.tree import manifest


def test_each_function_that_tasks_call_has_a_queue_of_its_name() -> None:
    assert set(read()) == {name for name, function in manifest().items() if function["caller"] == "tasks"}


@pytest.mark.parametrize("name", sorted(read()))
def test_a_queue_has_every_ceiling(name: str) -> None:
    ceilings = read()[name]
    assert set(ceilings) - {"min_backoff"} == {"max_concurrent", "per_second", "max_backoff"}
    assert all(isinstance(value, int) and value > 0 for value in ceilings.values())


@pytest.mark.parametrize("name", sorted(read()))
def test_the_function_can_take_what_its_queue_lets_through(name: str) -> None:
    function = manifest()[name]
    assert read()[name]["max_concurrent"] <= int(function["concurrency"]) * int(function["max_instances"])


def test_a_file_that_its_provider_does_not_hand_out_is_asked_for_over_twenty_minutes() -> None:
    """Its task's tries are all it gets: after them it is refused for good."""
    queue = read()["fetch-media"]
    backoff = Retry(min_backoff=queue["min_backoff"], max_backoff=queue["max_backoff"])
    assert sum(backoff.after(tries) for tries in range(1, MOST_TRIES)) >= 20 * 60
