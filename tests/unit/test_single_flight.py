from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine

from shared.single_flight import SingleFlight


class Work:
    def __init__(self) -> None:
        self.started = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.started += 1
        await self.may_end.wait()
        return self.started

    async def fail(self) -> int:
        await self()
        raise LookupError("no")


async def begin(*coroutines: Coroutine[object, object, int]) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(one) for one in coroutines]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_callers_of_one_key_share_one_run_and_the_next_one_runs_again() -> None:
    flights, work = SingleFlight[str, int](), Work()
    tasks = await begin(*(flights.run("a", work) for _ in range(10)))
    work.may_end.set()
    assert await asyncio.gather(*tasks) == [1] * 10
    assert await flights.run("a", work) == 2


async def test_keys_do_not_wait_for_each_other() -> None:
    flights, slow, quick = SingleFlight[str, int](), Work(), Work()
    waiting = await begin(flights.run("a", slow))
    quick.may_end.set()
    assert await flights.run("b", quick) == 1
    slow.may_end.set()
    assert await asyncio.gather(*waiting) == [1]


async def test_all_who_wait_see_the_failure_and_the_next_caller_tries_again() -> None:
    flights, work = SingleFlight[str, int](), Work()
    tasks = await begin(*(flights.run("a", work.fail) for _ in range(3)))
    work.may_end.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in found] == [LookupError] * 3
    assert await flights.run("a", work) == 2


async def test_a_cancelled_caller_does_not_cancel_the_others() -> None:
    flights, work = SingleFlight[str, int](), Work()
    first, second = await begin(flights.run("a", work), flights.run("a", work))
    first.cancel()
    await asyncio.wait([first])
    work.may_end.set()
    assert await second == 1
    assert first.cancelled()


async def test_a_failure_that_nobody_waits_for_any_more_is_silent() -> None:
    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    try:
        flights, work = SingleFlight[str, int](), Work()
        (only,) = await begin(flights.run("a", work.fail))
        only.cancel()
        await asyncio.wait([only])
        work.may_end.set()
        await asyncio.sleep(0.01)
        gc.collect()
    finally:
        loop.set_exception_handler(None)
    assert complaints == []


async def test_work_on_another_loop_is_not_waited_for() -> None:
    flights, here = SingleFlight[str, int](), asyncio.get_running_loop()
    may_end: asyncio.Future[asyncio.Event] = here.create_future()

    async def there() -> int:
        end = asyncio.Event()
        here.call_soon_threadsafe(may_end.set_result, end)
        await end.wait()
        return 1

    async def own() -> int:
        return 2

    def run_elsewhere() -> int:
        with asyncio.Runner() as runner:
            loops.append(runner.get_loop())
            return runner.run(flights.run("a", there))

    loops: list[asyncio.AbstractEventLoop] = []
    elsewhere = here.run_in_executor(None, run_elsewhere)
    end = await may_end
    try:
        assert await flights.run("a", own) == 2
    finally:
        loops[0].call_soon_threadsafe(end.set)
    assert await elsewhere == 1
