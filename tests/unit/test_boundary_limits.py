"""Whoever tries channels finds the bucket empty soon, and shuts out nobody whom this instance has met."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.boundary.limits import Crowded, Lookups, TokenBucket
from tests.unit.loopback import MovableClock


class Directory:
    """What mint knows, and how often it was asked."""

    def __init__(self, *channels: str) -> None:
        self.channels = set(channels)
        self.asked: list[str] = []

    async def look_up(self, channel: str) -> str | None:
        self.asked.append(channel)
        await asyncio.sleep(0)
        return f"tenant of {channel}" if channel in self.channels else None


async def attack(lookups: Lookups, directory: Directory, times: int = 60) -> None:
    for guess in range(times):
        with suppress(Crowded):
            await lookups.find(f"guess-{guess}", directory.look_up)


def test_a_bucket_gives_its_burst_and_then_nothing():
    bucket = TokenBucket(MovableClock(), burst=3, per_second=5)
    assert [bucket.take() for _ in range(5)] == [True, True, True, False, False]


def test_a_bucket_fills_with_time_and_never_over_its_burst():
    clock = MovableClock()
    bucket = TokenBucket(clock, burst=3, per_second=5)
    for seconds, expected in ((0, 3), (0.25, 1), (3600, 3)):
        clock.pass_by(seconds)
        assert sum(bucket.take() for _ in range(10)) == expected


@given(st.lists(st.floats(0, 10, allow_nan=False), max_size=200))
def test_no_rhythm_of_asking_gets_more_than_burst_and_rate(pauses):
    clock = MovableClock()
    bucket = TokenBucket(clock, burst=3, per_second=5)
    taken = 0
    for pause in pauses:
        clock.pass_by(pause)
        taken += bucket.take()
    assert taken <= 3 + sum(pauses) * 5 + 1e-6


async def test_guesses_beyond_the_burst_are_not_looked_up(capsys):
    directory = Directory("ours")
    lookups = Lookups(MovableClock())
    await attack(lookups, directory, 60)
    assert len(directory.asked) == 50
    assert capsys.readouterr().err.count('"count": "lookup_limited"') == 10


async def test_a_channel_that_was_found_before_is_found_while_the_bucket_is_empty():
    directory = Directory("ours")
    lookups = Lookups(MovableClock())
    await lookups.find("ours", directory.look_up)
    await attack(lookups, directory)
    for _ in range(100):
        assert await lookups.find("ours", directory.look_up) == "tenant of ours"


async def test_a_new_channel_is_late_and_not_lost():
    clock, directory = MovableClock(), Directory("new")
    lookups = Lookups(clock)
    await attack(lookups, directory)
    with pytest.raises(Crowded):
        await lookups.find("new", directory.look_up)
    clock.pass_by(1)
    assert await lookups.find("new", directory.look_up) == "tenant of new"


async def test_the_first_burst_of_a_new_channel_costs_one_token():
    directory = Directory("ours", "other")
    lookups = Lookups(MovableClock())
    found = await asyncio.gather(*(lookups.find("ours", directory.look_up) for _ in range(200)))
    assert set(found) == {"tenant of ours"}
    await attack(lookups, directory, 48)
    assert await lookups.find("other", directory.look_up) == "tenant of other"


async def test_a_channel_that_is_gone_costs_tokens_again():
    directory = Directory("ours")
    lookups = Lookups(MovableClock())
    await lookups.find("ours", directory.look_up)
    directory.channels.clear()
    for _ in range(50):
        assert await lookups.find("ours", directory.look_up) is None
    for _ in range(10):
        with pytest.raises(Crowded):
            await lookups.find("ours", directory.look_up)
    assert len(directory.asked) == 1 + 1 + 49


async def test_only_so_many_channels_are_remembered_and_the_unused_one_goes_first():
    clock, directory = MovableClock(), Directory("a", "b", "c")
    lookups = Lookups(clock, remembered=2)
    for channel in ("a", "b", "a", "c"):
        await lookups.find(channel, directory.look_up)
    await attack(lookups, directory)
    assert await lookups.find("a", directory.look_up)
    assert await lookups.find("c", directory.look_up)
    with pytest.raises(Crowded):
        await lookups.find("b", directory.look_up)


async def test_a_lookup_that_fails_is_nothing_to_remember_and_forgets_nothing():
    async def down(channel: str) -> str | None:
        raise ConnectionError

    directory = Directory("ours", "new")
    lookups = Lookups(MovableClock())
    await lookups.find("ours", directory.look_up)
    for channel in ("ours", "new"):
        with pytest.raises(ConnectionError):
            await lookups.find(channel, down)
    await attack(lookups, directory)
    with pytest.raises(Crowded):
        await lookups.find("new", directory.look_up)
    assert await lookups.find("ours", directory.look_up) == "tenant of ours"
