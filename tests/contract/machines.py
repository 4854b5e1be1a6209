"""How a state machine of hypothesis is run against the emulator: in a loop of its own, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from shared.errors import Unavailable
from shared.tenancy import database


class Driven(RuleBasedStateMachine):
    """A machine whose steps are coroutines: `wait` runs one."""

    project: ClassVar[str]
    wait: ClassVar[Callable[[Coroutine[Any, Any, Any]], Any]]


def drive(machine: type[Driven], project: str, *, examples: int, steps: int) -> None:
    with asyncio.Runner() as runner:
        machine.project, machine.wait = project, staticmethod(runner.run)
        bounds = settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(machine, settings=bounds)
        runner.run(database.close())


async def or_later(task: Awaitable[None]) -> None:
    """A task that must come again comes again, or the sweeper's does."""
    with suppress(Unavailable):
        await task
