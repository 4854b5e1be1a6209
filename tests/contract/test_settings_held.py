"""What a tenant has set up is held for a minute, except where what is missing would fail whoever asks."""

from __future__ import annotations

import pytest

from shared.store import settings_cache
from shared.store.provisioning import Provisioning
from shared.store.settings_cache import settings_of
from tests.contract.pipeline_support import House


@pytest.fixture(autouse=True)
def nothing_held() -> None:
    settings_cache.forget()


async def named(house: House, *, to_text: bool) -> str:
    settings, _ = await settings_of(house.tenant, house.reader, to_text=to_text)
    return settings.profile.name


async def rename(house: House, name: str) -> None:
    await Provisioning(house.db).set_config("business_profile", {"name": name})


@pytest.mark.parametrize("to_text", [True, False])
async def test_the_settings_of_a_business_that_texts_are_held(house: House, to_text: bool) -> None:
    before = await named(house, to_text=to_text)
    await rename(house, "Another")
    assert await named(house, to_text=to_text) == before


async def test_a_business_that_only_chats_is_held_for_its_chat_and_read_again_for_its_texts(house: House) -> None:
    await Provisioning(house.db).set_config("sms", {})
    before = await named(house, to_text=False)
    await rename(house, "Another")
    assert await named(house, to_text=False) == before
    assert await named(house, to_text=True) == "Another"


async def test_where_no_assistant_is_connected_nothing_is_held(house: House) -> None:
    await Provisioning(house.db).set_config("customer_service", {})
    await named(house, to_text=False)
    await rename(house, "Another")
    assert await named(house, to_text=False) == "Another"
