"""An answer of Gemini in pieces, as the service streams it: server-sent events, each a response with a bit more in it.

A text comes word by word, a call whole. The finish reason comes last, with an empty text that carries the signature of
the text. Every chunk has `usageMetadata`; what thinking took is told in the last one.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from starlette.responses import Response, StreamingResponse

from local.standins import gemini_wire as wire
from local.standins.base import JSON

CONTENT_TYPE = "text/event-stream"


def chunks(answer: Mapping[str, JSON]) -> Sequence[dict[str, JSON]]:
    candidate = wire.node(wire.nodes(answer["candidates"])[0])
    parts = wire.nodes(wire.node(candidate.get("content")).get("parts"))
    part = wire.node(parts[0])
    text = wire.string(part.get("text"))
    if text is None:
        return (_running(answer, parts), _piece(answer, [{"text": ""}], candidate.get("finishReason")))
    pieces = [_running(answer, [{"text": piece}]) for piece in re.findall(r"\S+\s*|\s+", text)]
    last: JSON = {"text": "", "thoughtSignature": part.get("thoughtSignature")}
    return (*pieces, _piece(answer, [last], candidate.get("finishReason")))


def event(chunk: JSON | Mapping[str, JSON]) -> bytes:
    return f"data: {json.dumps(chunk)}\r\n\r\n".encode()


def events(recorded: bytes) -> Sequence[bytes]:
    """The events of a recorded stream, byte for byte."""
    return re.findall(rb".+?(?:\r?\n\r?\n|\Z)", recorded, re.DOTALL)


def documents(content: bytes) -> Sequence[wire.Node]:
    """What is said in an answer: in its one document, its list of them, or its events. Nothing in what is none."""
    pieces = [line[len(b"data: ") :] for line in content.splitlines() if line.startswith(b"data: ")] or [content]
    try:
        read: list[JSON] = [json.loads(piece) for piece in pieces]
    except ValueError:
        return ()
    return [wire.node(one) for said in read for one in (wire.nodes(said) or [said])]


def response(pieces: Iterable[bytes], status: int = 200) -> Response:
    async def sent() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return StreamingResponse(sent(), status, media_type=CONTENT_TYPE)


def _running(answer: Mapping[str, JSON], parts: list[JSON]) -> dict[str, JSON]:
    usage = {name: count for name, count in wire.node(answer.get("usageMetadata")).items() if "thoughts" not in name}
    return _piece({**answer, "usageMetadata": usage}, parts)


def _piece(answer: Mapping[str, JSON], parts: list[JSON], finish: JSON = None) -> dict[str, JSON]:
    candidate: dict[str, JSON] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    return {**answer, "candidates": [{**candidate, "finishReason": finish} if finish else candidate]}
