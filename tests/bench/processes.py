"""What a process costs, by /proc: memory, and time on a processor."""

from __future__ import annotations

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Resident megabytes of the largest process at or below `pid`: gunicorn's worker."""
    return max(map(_rss, _family(pid)))


def processor(pid: int) -> float:
    """Seconds on a processor, of `pid` and of the processes below it."""
    return sum(map(_seconds, _family(pid)))


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def _rss(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK
