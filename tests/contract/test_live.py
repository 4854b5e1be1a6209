"""Watching a tenant's conversations: on one stream while there is one, by reading where there is none."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from google.cloud.firestore_v1.types import Document

from shared.store import live
from shared.store.errors import Refused
from shared.store.live import MOST, PACE, Pace, Watch, Watching, watch
from shared.tenancy import Database
from shared.tenancy.principals import service
from tests.contract.live_support import Door, ShortLived, nothing_left, soon, tasks
from tests.contract.pipeline_support import House, Unsigned

QUICK = Pace(first=0.05, longest=0.4, linger=0.2)
PATIENT = Pace(first=30, longest=30, linger=0.2)  # nothing is read: what comes, comes from the stream


@pytest.fixture
async def watching(door: Door, house: House) -> AsyncIterator[Watching]:
    """Of the house's tenant, and of this test alone."""
    watching = Watching(house.db, QUICK, house.clock, lambda: None)
    yield watching
    await watching.close()


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    await live.close()


def nobodys() -> str:
    return secrets.token_hex(16)


async def owner(watch: Watch, seconds: float = 5) -> str | None:
    """Of the next news."""
    assert await watch.news(seconds), "no news"
    return None if watch.conversation is None else watch.conversation.owner.value


async def test_a_conversation_that_nobody_has_begun_is_noticed_when_somebody_does(door: Door, house: House) -> None:
    async with watch(house.db, house.conversation_id, PATIENT) as watched:
        assert await owner(watched) is None
        text = await house.text("Where can I park?")
        assert await owner(watched, 1) == "ai"
        assert watched.conversation is not None
        assert watched.conversation.open == (text,)
        assert watched.conversation == await house.conversation()


async def test_a_change_is_there_within_a_second(door: Door, house: House) -> None:
    await house.text("Where can I park?")
    async with watch(house.db, house.conversation_id, PATIENT) as watched:
        assert await owner(watched) == "ai"
        changed = time.monotonic()
        await house.change(owner="human", epoch=1)
        assert await owner(watched) == "human"
        assert time.monotonic() - changed < 1
        assert not await watched.news(0.2)


async def test_a_slow_watcher_misses_states_but_never_the_last_one(door: Door, house: House) -> None:
    await house.text("Where can I park?")
    async with watch(house.db, house.conversation_id, PATIENT) as slow:
        assert await owner(slow) == "ai"
        for epoch in range(1, 8):
            await house.change(owner="human" if epoch % 2 else "ai", epoch=epoch)
        await asyncio.sleep(0.5)
        assert await owner(slow) == "human"
        assert slow.conversation is not None
        assert slow.conversation.epoch == 7
        assert not await slow.news(0.2)


async def test_an_answer_that_comes_late_is_no_news(watching: Watching, house: House) -> None:
    await house.text("Where can I park?")
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) == "ai"
        await house.change(owner="human", epoch=1)
        assert await owner(watched) == "human"
        now = await house.conversation()
        assert now.version is not None
        name = f"{house.db.path}/documents/tenants/{house.tenant}/conversations/{house.conversation_id}"
        watching.heard(name, Document(name=name, update_time=now.version - timedelta(seconds=1)))
        assert not await watched.news(0.1)
        assert watched.conversation == now


async def test_two_hundred_watchers_have_one_stream_and_leave_nothing_behind(door: Door, house: House) -> None:
    before = tasks()
    await house.text("Where can I park?")
    async with AsyncExitStack() as visits:
        ids = [house.conversation_id, *(nobodys() for _ in range(199))]
        watches = [await visits.enter_async_context(watch(house.db, id, PATIENT)) for id in ids]
        assert all(await asyncio.gather(*(one.news(10) for one in watches)))
        assert (door.open, door.opened, door.targets) == (1, 1, 200)
        await house.change(owner="human", epoch=1)
        assert await owner(watches[0]) == "human"
        assert not any(await asyncio.gather(*(one.news(0.1) for one in watches)))
    await soon(lambda: door.open == 0)
    await nothing_left(before)
    assert live._all[asyncio.get_running_loop()] == {}


async def test_two_tenants_have_a_stream_each(door: Door, house: House, emulated: str) -> None:
    other = await House(emulated).open()
    async with watch(house.db, house.conversation_id) as one, watch(other.db, other.conversation_id) as another:
        assert await owner(one) is await owner(another) is None
        assert door.open == 2
        await other.text("Where can I park?")
        assert await owner(another) == "ai"
        assert not await one.news(0.2)


async def test_a_visit_that_is_opened_again_costs_no_read(watching: Watching, door: Door, house: House) -> None:
    await house.text("Where can I park?")
    for _ in range(5):
        async with watching.watch(house.db, house.conversation_id) as watched:
            assert await owner(watched) == "ai"
        await asyncio.sleep(QUICK.linger / 2)
    assert (watching.documents, door.opened, door.calls["BatchGetDocuments"]) == (1, 1, 0)


async def test_what_changed_between_two_visits_is_the_first_thing_that_the_second_sees(house: House) -> None:
    watching = Watching(house.db, replace(QUICK, linger=60), house.clock, lambda: None)  # however busy the machine is
    await house.text("Where can I park?")
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) == "ai"
    await house.change(owner="human", epoch=1)
    await soon(lambda: watching.documents == 2)
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) == "human"
    await watching.close()


async def test_a_document_that_nobody_watches_any_more_is_taken_off_the_stream(
    watching: Watching, door: Door, house: House
) -> None:
    async with watching.watch(house.db, nobodys()) as stays:
        assert await owner(stays) is None
        async with watching.watch(house.db, nobodys()) as leaves:
            assert await owner(leaves) is None
            assert door.targets == 2
        await soon(lambda: door.targets == 1)
        assert door.open == 1


async def test_of_two_watchers_of_one_document_the_second_is_told_and_keeps_it(
    watching: Watching, door: Door, house: House
) -> None:
    async with watching.watch(house.db, house.conversation_id) as stays:
        async with watching.watch(house.db, house.conversation_id) as leaves:
            assert await owner(stays) is await owner(leaves) is None
            assert door.targets == 1
        await asyncio.sleep(QUICK.linger * 2)
        await house.text("Where can I park?")
        assert await owner(stays) == "ai"


async def test_after_a_standstill_nothing_of_before_is_believed(watching: Watching, door: Door, house: House) -> None:
    """An instance without requests has no processor: its timers and its streams stand still."""
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) is None
    house.tick(seconds=QUICK.linger * 2)  # the loop's own timers have not run
    watching.drop_overdue()
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) is None
        assert door.opened == 2
        await house.text("Where can I park?")
        assert await owner(watched) == "ai"


async def test_a_standstill_leaves_one_stream(door: Door, house: House) -> None:
    clock = house.clock
    async with watch(house.db, house.conversation_id, QUICK, clock) as watched:
        assert await owner(watched) is None
    house.tick(seconds=QUICK.linger * 2)  # the loop's own timers have not run
    async with watch(house.db, house.conversation_id, QUICK) as one, watch(house.db, nobodys(), QUICK) as two:
        assert await owner(one) is await owner(two) is None
        await soon(lambda: (door.open, door.opened, door.targets) == (1, 2, 2))


# -- without a stream


async def test_where_no_stream_is_to_be_had_the_document_is_read_and_then_heard_again(
    watching: Watching, door: Door, house: House
) -> None:
    door.deaf = True
    await house.text("Where can I park?")
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) == "ai"
        await house.change(owner="human", epoch=1)
        assert await owner(watched) == "human"
        assert door.opened == 0
        door.deaf = False
        await soon(lambda: door.open == 1, seconds=30)
        await house.change(owner="ai", epoch=2)
        assert await owner(watched) == "ai"
        await asyncio.sleep(0.2)
        read = door.calls["BatchGetDocuments"]
        assert not await watched.news(QUICK.longest * 3)
        assert door.calls["BatchGetDocuments"] == read


async def test_the_stream_of_all_is_opened_with_the_session_of_who_came_last(
    watching: Watching, door: Door, house: House, emulated: str
) -> None:
    """The first one's route may have ended meanwhile."""
    first = Database(ShortLived(house.tenant, emulated, life=3600), house.tenant)
    last = ShortLived(house.tenant, emulated, life=3600)
    async with watching.watch(first, house.conversation_id) as one:
        assert await owner(one) is None
        async with watching.watch(Database(last, house.tenant), nobodys()) as two:
            assert await owner(two) is None
            assert last.given == []
            door.cut()
            await soon(lambda: door.opened == 2)
            assert len(last.given) == 1


async def test_a_stream_that_is_cut_is_replaced_by_reads(watching: Watching, door: Door, house: House) -> None:
    await house.text("Where can I park?")
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) == "ai"
        waiting = asyncio.create_task(owner(watched))
        await asyncio.sleep(0.1)
        door.deaf = True
        door.cut()
        await soon(lambda: door.open == 0)
        await house.change(owner="human", epoch=1)
        assert await waiting == "human"
        assert door.calls["BatchGetDocuments"] > 0


async def test_reads_become_rare_while_nothing_changes(watching: Watching, door: Door, house: House) -> None:
    door.deaf = True
    async with watching.watch(house.db, nobodys()) as watched:
        assert await owner(watched) is None
        started, before = time.monotonic(), watching.documents
        assert not await watched.news(1.6)
        most = 4 + (time.monotonic() - started) / QUICK.longest  # 0.05, 0.05, 0.1, 0.2, then every 0.4 s
        assert 3 <= watching.documents - before <= most


async def test_two_watchers_of_one_document_share_its_reads(watching: Watching, door: Door, house: House) -> None:
    door.deaf = True
    id = nobodys()
    async with watching.watch(house.db, id) as one, watching.watch(house.db, id) as two:
        assert all(await asyncio.gather(one.news(5), two.news(5)))
        assert door.calls["BatchGetDocuments"] == 1


async def test_a_database_that_does_not_answer_ends_no_visit(watching: Watching, door: Door, house: House) -> None:
    await house.text("Where can I park?")
    async with watching.watch(house.db, house.conversation_id) as watched:
        assert await owner(watched) == "ai"
        await door.stop()
        assert not await watched.news(1)
        await door.start()
        await soon(lambda: door.open == 1, seconds=30)
        await house.change(owner="human", epoch=1)
        assert await owner(watched) == "human"


async def test_what_the_rules_refuse_ends_the_watch_with_that(door: Door, house: House, emulated: str) -> None:
    stranger = Database(Unsigned(service("t-stranger"), emulated), house.tenant)
    async with watch(stranger, house.conversation_id, QUICK) as watched:
        with pytest.raises(Refused):
            await watched.news(5)


async def test_of_too_many_documents_the_last_ones_are_read(door: Door, house: House) -> None:
    await house.text("Where can I park?")
    async with AsyncExitStack() as visits:
        for _ in range(MOST):
            await visits.enter_async_context(watch(house.db, nobodys(), PATIENT))
        last = await visits.enter_async_context(watch(house.db, house.conversation_id, PATIENT))
        assert await owner(last) == "ai"
        await soon(lambda: door.targets == MOST, seconds=30)
        assert door.calls["BatchGetDocuments"] == 1


def test_a_visit_without_a_stream_is_read_after_two_seconds_and_at_last_every_fifteen() -> None:
    assert (PACE.first, PACE.longest) == (2, 15)
