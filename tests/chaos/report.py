"""What a run has shown: the table, and `.local/chaos.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.chaos.plan import POINTS, Size
from tests.chaos.verdict import Verdict
from tests.chaos.weather import KINDS

# Limits of a run in which the answering itself works; figures of real ones stand in docs/chaos.md.
LEAST_ACCEPTED = 0.6  # of the texts to answer
MOST_PARKED = 0.05

RECEIVED = ("message.received", "received")  # a customer's text, at Telnyx and at Twilio
MET = ("opt-outs", "take-overs", "accepted by telnyx", "accepted by twilio", "messages failed over")


@dataclass(frozen=True)
class Result:
    """`problems`: why a run is no proof although its verdict holds."""

    seed: int
    size: Size
    seconds: float
    kills: Mapping[str, int]
    faults: Mapping[str, int]
    latencies: Mapping[str, float]  # milliseconds of webhooks that were answered with 200
    figures: Mapping[str, int]
    violations: Mapping[str, Sequence[str]]
    problems: Sequence[str]

    @property
    def holds(self) -> bool:
        return not self.problems and not any(self.violations.values())

    @property
    def unconfirmed(self) -> float:
        """Their share of all messages that went out."""
        sent = self.figures.get("messages", 0) - self.figures.get("messages cancelled", 0)
        return self.figures.get("messages unconfirmed", 0) / max(1, sent)


def result(
    seed: int, size: Size, seconds: float, kills: Counter[str], faults: Counter[str], verdict: Verdict, evidence: Any
) -> Result:
    return Result(
        seed=seed,
        size=size,
        seconds=round(seconds, 1),
        kills={point: kills[point] for point in POINTS},
        faults={kind: faults[kind] for kind in KINDS},
        latencies=latencies(evidence["deliveries"]),
        figures=verdict.figures,
        violations=verdict.violations,
        problems=_problems(size, kills, faults, verdict),
    )


def latencies(deliveries: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    taken = sorted(row["ms"] for row in deliveries if row["kind"] in RECEIVED and row["status"] == 200)
    at = {name: taken[min(len(taken) - 1, int(len(taken) * share))] for name, share in (("p50", 0.5), ("p99", 0.99))}
    return {"webhooks answered": len(taken), **at} if taken else {}


def _problems(size: Size, kills: Counter[str], faults: Counter[str], verdict: Verdict) -> list[str]:
    found = [f"only {kills[point]} kills {point}" for point in POINTS if kills[point] < size.kills]
    found += [f"nobody met the fault: {kind}" for kind in KINDS if faults[kind] < 1]
    found += [f"there were no {what}" for what in MET if not verdict.figures.get(what)]
    found += _limits(verdict.figures)
    wanted = {"texts": size.texts, "conversations": size.conversations}
    return found + [
        f"only {verdict.figures[what]} {what}" for what, least in wanted.items() if verdict.figures[what] < least
    ]


def _limits(figures: Mapping[str, int]) -> list[str]:
    """Nobody is lost where nobody is answered: that proves nothing either."""
    asked = max(1, figures.get("texts to answer", 0))
    accepted = figures.get("texts to answer, with an answer accepted", 0) / asked
    parked = figures.get("texts parked", 0) / asked
    found = [f"only {accepted:.0%} of the texts to answer had an answer accepted"] if accepted < LEAST_ACCEPTED else []
    return found + ([f"{parked:.0%} of the texts to answer were parked"] if parked > MOST_PARKED else [])


def show(found: Result, file: Path) -> None:
    """Prints the table and writes it."""
    table = Table("what", "count", "")
    for name, rows in (("kill", found.kills), ("fault", found.faults)):
        for what, count in rows.items():
            table.add_row(f"{name}: {what}", str(count), "survived")
    table.add_section()
    for what, count in found.figures.items():
        table.add_row(what, str(count), "")
    table.add_row("share of messages that are unconfirmed", f"{found.unconfirmed:.1%}", "")
    for what, figure in found.latencies.items():
        table.add_row(f"webhook latency {what}, ms" if what.startswith("p") else what, f"{figure:g}", "")
    table.add_section()
    for rule, broken in found.violations.items():
        table.add_row(rule, str(len(broken)), "[bold red]broken[/]" if broken else "[green]holds[/]")
    console = Console(width=110)
    console.print(table)
    for sentence in _sentences(found)[:40]:
        console.print(f"[red]{sentence}[/]", highlight=False)
    console.print(
        f"seed {found.seed}, {found.seconds:.0f} s: {'[green]holds[/]' if found.holds else '[bold red]red[/]'}"
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**asdict(found), "holds": found.holds, "unconfirmed": found.unconfirmed}, indent=1))


def _sentences(found: Result) -> list[str]:
    return [*found.problems, *(f"{rule}: {one}" for rule, broken in found.violations.items() for one in broken)]
