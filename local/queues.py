"""functions/queues.yaml for the local queue: its concurrency. Rates and long backoffs would only make a demo slow."""

from __future__ import annotations

from pathlib import Path

import yaml

from local.standins.task_queue import QueueConfig

PATH = Path(__file__).parents[1] / "functions" / "queues.yaml"


def configured() -> dict[str, QueueConfig]:
    """By the queue's short name."""
    return {name: QueueConfig(max_concurrent=one["max_concurrent"]) for name, one in read().items()}


def read() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = yaml.safe_load(PATH.read_text())
    return found
