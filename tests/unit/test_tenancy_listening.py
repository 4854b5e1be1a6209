"""How a stream's words are understood: also those that the emulator does not say."""

from __future__ import annotations

import asyncio
import contextlib

import grpc.aio
import pytest
from google.cloud.firestore_v1.types import (
    Document,
    DocumentChange,
    DocumentDelete,
    DocumentRemove,
    ExistenceFilter,
    ListenRequest,
    ListenResponse,
    TargetChange,
)

from shared.tenancy.listening import Ended, Stream

ONE, TWO = Document(name="one"), Document(name="two")
Kind = TargetChange.TargetChangeType


class Script:
    """A call whose other side says these things, and then ends, or is silent."""

    def __init__(self, *said: ListenResponse, silent: bool = False) -> None:
        self.said = list(said)
        self.silent = silent
        self.told: list[ListenRequest] = []

    async def write(self, request: ListenRequest) -> None:
        self.told.append(request)

    async def read(self) -> object:
        if not self.said and self.silent:
            await asyncio.Event().wait()
        return self.said.pop(0) if self.said else grpc.aio.EOF

    def cancel(self) -> bool:
        return True


class Ear:
    def __init__(self) -> None:
        self.known: list[tuple[str, str | None]] = []
        self.refusals: list[str] = []

    def heard(self, name: str, document: Document | None) -> None:
        self.known.append((name, None if document is None else document.name))

    def refused(self, name: str) -> None:
        self.refusals.append(name)

    def lost(self) -> None:
        raise AssertionError("a stream does not know that")


class Heard:
    """A stream on the documents "one" (target 1) and "two" (target 2)."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.wanted = {1: "one", 2: "two"}
        self.stream = Stream("db", self.wanted, self.ear)

    async def hear(self, *said: ListenResponse) -> list[tuple[str, str | None]]:
        """What is known when these things have been said."""
        call = Script(*said)
        await self.told(call)
        with pytest.raises(Ended):
            await self.stream.hear(call, 5)
        return self.ear.known

    async def told(self, call: Script) -> list[ListenRequest]:
        telling = asyncio.create_task(self.stream.tell(call, asyncio.Event()))
        await asyncio.sleep(0)
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
        return call.told


@pytest.fixture
def heard() -> Heard:
    return Heard()


def changed(document: Document, *targets: int, removed: tuple[int, ...] = ()) -> ListenResponse:
    change = DocumentChange(document=document, target_ids=targets, removed_target_ids=removed)
    return ListenResponse(document_change=change)


def turned(kind: Kind, *targets: int) -> ListenResponse:
    return ListenResponse(target_change=TargetChange(target_change_type=kind, target_ids=targets))


async def test_every_document_is_a_target_of_its_own(heard: Heard) -> None:
    told = await heard.told(Script())
    assert [(one.add_target.target_id, list(one.add_target.documents.documents)) for one in told] == [
        (1, ["one"]),
        (2, ["two"]),
    ]
    assert {one.database for one in told} == {"db"}


async def test_a_document_of_which_nothing_is_said_until_this_is_all_is_not_there(heard: Heard) -> None:
    """Production says nothing else of a document that does not exist; the emulator says that it was deleted."""
    assert await heard.hear(changed(ONE, 1), turned(Kind.CURRENT, 1, 2)) == [("one", "one"), ("two", None)]


async def test_this_is_all_without_a_target_is_said_of_all(heard: Heard) -> None:
    assert await heard.hear(changed(ONE, 1), turned(Kind.CURRENT)) == [("one", "one"), ("two", None)]


async def test_what_begins_again_is_told_anew(heard: Heard) -> None:
    said = changed(ONE, 1), turned(Kind.CURRENT, 1), turned(Kind.RESET, 1), turned(Kind.CURRENT, 1)
    assert await heard.hear(*said) == [("one", "one"), ("one", None)]


async def test_that_nothing_has_changed_is_no_news(heard: Heard) -> None:
    assert await heard.hear(turned(Kind.NO_CHANGE), turned(Kind.ADD, 1, 2), turned(Kind.NO_CHANGE, 1)) == []


@pytest.mark.parametrize(
    "gone",
    [
        ListenResponse(document_delete=DocumentDelete(document="one", removed_target_ids=[1])),
        ListenResponse(document_remove=DocumentRemove(document="one", removed_target_ids=[1])),
        ListenResponse(filter=ExistenceFilter(target_id=1, count=0)),
        changed(ONE, removed=(1,)),
    ],
    ids=["deleted", "not seen any more", "counted", "removed from the target"],
)
async def test_every_way_to_say_that_a_document_is_gone_is_understood(heard: Heard, gone: ListenResponse) -> None:
    assert await heard.hear(changed(ONE, 1), gone) == [("one", "one"), ("one", None)]


async def test_a_count_that_is_right_is_no_news(heard: Heard) -> None:
    assert await heard.hear(ListenResponse(filter=ExistenceFilter(target_id=1, count=1))) == []


async def test_what_is_said_of_a_target_that_is_not_wanted_any_more_is_not_heard(heard: Heard) -> None:
    call = Script(changed(ONE, 1), changed(TWO, 2), turned(Kind.REMOVE, 1))
    await heard.told(call)
    del heard.wanted[1]
    with pytest.raises(Ended):
        await heard.stream.hear(call, 5)
    assert (heard.ear.known, heard.ear.refusals) == ([("two", "two")], [])


async def test_a_target_that_the_database_takes_away_is_not_asked_for_again(heard: Heard) -> None:
    await heard.hear(turned(Kind.REMOVE, 2))
    assert (heard.ear.refusals, heard.wanted) == (["two"], {1: "one"})
    assert await heard.told(Script()) == []


async def test_a_stream_that_says_something_lasts_as_long_as_it_may(heard: Heard) -> None:
    heard.stream.patience = 0.02
    await heard.stream.hear(Script(turned(Kind.NO_CHANGE), silent=True), 0.1)


async def test_a_stream_that_never_says_a_word_is_none(heard: Heard) -> None:
    heard.stream.patience = 0.05
    with pytest.raises(TimeoutError):
        await heard.stream.hear(Script(silent=True), 5)
