"""A task that is a safety net: the request does not wait for it, and does not end before it is there."""

from __future__ import annotations

import asyncio

import pytest

from shared.conversations.work import Beside
from shared.errors import Unavailable
from shared.tasks import Task
from shared.tenancy.renewing import begin_request, settle

TASK = Task(queue="answer", function="answer", name="a-1", body={})


class Slow:
    """A queue that answers when it is let."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.asked: list[Task] = []
        self.there: list[Task] = []
        self.may = asyncio.Event()
        self._problem = problem

    async def enqueue(self, task: Task) -> bool:
        self.asked.append(task)
        await self.may.wait()
        if self._problem is not None:
            raise self._problem
        self.there.append(task)
        return True


async def test_nobody_waits_for_it() -> None:
    begin_request()
    async with asyncio.timeout(1):
        assert await Beside(Slow()).enqueue(TASK)


async def test_it_is_there_before_the_request_ends() -> None:
    begin_request()
    queue = Slow()
    await Beside(queue).enqueue(TASK)
    ending = asyncio.create_task(settle())
    await asyncio.sleep(0.01)
    assert (queue.asked, ending.done()) == ([TASK], False)
    queue.may.set()
    await ending
    assert queue.there == [TASK]


async def test_a_queue_that_is_out_is_told_in_the_log_and_is_no_failure_of_the_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    begin_request()
    queue = Slow(Unavailable("The task queue does not answer; try again."))
    queue.may.set()
    await Beside(queue).enqueue(TASK)
    await settle()
    assert (queue.asked, queue.there) == ([TASK], [])
    assert '"severity": "WARNING", "message": "task not enqueued' in capsys.readouterr().err
