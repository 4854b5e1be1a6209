"""Which HTTP responses a client's library has opened for one stream, so that they can be closed with it.

google-genai 3.4.0 holds a streamed response in a cycle of its own: whoever stops listening, or meets an error in the
middle, would leave the connection open until the garbage collector comes by.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextvars import ContextVar
from typing import Protocol, TypeVar

T = TypeVar("T")


class Response(Protocol):
    async def aclose(self) -> None: ...


_NOW: ContextVar[list[Response] | None] = ContextVar("opened", default=None)


async def note(response: Response) -> None:
    """The client's hook: a response has begun."""
    opened = _NOW.get()
    if opened is not None:
        opened.append(response)


async def closing(chunks: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same chunks; every response that was opened to get them is closed at the end, whatever ends it."""
    opened: list[Response] = []
    try:
        while (chunk := await _next(chunks, opened)) is not None:
            yield chunk
    finally:
        for response in opened:
            await response.aclose()


async def _next(chunks: AsyncIterator[T], opened: list[Response]) -> T | None:
    token = _NOW.set(opened)
    try:
        return await anext(chunks, None)
    finally:
        _NOW.reset(token)
