"""The sweeper reads page after page: one tenant's backlog hides nobody else's work."""

from __future__ import annotations

from datetime import timedelta

from shared.conversations.sweeping import Sweeping
from shared.store import sweeping
from shared.store.changes import Changes
from shared.tenancy import Database
from shared.tenancy.principals import SWEEPER
from tests.contract.pipeline_support import House, Unsigned

BACKLOG = sweeping.PAGE + 30


async def test_work_behind_more_than_a_page_of_older_work_is_swept_too(house: House, emulated: str) -> None:
    now = house.clock.now()
    for start in range(0, BACKLOG, 50):
        changes = Changes(house.db)
        for number in range(start, min(start + 50, BACKLOG)):
            changes.put_pending("send", f"{number:032x}", now - timedelta(minutes=20, milliseconds=-number))
        await changes.commit()
    changes = Changes(house.db)
    changes.put_pending("answer", "f" * 32, now - timedelta(minutes=1))
    changes.put_pending("answer", "e" * 32, now + timedelta(minutes=10))
    await changes.commit()
    await Sweeping(Database(Unsigned(SWEEPER, emulated), None), house.queue, house.clock).sweep()
    names = [task.name for task in house.queue.tasks if task.body["tenant"] == house.tenant]
    assert len(names) == BACKLOG + 1
    assert any("w-a-" + "f" * 32 in name for name in names)


async def test_what_is_overdue_for_half_an_hour_gets_a_task_that_parks(house: House, emulated: str) -> None:
    changes = Changes(house.db)
    changes.put_pending("send", "d" * 32, house.clock.now() - timedelta(minutes=31))
    await changes.commit()
    await Sweeping(Database(Unsigned(SWEEPER, emulated), None), house.queue, house.clock).sweep()
    (task,) = [task for task in house.queue.tasks if task.body["tenant"] == house.tenant]
    assert (task.body["do"], "p-s-" in task.name) == ("park", True)
