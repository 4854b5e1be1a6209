"""One raw stream of one principal on the emulator, under the real rules and with tokens that end."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator

import pytest

from shared.clock import SystemClock
from shared.store.changes import NOW
from shared.store.provisioning import Provisioning
from shared.tenancy import Database
from shared.tenancy.listening import FIRST_PAUSE, LONGEST_PAUSE, Listening, pause_after
from shared.tenancy.principals import service
from tests.contract.live_support import Door, Heard, ShortLived, nothing_left, soon, tasks
from tests.contract.pipeline_support import Unsigned


class Room:
    """A tenant's secrets, which may be made, changed and deleted; and somebody who listens to them."""

    def __init__(
        self, project: str, session: ShortLived | None = None, tenant: str | None = None, pause: float = 0.05
    ) -> None:
        self.tenant = tenant or f"t-{secrets.token_hex(6)}"
        self.writing = Database(Unsigned(service(self.tenant), project), self.tenant)
        self.said = Heard()
        db = self.writing if session is None else Database(session, self.tenant)
        self.listening = Listening(db, self.said, SystemClock(), pause=lambda _failures: pause)

    def name(self, id: str, tenant: str | None = None) -> str:
        return f"{self.writing.path}/documents/tenants/{tenant or self.tenant}/secrets/{id}"

    async def write(self, id: str, words: str) -> None:
        await Provisioning(self.writing).set_secret(id, {"ciphertext": words, "updated_at": NOW})

    async def delete(self, id: str) -> None:
        await self.writing.document(f"tenants/{self.tenant}/secrets/{id}").delete()

    def words(self, id: str) -> list[str | None]:
        found = self.said.of(self.name(id))
        return [None if document is None else document.fields["ciphertext"].string_value for document in found]


@pytest.fixture
async def room(door: Door, emulated: str) -> AsyncIterator[Room]:
    room = Room(emulated)
    yield room
    await room.listening.close()


async def test_a_change_is_heard_within_a_second(room: Room) -> None:
    await room.write("one", "first")
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == ["first"])
    written = time.monotonic()
    await room.write("one", "second")
    await soon(lambda: room.words("one") == ["first", "second"])
    assert time.monotonic() - written < 1


async def test_a_document_that_is_not_there_is_told_so_and_its_creation_is_heard(room: Room) -> None:
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == [None])
    await room.write("one", "first")
    await soon(lambda: room.words("one") == [None, "first"])


async def test_the_end_of_a_document_is_heard(room: Room) -> None:
    await room.write("one", "first")
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == ["first"])
    await room.delete("one")
    await soon(lambda: room.words("one") == ["first", None])


async def test_a_document_is_added_to_a_stream_that_runs(room: Room, door: Door) -> None:
    await room.write("one", "first")
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one"))
    await room.write("two", "other")
    room.listening.add(room.name("two"))
    await soon(lambda: room.words("two") == ["other"])
    assert (door.open, door.opened) == (1, 1)


async def test_another_tenants_document_is_refused_and_the_others_go_on(room: Room, door: Door) -> None:
    theirs = room.name("one", tenant="t-somebody-else")
    room.listening.add(theirs)
    room.listening.add(room.name("one"))
    await soon(lambda: room.said.refusals == [theirs] and room.words("one") == [None])
    await room.write("one", "ours")
    await soon(lambda: room.words("one") == [None, "ours"])
    assert room.said.of(theirs) == []
    assert (door.open, door.opened, room.said.losses) == (1, 1, 0)


async def test_what_is_removed_is_not_heard_any_more(room: Room, door: Door) -> None:
    for id in ("one", "two"):
        room.listening.add(room.name(id))
    await soon(lambda: room.words("one") == room.words("two") == [None])
    room.listening.remove(room.name("one"))
    await room.write("one", "unheard")
    await room.write("two", "heard")
    await soon(lambda: room.words("two") == [None, "heard"])
    assert room.words("one") == [None]
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == [None, "unheard"])
    assert door.opened == 1


async def test_a_target_that_is_gone_costs_the_database_nothing_any_more(room: Room, door: Door) -> None:
    """Removed on the wire, not only forgotten here: the last one is told before the next is."""
    room.listening.add(room.name("kept"))
    for turn in range(30):
        room.listening.add(room.name(f"k{turn}"))
        await soon(lambda turn=turn: room.words(f"k{turn}"))
        room.listening.remove(room.name(f"k{turn}"))
    await soon(lambda: door.targets == 1)


async def test_the_stream_ends_with_the_last_document_and_leaves_nothing_behind(room: Room, door: Door) -> None:
    before = tasks()
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one"))
    assert door.open == 1
    room.listening.remove(room.name("one"))
    await soon(lambda: door.open == 0)
    await nothing_left(before)
    await room.listening.close()


async def test_a_stream_that_is_opened_again_before_the_last_one_has_ended_is_live(room: Room) -> None:
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one"))
    losses = room.said.losses
    room.listening.remove(room.name("one"))
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == [None, None])
    await asyncio.sleep(0.2)
    assert room.said.losses == losses + 1


async def test_a_stream_ends_before_its_token_and_the_next_one_misses_nothing(door: Door, emulated: str) -> None:
    session = ShortLived(tenant := f"t-{secrets.token_hex(6)}", emulated, life=2)
    room = Room(emulated, session, tenant)
    room.listening.add(room.name("one"))
    for turn in range(50):
        await room.write("one", str(turn))
        await asyncio.sleep(0.1)
    await soon(lambda: room.words("one")[-1:] == ["49"])
    heard = [int(words) for words in room.words("one") if words is not None]
    assert heard == sorted(heard)
    assert len(session.given) >= 3
    assert session.dropped == []  # no token was used when it had ended
    assert door.opened == len(session.given)
    await room.listening.close()


async def test_a_token_that_the_database_refuses_is_dropped_and_the_stream_opened_with_another(
    door: Door, emulated: str
) -> None:
    session = ShortLived(tenant := f"t-{secrets.token_hex(6)}", emulated, life=3600, lives=[-100])
    room = Room(emulated, session, tenant, pause=3600)  # the first refusal is no reason to wait
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == [None])
    assert (session.dropped, len(session.given)) == (session.given[:1], 2)
    await room.listening.close()


async def test_a_stream_that_is_cut_is_told_and_opened_again(room: Room, door: Door) -> None:
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == [None])
    door.deaf = True
    door.cut()
    await soon(lambda: room.said.losses > 2)
    await room.write("one", "in the dark")
    door.deaf = False
    await soon(lambda: room.words("one")[-1] == "in the dark")


async def test_a_database_that_goes_away_and_comes_back_is_heard_again(room: Room, door: Door) -> None:
    room.listening.add(room.name("one"))
    await soon(lambda: room.words("one") == [None])
    await door.stop()
    await soon(lambda: room.said.losses > 0)
    await door.start()
    await soon(lambda: len(room.words("one")) == 2, seconds=20)
    await room.write("one", "back")
    await soon(lambda: room.words("one")[-1] == "back")


async def test_a_listener_that_fails_ends_its_stream_and_the_next_document_begins_another(
    room: Room, door: Door, capfd: pytest.CaptureFixture[str]
) -> None:
    room.said.failing = True
    room.listening.add(room.name("one"))
    await soon(lambda: "listening ended" in capfd.readouterr().err)
    await soon(lambda: door.open == 0)
    room.said.failing = False
    room.listening.add(room.name("two"))
    await soon(lambda: room.words("one") == room.words("two") == [None])


async def test_closing_ends_a_stream_that_waits_for_the_database(door: Door, emulated: str) -> None:
    before = tasks()
    door.deaf = True
    room = Room(emulated, pause=3600)
    room.listening.add(room.name("one"))
    await soon(lambda: room.said.losses > 0)
    await room.listening.close()
    assert tasks() <= before


def test_pauses_grow_and_end_growing() -> None:
    for failures in (1, 2, 5, 100, 10_000):
        assert FIRST_PAUSE / 2 <= pause_after(failures) <= LONGEST_PAUSE
    assert pause_after(100) >= LONGEST_PAUSE / 2
    assert pause_after(1) <= FIRST_PAUSE
