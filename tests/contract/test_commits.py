"""What the rules refuse is told apart: a document that is there already, one that changed, and a bug of ours."""

from __future__ import annotations

import secrets

import pytest

from shared.store.changes import Changes
from shared.store.errors import Exists, Refused, Stale
from tests.contract.pipeline_support import House


def file(house: House, id: str) -> Changes:
    """A commit that says what became of a file, and nothing else."""
    changes = Changes(house.db)
    refused = {
        "conversation_id": house.conversation_id,
        "direction": "in",
        "state": "refused",
        "reason": "not a picture",
    }
    changes.create_media(id, refused)
    return changes


async def test_what_is_there_already_exists_though_the_rules_say_no_first(house: House) -> None:
    id = secrets.token_hex(16)
    await file(house, id).commit()
    house.db.deny = 1
    with pytest.raises(Exists):
        await file(house, id).commit()


async def test_a_conversation_that_changed_is_stale_though_the_rules_say_no_first(house: House) -> None:
    await house.text("Hello")
    before = await house.conversation()
    await house.change(episode=1)
    changes = Changes(house.db)
    changes.update_conversation(before, {"episode": 2})
    house.db.deny = 1
    with pytest.raises(Stale):
        await changes.commit()


async def test_what_the_rules_refuse_for_no_such_reason_is_a_bug_of_ours(house: House) -> None:
    await house.text("Hello")
    changes = file(house, secrets.token_hex(16))
    changes.update_conversation(await house.conversation(), {"episode": 2})
    house.db.deny = 1
    with pytest.raises(Refused):
        await changes.commit()


async def test_a_second_delivery_is_no_error_though_the_rules_say_no_first(house: House) -> None:
    await house.text("Hello", id="same")
    house.db.deny = 1
    await house.text("Hello", id="same")
    assert len((await house.conversation()).open) == 1
