"""One running local cloud for all journeys, started as a newcomer would but quicker, driven through its doors only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import hypothesis
import pytest

from tests.stack import RunningStack, started

# A busy machine is slow, not wrong.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    """Its pipeline waits half as long as it should: in the same order, and for less of everybody's time."""
    async with started(tmp_path_factory.mktemp("stack"), "--time-divisor", "2") as running:
        yield running


@pytest.fixture(autouse=True)
def what_was_ordered_ends_with_the_test(request: pytest.FixtureRequest) -> None:
    """A fault that nothing met would be met by somebody else's text."""
    if "stack" in request.fixturenames:
        request.getfixturevalue("calmed")


@pytest.fixture
async def calmed(stack: RunningStack) -> AsyncIterator[None]:
    yield
    await stack.calm()


@pytest.fixture
def customer(stack: RunningStack) -> str:
    """A number that nobody has written from yet."""
    return stack.new_customer()
