"""What the chat costs a page that embeds it, by Lighthouse. Alone: `python -m tests.bench.pages`.

The same page with and without the embed, in turn, each in a browser of its own; the median of nine. Lighthouse is
large: it is installed into `lighthouse/` at the first measurement, and nothing else needs it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.emulators.node import node, npm
from tests.bench.table import Row, alone
from tests.browser import CHROMIUM
from tests.members import AGENCY
from tests.stack import RunningStack

HERE = Path(__file__).parent / "lighthouse"
RUNS = 9
MOST_BLOCKING = 10.0  # milliseconds
LONGEST = 900.0  # seconds for all of them


async def rows(stack: RunningStack, runs: int = RUNS) -> list[Row]:
    page = f"{stack.info['site']}/{AGENCY}/"
    without = f"{page}?embed=0"
    found = await asyncio.to_thread(_measured, runs, page, without)
    embedded, bare = ([one for one in found if one["url"] == url] for url in (page, without))
    blocking, before = _median(embedded, "blocking"), _median(bare, "blocking")
    shift, shift_before = (max(one["shift"] for one in some) for some in (embedded, bare))
    loader = _transferred(embedded, f"{stack.info['widget']}/widget.js")
    assert _transferred(bare, stack.info["widget"]) == 0, "the page without the embed loads something of it"
    more = max(blocking - before, 0.0)
    told = f"{more:.0f} ms ({blocking:.0f} with, {before:.0f} without it; median of {runs})"
    return [
        Row("blocking time that the embed adds to a page", told, "≤ 10 ms", more <= MOST_BLOCKING),
        Row("layout shift of a page with it", f"{shift:.3f} ({shift_before:.3f} without)", "0", shift == 0),
        Row("bytes that the loader transfers, headers included", f"{loader:.0f} B", "", None),
    ]


def _measured(runs: int, *urls: str) -> list[dict[str, Any]]:
    if not (HERE / "node_modules").is_dir():
        subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=300)
    command = [node(), "measure.mjs", CHROMIUM, str(runs), *urls]
    done = subprocess.run(command, cwd=HERE, check=True, timeout=LONGEST, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _median(found: Sequence[dict[str, Any]], what: str) -> float:
    return statistics.median(one[what] for one in found)


def _transferred(found: Sequence[dict[str, Any]], address: str) -> float:
    """Of all requests that begin with this address, the median."""
    return statistics.median(
        sum(request["bytes"] for request in one["requests"] if request["url"].startswith(address)) for one in found
    )


if __name__ == "__main__":
    asyncio.run(alone(rows, "pages"))
