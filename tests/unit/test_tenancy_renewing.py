"""The cache of grants: when it serves, when it asks, and for whom."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass

import pytest

from shared.tenancy.renewing import Renewing, begin_request, settle, stream_end
from tests.unit.loopback import MovableClock

HOUR, MINUTE = 3600.0, 60.0


class Gone(Exception):
    pass


@dataclass(frozen=True, eq=False)
class Value:
    serial: int
    issued_at: float
    expires_at: float
    checked_at: float | None


class Source:
    """Numbers its values from 1. `open`: whether it answers yet; `failing`: what it raises instead."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.asked: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.failing: Exception | None = None
        self.rechecked = False

    async def __call__(self, key: str) -> Value:
        self.asked.append(key)
        serial, now = len(self.asked), self.clock.now().timestamp()
        await self.open.wait()
        if self.failing is not None:
            raise self.failing
        return Value(serial, now, now + HOUR, now if self.rechecked else None)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def source(clock: MovableClock) -> Source:
    return Source(clock)


@pytest.fixture
def cache(source: Source, clock: MovableClock) -> Renewing[str, Value]:
    return Renewing(source, clock, size=3, ends=(Gone,))


async def begin(*calls: Coroutine[object, object, Value]) -> list[asyncio.Task[Value]]:
    tasks = [asyncio.create_task(call) for call in calls]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def serial(cache: Renewing[str, Value], key: str = "a") -> int:
    """The serial of the value that one request gets; what it began has ended."""
    begin_request()
    value = await cache.get(key)
    await settle()
    return value.serial


async def test_callers_who_come_together_share_one_fetch(cache: Renewing[str, Value], source: Source) -> None:
    found = await asyncio.gather(*(cache.get("a") for _ in range(20)))
    assert {value.serial for value in found} == {1}
    assert source.asked == ["a"]


async def test_a_fresh_value_is_served_without_asking(
    cache: Renewing[str, Value], source: Source, clock: MovableClock
) -> None:
    await serial(cache)
    clock.pass_by(49 * MINUTE)
    assert (await serial(cache), len(source.asked)) == (1, 1)


async def test_an_old_value_serves_while_one_renewal_runs(
    cache: Renewing[str, Value], source: Source, clock: MovableClock
) -> None:
    await serial(cache)
    clock.pass_by(51 * MINUTE)
    source.open.clear()
    for _ in range(5):
        assert (await cache.get("a")).serial == 1
    await begin()
    assert len(source.asked) == 2
    source.open.set()
    await begin()
    assert (await serial(cache), len(source.asked)) == (2, 2)


async def test_a_request_does_not_end_before_the_renewal_that_it_began(
    cache: Renewing[str, Value], source: Source, clock: MovableClock
) -> None:
    await serial(cache)
    clock.pass_by(51 * MINUTE)
    assert [await serial(cache), await serial(cache)] == [1, 2]


async def test_a_value_in_its_last_minute_serves_nobody(cache: Renewing[str, Value], clock: MovableClock) -> None:
    await serial(cache)
    clock.pass_by(59.5 * MINUTE)
    assert await serial(cache) == 2


@pytest.mark.parametrize(("age", "asked", "served"), [(59, 1, 1), (61, 2, 1), (299, 2, 1), (301, 2, 2)])
async def test_a_checked_value_is_asked_for_again_after_a_minute_and_serves_five(
    cache: Renewing[str, Value], source: Source, clock: MovableClock, age: float, asked: int, served: int
) -> None:
    source.rechecked = True
    await serial(cache)
    clock.pass_by(age)
    assert (await serial(cache), len(source.asked)) == (served, asked)


async def test_a_value_without_a_check_is_not_asked_for_again(
    cache: Renewing[str, Value], source: Source, clock: MovableClock
) -> None:
    await serial(cache)
    clock.pass_by(301)
    assert (await serial(cache), len(source.asked)) == (1, 1)


async def test_a_failed_recheck_leaves_the_value_for_its_five_minutes(
    cache: Renewing[str, Value], source: Source, clock: MovableClock
) -> None:
    source.rechecked = True
    await serial(cache)
    source.failing = ConnectionError()
    clock.pass_by(200)
    assert [await serial(cache), await serial(cache)] == [1, 1]
    clock.pass_by(101)
    with pytest.raises(ConnectionError):
        await cache.get("a")


async def test_a_recheck_that_says_it_has_ended_drops_the_value(
    cache: Renewing[str, Value], source: Source, clock: MovableClock
) -> None:
    source.rechecked = True
    await serial(cache)
    source.failing = Gone()
    clock.pass_by(61)
    assert await serial(cache) == 1
    with pytest.raises(Gone):
        await cache.get("a")


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(cache: Renewing[str, Value], source: Source) -> None:
    source.failing = ConnectionError()
    found = await asyncio.gather(*(cache.get("a") for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [ConnectionError] * 3
    source.failing = None
    assert await serial(cache) == 2


async def test_a_cancelled_caller_does_not_cancel_the_others(cache: Renewing[str, Value], source: Source) -> None:
    source.open.clear()
    first, second = await begin(cache.get("a"), cache.get("a"))
    first.cancel()
    await begin()
    assert first.cancelled()
    source.open.set()
    assert (await second).serial == 1
    assert source.asked == ["a"]


async def test_the_least_recently_used_value_goes_first(cache: Renewing[str, Value], source: Source) -> None:
    for key in ("a", "b", "c", "a", "d"):
        await cache.get(key)
    for key in ("c", "a", "d"):
        await cache.get(key)
    assert source.asked == ["a", "b", "c", "d"]
    await cache.get("b")
    assert source.asked == ["a", "b", "c", "d", "b"]


async def test_only_the_value_that_was_refused_is_dropped(cache: Renewing[str, Value]) -> None:
    first = await cache.get("a")
    assert cache.drop("a", first)
    second = await cache.get("a")
    assert not cache.drop("a", first)
    assert await cache.get("a") is second


async def test_after_a_drop_nobody_gets_what_was_asked_for_before_it(
    cache: Renewing[str, Value], source: Source, clock: MovableClock
) -> None:
    first = await cache.get("a")
    clock.pass_by(51 * MINUTE)
    source.open.clear()
    await cache.get("a")  # begins the second fetch
    await begin()
    cache.drop("a", first)
    (late,) = await begin(cache.get("a"))
    source.open.set()
    assert (await late).serial == 3
    assert await serial(cache) == 3


async def test_who_asks_at_the_end_of_a_stream_gets_a_value_that_is_new(
    cache: Renewing[str, Value], clock: MovableClock
) -> None:
    """A stream that was opened again with the value of before would end with it, a moment later."""
    first = await cache.get("a")
    clock.pass_by(stream_end(first) - clock.now().timestamp())
    assert first.expires_at - clock.now().timestamp() > MINUTE / 2  # and it ends before its value does
    assert (await cache.get("a")).serial == 2
