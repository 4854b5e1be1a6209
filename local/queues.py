"""functions/queues.yaml for the local queues; where the pipeline waits less, so do their tries."""

from __future__ import annotations

from pathlib import Path

import yaml

from local.standins.task_queue import QueueConfig, Retry

PATH = Path(__file__).parents[1] / "functions" / "queues.yaml"
MIN_BACKOFF = 0.1  # seconds: Cloud Tasks' own, where a queue names none


def configured(most: int | None = None, divisor: int = 1) -> dict[str, QueueConfig]:
    """By the queue's short name. `most`: tasks of one queue at once, instead of its own ceiling."""
    return {
        name: QueueConfig(
            max_concurrent=most or int(one["max_concurrent"]),
            per_second=one["per_second"],
            retry=Retry(
                min_backoff=one.get("min_backoff", MIN_BACKOFF) / divisor,
                max_backoff=one["max_backoff"] / divisor,
            ),
        )
        for name, one in read().items()
    }


def read() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = yaml.safe_load(PATH.read_text())
    return found
