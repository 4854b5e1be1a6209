"""functions/queues.yaml for the local queue: its concurrency. Rates and long backoffs would only make a demo slow."""

from __future__ import annotations

from pathlib import Path

import yaml

from local.standins.task_queue import QueueConfig

PATH = Path(__file__).parents[1] / "functions" / "queues.yaml"


def configured(most: int | None = None) -> dict[str, QueueConfig]:
    """By the queue's short name. `most`: tasks of one queue at once, instead of its own ceiling."""
    return {name: QueueConfig(max_concurrent=most or one["max_concurrent"]) for name, one in read().items()}


def read() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = yaml.safe_load(PATH.read_text())
    return found
