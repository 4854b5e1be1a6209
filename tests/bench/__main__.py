"""`python -m tests.bench`: the budgets of the design, measured on this machine and written to .local/bench.json."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench import bundle, chats, first_words, pages, remote, starts, streams, texts, visits
from tests.bench.table import show
from tests.stack import ROOT, started


async def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="cold starts of each function (default 5)")
    parser.add_argument("--python", default=sys.executable, help="an environment with requirements.txt alone")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        async with started(Path(folder)) as stack:
            print("calls and documents of an answered text …", flush=True)
            rows = await texts.rows(stack)
            print("a burst on a cold instance …", flush=True)
            rows.append(await texts.burst(stack))
            await stack.idle(seconds=300)
            print("many senders at once …", flush=True)
            rows.append(await texts.senders(stack))
            await stack.idle(seconds=600)
            print("remote calls of an inbound text …", flush=True)
            rows += await remote.rows(stack, Path(folder))
            await stack.idle(seconds=300)
            print(f"cold starts, {given.runs} of each …", flush=True)
            rows += await starts.rows(stack, given.runs, given.python)
    print("an idle hour of an open visit …", flush=True)
    rows += await visits.rows()
    print("the widget's build …", flush=True)
    rows += bundle.rows()
    # A cloud of its own: these leave thousands of tasks behind, which nobody waits for.
    with tempfile.TemporaryDirectory() as folder:
        async with started(Path(folder)) as stack:
            print("a page with the embed and without it …", flush=True)
            rows += await pages.rows(stack)
            print("the first words of an answer …", flush=True)
            rows += await first_words.rows(stack)
            print(f"answers to {chats.VISITORS} visitors at once …", flush=True)
            rows += await chats.rows(stack)
            print(f"{streams.OPEN} open pages …", flush=True)
            rows += await streams.rows(stack)
    show(rows, ROOT / ".local" / "bench.json")


if __name__ == "__main__":
    asyncio.run(main())
