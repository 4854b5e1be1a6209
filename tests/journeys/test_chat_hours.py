"""What a visitor reads of a business's hours: of one that never closes, and of one that opens in three days."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, expect

from shared.opening_hours import DAYS
from tests import more_tenants
from tests.journeys.chat import Chat, visitor
from tests.journeys.neighbours import neighbour
from tests.stack import RunningStack

CHICAGO = ZoneInfo("America/Chicago")
DESK = "+12815550178"
CLOSED = "We are closed right now. Write to us anyway: the assistant replies right away."


def in_three_days() -> datetime:
    return datetime.now(CHICAGO) + timedelta(days=3)


@pytest.fixture(scope="module")
async def site(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The site that both businesses are on."""
    weeks = {
        "night": {DAYS[in_three_days().weekday()]: ["09:00-17:00"]},
        "always": {day: ["00:00-24:00"] for day in DAYS},
    }
    async with neighbour(stack.info["widget"]) as url:
        tenants = [_tenant(name, number, week, url) for number, (name, week) in enumerate(weeks.items())]
        await more_tenants.made(stack, tmp_path_factory.mktemp("tenants"), tenants)
        yield url


def _tenant(name: str, number: int, week: dict[str, list[str]], url: str) -> dict[str, Any]:
    numbers = {"number": f"+1281555019{number}", "channel": f"{name}_chat_Jn5fTb3yRg8WxUe6Mk1a", "notify": [DESK]}
    return {"id": f"{name}-chat", **numbers, "org": "545911", "widget": key(name), "origins": [url], "hours": week}


def key(name: str) -> str:
    return f"{name}_web_IiQfE0hU0zJXImfYy1VYZ24v"


async def test_a_business_that_is_closed_says_so_and_when_it_opens(
    chromium: Browser, stack: RunningStack, site: str
) -> None:
    opens = f"{in_three_days():%A}"
    async with visitor(chromium) as context:
        chat = Chat(await context.new_page(), stack, "night-chat")
        await chat.page.goto(f"{site}/{key('night')}")
        await chat.open()
        await expect(chat.notices).to_have_text(re.compile(rf"^{CLOSED} We open on {opens} at 9:00\sAM C[SD]T\.$"))
        await expect(chat.frame.get_by_text("Closed right now", exact=True)).to_be_visible()
        await chat.say("Can I talk to a real person, please?")
        await expect(chat.log).to_contain_text(f"They are closed now and open {opens}")
        await expect(chat.frame.get_by_label("Phone")).to_be_visible()
        assert chat.complaints == []


async def test_a_business_that_is_open_says_that_somebody_is_there(
    chromium: Browser, stack: RunningStack, site: str
) -> None:
    async with visitor(chromium) as context:
        chat = Chat(await context.new_page(), stack, "always-chat")
        await chat.page.goto(f"{site}/{key('always')}")
        await chat.open()
        await expect(chat.frame.get_by_text("The assistant replies right away")).to_be_visible()
        await expect(chat.notices).to_have_count(0)
        await chat.say("Can I talk to a real person, please?")
        await expect(chat.log).to_contain_text("somebody will reply to you here")
        assert chat.complaints == []
