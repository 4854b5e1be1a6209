"""The class list is asked for rarely, by one caller at a time, and outlives Jackrabbit's failures.

Jackrabbit is httpx's own test transport here; tests/contract/test_jackrabbit.py does the same over real HTTP.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.errors import BadRequest, Unavailable
from shared.integrations.jackrabbit import JackrabbitUnavailable, Openings
from shared.integrations.jackrabbit.openings import PAUSE

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ROWS = [{"id": 1, "name": "Starfish", "openings": {"calculated_openings": 2}}]
FULL = [{"id": 1, "name": "Starfish", "openings": {"calculated_openings": 0}}]


class HandClock:
    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 5_000.0 + self.passed


class Provider:
    """Answers `rows` (None: 500) once `let_go` is set; counts its calls."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] | None = ROWS
        self.let_go = asyncio.Event()
        self.let_go.set()
        self.asked: list[str] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.params["OrgID"])
        rows = self.rows
        await self.let_go.wait()
        if rows is None:
            return httpx.Response(500)
        return httpx.Response(200, content=json.dumps({"success": True, "message": "", "rows": rows}))


class World:
    def __init__(self, client: httpx.AsyncClient, provider: Provider) -> None:
        self.clock = HandClock()
        self.provider = provider
        self.openings = Openings(client, "http://jackrabbit.test", self.clock, most_kept=3)

    async def names(self, tenant: str = "school", org: str = "545911") -> list[str]:
        return [opening.name for opening in (await self.openings.of(tenant, org)).openings]


@asynccontextmanager
async def _world() -> AsyncIterator[World]:
    provider = Provider()
    async with httpx.AsyncClient(transport=httpx.MockTransport(provider.answer)) as client:
        yield World(client, provider)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with _world() as made:
        yield made


async def test_a_list_is_kept_for_three_minutes_and_then_asked_for_again(world):
    first = await world.openings.of("school", "545911")
    world.clock.passed = 179
    assert await world.openings.of("school", "545911") is first
    world.clock.passed = 181
    again = await world.openings.of("school", "545911")
    assert (first.fetched_at, again.fetched_at) == (START, START + timedelta(seconds=181))
    assert (first.stale, again.stale, len(world.provider.asked)) == (False, False, 2)


async def test_fifty_callers_at_once_are_one_question(world):
    world.provider.let_go.clear()
    callers = [asyncio.create_task(world.names()) for _ in range(50)]
    await asyncio.sleep(0)
    world.provider.let_go.set()
    assert await asyncio.gather(*callers) == [["Starfish"]] * 50
    assert len(world.provider.asked) == 1


async def test_a_cancelled_caller_does_not_cancel_the_others(world):
    world.provider.let_go.clear()
    first, second = (asyncio.create_task(world.names()) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    world.provider.let_go.set()
    assert await second == ["Starfish"]
    assert (first.cancelled(), len(world.provider.asked)) == (True, 1)


async def test_tenants_never_share_a_copy_even_of_the_same_organisation(world):
    assert await world.names("school-a") == ["Starfish"]
    world.provider.rows = None
    with pytest.raises(JackrabbitUnavailable):
        await world.names("school-b")
    assert await world.names("school-a") == ["Starfish"]
    assert world.provider.asked == ["545911", "545911"]


async def test_a_changed_organisation_is_not_answered_from_the_old_one(world):
    await world.names(org="1")
    world.provider.rows = FULL
    assert await world.names(org="2") == []


async def test_on_a_failure_the_last_good_copy_is_served_and_marked_stale(world):
    await world.names()
    world.provider.rows, world.clock.passed = None, 200
    listing = await world.openings.of("school", "545911")
    assert (listing.stale, listing.fetched_at, listing.openings[0].name) == (True, START, "Starfish")


async def test_on_an_empty_answer_the_last_good_copy_is_served_and_marked_stale(world):
    await world.names()
    world.provider.rows, world.clock.passed = [], 200
    listing = await world.openings.of("school", "545911")
    assert (listing.stale, len(listing.openings)) == (True, 1)


async def test_a_list_of_full_classes_is_news_not_an_empty_answer(world):
    await world.names()
    world.provider.rows, world.clock.passed = FULL, 200
    listing = await world.openings.of("school", "545911")
    assert (listing.stale, listing.openings) == (False, ())


async def test_an_empty_answer_without_a_good_copy_is_empty_and_soon_asked_again(world):
    world.provider.rows = []
    listing = await world.openings.of("school", "545911")
    assert (listing.stale, listing.openings) == (False, ())
    assert await world.openings.of("school", "545911") is listing
    world.provider.rows, world.clock.passed = ROWS, PAUSE + 1
    assert await world.names() == ["Starfish"]


async def test_an_empty_answer_is_not_shown_once_jackrabbit_fails(world):
    world.provider.rows = []
    await world.names()
    world.provider.rows, world.clock.passed = None, PAUSE + 1
    with pytest.raises(JackrabbitUnavailable):
        await world.names()


async def test_without_a_copy_a_failure_is_unavailable_with_a_reason_fit_for_a_log(world, capsys):
    world.provider.rows = None
    with pytest.raises(Unavailable) as raised:
        await world.names()
    assert (raised.value.status, raised.value.code) == (503, "openings_unavailable")
    line = json.loads(capsys.readouterr().err)
    assert (line["message"], line["reason"], line["org_id"]) == ("jackrabbit unavailable", "status 500", "545911")


async def test_after_a_failure_nobody_asks_for_twenty_seconds(world):
    world.provider.rows = None
    for moment in (0, 10, 19):
        world.clock.passed = moment
        with pytest.raises(JackrabbitUnavailable, match="Ask again"):
            await world.names()
    assert len(world.provider.asked) == 1
    world.provider.rows, world.clock.passed = ROWS, 21
    assert await world.names() == ["Starfish"]


async def test_recovery_is_noticed_and_the_list_is_fresh_again(world):
    await world.names()
    world.provider.rows, world.clock.passed = None, 200
    await world.names()
    world.provider.rows, world.clock.passed = ROWS, 221
    assert not (await world.openings.of("school", "545911")).stale


async def test_a_caller_waits_no_longer_than_its_deadline_and_the_question_goes_on(world):
    world.provider.let_go.clear()
    with pytest.raises(JackrabbitUnavailable):
        await world.openings.of("school", "545911", deadline=0.02)
    waiting = asyncio.create_task(world.names())
    await asyncio.sleep(0)
    world.provider.let_go.set()
    assert await waiting == ["Starfish"]
    assert len(world.provider.asked) == 1


async def test_past_the_deadline_the_last_good_copy_is_served_and_marked_stale(world):
    await world.names()
    world.clock.passed = 200
    world.provider.let_go.clear()
    assert (await world.openings.of("school", "545911", deadline=0.02)).stale
    world.provider.let_go.set()


async def test_with_a_copy_nobody_waits_again_for_a_question_that_hangs(world):
    await world.names()
    world.clock.passed = 200
    world.provider.let_go.clear()
    await world.openings.of("school", "545911", deadline=0.02)
    world.clock.passed = 210
    async with asyncio.timeout(1):
        assert (await world.openings.of("school", "545911", deadline=9)).stale
    assert len(world.provider.asked) == 2
    world.provider.let_go.set()


async def test_the_least_recently_used_copy_makes_room(world):
    for tenant in ("a", "b", "c"):
        await world.names(tenant)
    await world.names("a")
    await world.names("d")
    assert len(world.provider.asked) == 4
    await world.names("a")
    assert len(world.provider.asked) == 4
    await world.names("b")
    assert len(world.provider.asked) == 5


@pytest.mark.parametrize("org", ["", "0x1", "12345678", "-1", "54 5911", "545911\n", "٣٤٥", "1&OrgID=2", "../admin"])
async def test_what_is_no_organisation_id_is_refused_and_nobody_is_asked(world, org):
    with pytest.raises(BadRequest, match="1 to 7 digits"):
        await world.names(org=org)
    assert world.provider.asked == []


async def test_a_malformed_organisation_id_pushes_no_copy_out(world):
    await world.names("a")
    for tenant in ("b", "c", "d", "e"):
        with pytest.raises(BadRequest):
            await world.names(tenant, org="none")
    await world.names("a")
    assert len(world.provider.asked) == 1
