"""Documents that an open visit bills in an hour in which nothing happens. Alone: `python -m tests.bench.visits`.

The hour passes in a minute: the ends of streams and tokens, and what is waited for between two reads, with it.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

from local.emulators import firestore
from local.emulators.children import free_port
from shared.clock import SystemClock
from shared.conversations.visits import TIMES, Still, Times, Visits
from shared.store import live
from shared.store.live import PACE, Pace
from shared.tenancy import Database
from tests.bench.meter import Meter
from tests.bench.table import Row, show
from tests.contract.live_support import ShortLived, lead_to
from tests.contract.pipeline_support import House
from tests.stack import ROOT

SPEED = 60.0
HOUR = 3600.0
READING = Pace(PACE.first / SPEED, PACE.longest / SPEED, PACE.linger / SPEED)
LISTENING = Pace(PACE.first, PACE.longest, PACE.linger / SPEED)  # how soon a stream is open again is not sped up


async def rows() -> list[Row]:
    """On a database of its own: where functions run, a sweeper would find this tenant's text for ever."""
    running = await firestore.start(free_port(), ROOT / "firestore.rules")
    try:
        return await _rows(running.host)
    finally:
        await running.stop()


async def _rows(upstream: str) -> list[Row]:
    project, meter = firestore.PROJECT, Meter(upstream)
    await meter.start()
    await lead_to(f"127.0.0.1:{meter.port}", project)
    try:
        house = await House(project).open()
        await house.text("Where can I park?")
        measured = [
            ("on the same instance", await _hour(house, meter, project, LISTENING)),
            ("on another instance each time", await _hour(house, meter, project, LISTENING, elsewhere=True)),
            ("without a listener", await _deaf_hour(house, meter, project)),
        ]
    finally:
        await live.close()
        await lead_to(upstream, project)
        await meter.stop()
    return [Row(f"documents billed per idle visit-hour, {how}", str(count), "", None) for how, count in measured]


async def _deaf_hour(house: House, meter: Meter, project: str) -> int:
    meter.deaf = True
    return await _hour(house, meter, project, READING)


async def _hour(house: House, meter: Meter, project: str, pace: Pace, *, elsewhere: bool = False) -> int:
    """Documents read after the page's first `state`, which any visit needs once."""
    db = Database(ShortLived(house.tenant, project, life=HOUR / SPEED), house.tenant)
    visits = Visits(db, SystemClock(), Times(TIMES.whole / SPEED, TIMES.still / SPEED, pace))
    cursor, loop = None, asyncio.get_running_loop()
    end = loop.time() + HOUR / SPEED
    meter.reset()
    queries = 0
    while loop.time() < end:
        async with aclosing(visits.follow(house.conversation_id, cursor)) as events:
            async for event in events:
                cursor = cursor if isinstance(event, Still) else event.cursor
        queries = queries or meter.tally.history  # the first state's
        if elsewhere:
            await live.close()
    await live.close()
    counted = meter.reset()
    return counted.reads + counted.history - queries


async def main() -> None:
    show(await rows(), Path(ROOT / ".local" / "bench-visits.json"))


if __name__ == "__main__":
    asyncio.run(main())
