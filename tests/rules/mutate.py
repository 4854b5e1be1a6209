"""Breaks every condition of firestore.rules, one at a time, and demands that a cell notices.

    python -m tests.rules.mutate --all
    python -m tests.rules.mutate --sample 40 --seed 7
    python -m tests.rules.mutate --block pending

Each mutant is loaded into a project of its own and asked the cells of its match block until one is answered wrongly.
Prints the conditions found and killed; ends with 1 if they are not equal. Before that, the rules as they are must
satisfy the cells of each block, or a kill would mean nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import Progress

from local.emulators import firestore
from local.emulators.children import free_port
from tests.rules.cells import every_cell, world
from tests.rules.mutants import Mutant, broken, judges, mutants, unbroken
from tests.rules.probe import Probe

RULES = Path(__file__).parent.parent.parent / "firestore.rules"
WORKERS = 2

Done = Callable[[Mutant, bool], None]


class Bench:
    """One project of the emulator in which mutants live, one after the other."""

    def __init__(self, host: str, number: int) -> None:
        self.project = f"demo-mutants-{number}"
        self._host = host
        self._probe = Probe(host, self.project)
        self._seeds = {cell.path: cell.seed for cell in every_cell() if cell.seed} | world()

    async def __aenter__(self) -> Bench:
        await firestore.load_rules(self._host, RULES.read_text("utf-8"), self.project)
        await self._probe.seed(self._seeds)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._probe.__aexit__(None, None, None)
        await firestore.load_rules(self._host, RULES.read_text("utf-8"), self.project)

    async def kills(self, source: str, mutant: Mutant) -> bool:
        """Whether a cell notices this mutant. Puts back what the cells have changed."""
        await self._load(broken(source, mutant))
        try:
            return bool(await self._probe.wrong(judges(mutant, every_cell()), stop_early=True))
        finally:
            changed = {cell.path for cell in self._probe.take_changed()}
            await self._probe.seed({path: self._seeds[path] for path in changed if path in self._seeds})

    async def _load(self, rules: str) -> None:
        """Warnings are fine: a mutant leaves functions unused. One that does not compile would prove nothing."""
        url = f"http://{self._host}/emulator/v1/projects/{self.project}:securityRules"
        async with httpx.AsyncClient(timeout=120) as client:
            answer = await client.put(url, json={"rules": {"files": [{"name": "mutant", "content": rules}]}})
        answer.raise_for_status()


async def survivors(host: str, some: Sequence[Mutant], done: Done = lambda mutant, killed: None) -> list[Mutant]:
    """Of these mutants, those that no cell notices."""
    source = RULES.read_text("utf-8")
    waiting = list(reversed(some))
    found: list[Mutant] = []

    async def work(number: int) -> None:
        async with Bench(host, number) as bench:
            while waiting:
                mutant = waiting.pop()
                killed = await bench.kills(source, mutant)
                if not killed:
                    found.append(mutant)
                done(mutant, killed)

    await asyncio.gather(*(work(number) for number in range(WORKERS)))
    return found


async def noticed_although_unbroken(host: str, some: Sequence[Mutant]) -> list[str | None]:
    """The blocks, of those of these mutants, whose cells are red without any mutant."""
    wanted = {mutant.block for mutant in some}
    same = [mutant for mutant in unbroken(RULES.read_text("utf-8")) if mutant.block in wanted]
    living = await survivors(host, same)
    return [mutant.block for mutant in same if mutant not in living]


def chosen(every: Sequence[Mutant], sample: int | None, seed: int) -> list[Mutant]:
    if sample is None or sample >= len(every):
        return list(every)
    return random.Random(seed).sample(list(every), sample)


async def _main(some: Sequence[Mutant]) -> int:
    source = RULES.read_text("utf-8")
    console = Console()
    running = await firestore.start(free_port(), RULES, say=console.print)
    try:
        with Progress(console=console) as progress:
            bar = progress.add_task("breaking conditions", total=len(some))

            def done(mutant: Mutant, killed: bool) -> None:
                progress.advance(bar)
                if not killed:
                    console.print(f"survived: {mutant.describe(source)}", markup=False)

            red = await noticed_although_unbroken(running.host, some)
            living = [] if red else await survivors(running.host, some, done)
    finally:
        await running.stop()
    if red:
        console.print(f"red without any mutant: {red}")
        return 1
    console.print(f"conditions found: {len(some)}, killed: {len(some) - len(living)}")
    return 1 if living else 0


def _wanted() -> list[Mutant]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="every condition")
    parser.add_argument("--sample", type=int, default=40, help="so many of them (40)")
    parser.add_argument("--seed", type=int, default=7, help="which ones (7)")
    parser.add_argument("--block", help="every condition of one collection")
    arguments = parser.parse_args()
    every = mutants(RULES.read_text("utf-8"))
    if arguments.block:
        return [mutant for mutant in every if mutant.block == arguments.block]
    return chosen(every, None if arguments.all else arguments.sample, arguments.seed)


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(_wanted())))
