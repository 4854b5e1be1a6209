"""What the phones show, kept fresh: the carrier is asked again and again, but only while somebody looks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from local.phone.states import State
from shared.errors import Unavailable

INTERVAL = 0.3  # seconds between two looks
KEEP_ALIVE = 15.0  # seconds of silence after which a stream says that it is still there
LATEST = 1000  # messages that the page holds; older ones scroll away


@dataclass(frozen=True, slots=True)
class Bubble:
    """A text on a phone. `phone` is the customer's number, `business` the tenant's, `mine` what the customer wrote."""

    id: str
    phone: str
    business: str
    mine: bool
    text: str
    media: tuple[str, ...]
    at: str
    state: State


@dataclass(frozen=True, slots=True)
class View:
    """`bubbles` is None before the carrier has answered for the first time; `problem` says why it does not now."""

    bubbles: tuple[Bubble, ...] | None = None
    problem: str | None = None


class Feed:
    """`look` gives all bubbles, oldest first, or raises Unavailable. A stream's life is spent inside `listening()`."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Sequence[Bubble]]],
        interval: float = INTERVAL,
        keep_alive: float = KEEP_ALIVE,
    ) -> None:
        self._look = look
        self._interval = interval
        self._keep_alive = keep_alive
        self._listeners = 0
        self._looking: asyncio.Task[None] | None = None
        self._view = View()
        self._changed = asyncio.Event()
        self._closed = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._listeners += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            self._listeners -= 1
            if not self._listeners:
                self._rest()

    @property
    def resting(self) -> bool:
        return self._looking is None

    def close(self) -> None:
        """Ends every stream, so that a server that stops need not wait for its browsers."""
        self._closed = True
        self._wake()

    async def events(self) -> AsyncIterator[str]:
        """Server-sent events: `all` {"messages"} first, then `changed` {"messages"}; `carrier` {"problem"}."""
        known = View()
        async for view in self._views():
            if view is None:
                yield ": still here\n\n"
                continue
            for event in _difference(known, view):
                yield event
            known = view

    async def _views(self) -> AsyncIterator[View | None]:
        """Each view that differs from the one before, None after a long silence."""
        seen = View()
        while not self._closed:
            changed = self._changed  # taken before the comparison: a change in between is not lost
            if self._view != seen:
                seen = self._view
                yield seen
            elif not await _happens(changed, self._keep_alive):
                yield None

    async def _keep_looking(self) -> None:
        while True:
            view = await self._seen()
            if view != self._view:
                self._view = view
                self._wake()
            await asyncio.sleep(self._interval)

    async def _seen(self) -> View:
        try:
            return View(tuple(await self._look())[-LATEST:])
        except Unavailable as away:
            return replace(self._view, problem=away.detail)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _rest(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = None
        self._view = View()  # stale by the time somebody looks again


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


def _difference(known: View, now: View) -> Iterator[str]:
    if now.problem != known.problem:
        yield event("carrier", {"problem": now.problem})
    if now.bubbles is None or now.bubbles == known.bubbles:
        return
    before = {bubble.id: bubble for bubble in known.bubbles or ()}
    if known.bubbles is None or not before.keys() <= {bubble.id for bubble in now.bubbles}:
        yield event("all", messages(now.bubbles))  # the carrier has started anew, or old ones have scrolled away
    else:
        yield event("changed", messages([one for one in now.bubbles if before.get(one.id) != one]))


def messages(bubbles: Sequence[Bubble]) -> dict[str, object]:
    return {"messages": [asdict(bubble) for bubble in bubbles]}


def event(name: str, data: dict[str, object]) -> str:
    """One server-sent event; JSON escapes line breaks, so its data is one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
