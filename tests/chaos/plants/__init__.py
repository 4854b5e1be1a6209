"""Planted bugs, to see the verdict turn red: `python -m tests.chaos.plants.NAME` serves the functions with one in them,
as `local.host` does without."""

import asyncio

PLANTS = (
    "deduplication_off",
    "claim_without_conversation",
    "sweeper_reuses_names",
    "failover_after_silence",
    "refusal_taken_for_acceptance",
)


def serve() -> None:
    from local import host

    asyncio.run(host.main())
