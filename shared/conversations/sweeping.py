"""What fell through: pending work that is overdue gets a new task under a new name (PIPELINE §2, Sweep)."""

from __future__ import annotations

from dataclasses import dataclass

from shared import log
from shared.clock import Clock
from shared.conversations.timers import PARK_AFTER
from shared.conversations.work import Work
from shared.errors import Unavailable
from shared.store.sweeping import Overdue
from shared.tasks import TaskQueue
from shared.tenancy import Database


@dataclass(frozen=True, slots=True)
class Swept:
    again: int
    parked: int


class Sweeping:
    def __init__(self, db: Database, queue: TaskQueue, clock: Clock) -> None:
        self._overdue = Overdue(db)
        self._queue = queue
        self._clock = clock

    async def sweep(self) -> Swept:
        """One bounded round. What cannot be enqueued is overdue still at the next one."""
        now = self._clock.now()
        again = parked = 0
        async for item in self._overdue.before(now):
            work = Work(self._queue, item.tenant_id)
            try:
                if now - item.due_at > PARK_AFTER:
                    await work.park(item.kind, item.subject, item.id, now)
                    parked += 1
                else:
                    await work.again(item.kind, item.subject, item.id, now)
                    again += 1
            except Unavailable:
                log.warning("could not enqueue", count="sweep_failed", pending=item.id, tenant=item.tenant_id)
        log.info("swept", again=again, parked=parked)
        return Swept(again, parked)
