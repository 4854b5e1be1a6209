"""Gemini on this machine: the service's own protocol, and a demonstration where the service has a model.

    POST /v1|v1beta/models/{model}:generateContent
    POST /v1|v1beta/models/{model}:streamGenerateContent?alt=sse     data: {…}\\r\\n\\r\\n, no end mark
    POST /v1|v1beta/models/{model}:batchEmbedContents
    PUT  /__script     [{"body": JSON} or {"raw": "…"}, each with "status" (200), "content_type", "model" (any) and
                       "contains": [text, …] (what the request says)]
    GET|DELETE /__script

A scripted reply takes the place of the next answer (to that model and to such a request, if it names them), byte for
byte if it is raw. Where a stream was asked for, a body comes as one chunk, or as the chunks that it is a list of; each
chunk is sent by itself, so that a fault can come between two. The request is checked all the same. Without a script the
demonstration answers (`gemini_demonstration`: rules that repeat what the request carries); `modelVersion` ends in
"-demonstration", so nobody can take it for the real one.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_bytes, token_hex

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.standins import gemini_demonstration as demonstration
from local.standins import gemini_stream as streams
from local.standins import gemini_wire as wire
from local.standins.base import JSON, Standin
from local.standins.delivery import strings

DIMENSIONS = 768
CHARACTERS_PER_TOKEN = 4
THOUGHTS = 16  # tokens that every answer claims for thinking


@dataclass(frozen=True)
class Scripted:
    """An ordered answer."""

    content: bytes
    status: int = 200
    content_type: str = "application/json; charset=UTF-8"
    model: str | None = None
    contains: tuple[str, ...] = ()
    raw: bool = False

    @classmethod
    def parse(cls, entry: JSON) -> Scripted:
        """Raises ValueError for anything but {"body" or "raw"[, "status", "content_type", "model", "contains"]}."""
        given = wire.node(entry)
        raw, status = given.get("raw"), given.get("status", 200)
        if ("raw" in given) == ("body" in given) or not isinstance(status, int):
            raise ValueError('each entry has either "body" or "raw", and an integer "status" if any')
        content = raw.encode() if isinstance(raw, str) else json.dumps(given.get("body")).encode()
        kind = wire.string(given.get("content_type")) or cls.content_type
        model, contains = wire.string(given.get("model")), strings(given.get("contains"))
        return cls(content, status, kind, model, contains, raw="raw" in given)

    def fits(self, model: str, body: bytes) -> bool:
        return self.model in (None, model) and all(text.encode() in body for text in self.contains)


class GeminiStandin(Standin):
    """`keys`: the API keys that are valid; None means any."""

    def __init__(self, keys: Sequence[str] | None = None) -> None:
        self._keys = keys
        self._script: list[Scripted] = []
        self._given: dict[str, tuple[str, str]] = {}  # call id → the model and the signature that it was given
        super().__init__(
            "gemini",
            [
                Route("/__script", self._scripts, methods=["GET", "PUT", "DELETE"]),
                Route("/{version:str}/models/{call:str}", self._models, methods=["POST"]),
            ],
        )

    def reset(self) -> None:
        """Forget everything: calls, faults, scripts, signatures."""
        self.calls.clear()
        self.faults.clear()
        self._script.clear()
        self._given.clear()

    async def _scripts(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._script.clear()
        if request.method == "PUT":
            try:
                self._script = [Scripted.parse(one) for one in wire.nodes(json.loads(await request.body()))]
            except ValueError as error:
                return JSONResponse({"error": "bad_script", "detail": str(error)}, status_code=400)
        return JSONResponse({"waiting": len(self._script)})

    async def _models(self, request: Request) -> Response:
        model, _, method = request.path_params["call"].partition(":")
        handlers = {
            "generateContent": self._generate,
            "streamGenerateContent": self._stream,
            "batchEmbedContents": self._embed,
        }
        try:
            if request.path_params["version"] not in ("v1", "v1beta") or method not in handlers:
                raise wire.Refused(404, "NOT_FOUND", "Requested entity was not found.")
            self._check_key(request.headers.get("x-goog-api-key", ""))
            return handlers[method](model, await request.body(), request.query_params.get("alt", ""))
        except wire.Refused as refused:
            return refused.response()

    def _check_key(self, key: str) -> None:
        if not key or (self._keys is not None and key not in self._keys):
            raise wire.bad_key()

    def _generate(self, model: str, body: bytes, _alt: str) -> Response:
        ask = self._asked(model, body)
        scripted = self._next(model, body)
        return self._replayed(scripted, model) if scripted else wire.pretty(self._answer(ask))

    def _stream(self, model: str, body: bytes, alt: str) -> Response:
        ask = self._asked(model, body)
        scripted = self._next(model, body)
        if scripted:
            return self._streamed(scripted, model, alt)
        chunks = streams.chunks(self._answer(ask))
        return streams.response(streams.event(chunk) for chunk in chunks) if alt == "sse" else wire.pretty(list(chunks))

    def _streamed(self, scripted: Scripted, model: str, alt: str) -> Response:
        if scripted.raw or scripted.status != 200 or alt != "sse":
            return self._replayed(scripted, model)
        self._remember(scripted.content, model)
        document: JSON = json.loads(scripted.content)
        return streams.response(streams.event(one) for one in wire.nodes(document) or [document])

    def _asked(self, model: str, body: bytes) -> wire.Ask:
        ask = wire.read(model, body)
        wire.check_signatures(ask, self._given)
        return ask

    def _next(self, model: str, body: bytes) -> Scripted | None:
        for scripted in self._script:
            if scripted.fits(model, body):
                self._script.remove(scripted)
                return scripted
        return None

    def _replayed(self, scripted: Scripted, model: str) -> Response:
        self._remember(scripted.content, model)
        if scripted.content_type == streams.CONTENT_TYPE:
            return streams.response(streams.events(scripted.content), scripted.status)
        return Response(scripted.content, scripted.status, media_type=scripted.content_type)

    def _remember(self, content: bytes, model: str) -> None:
        """The signatures in an ordered answer are demanded back like our own."""
        candidates = (one for said in streams.documents(content) for one in wire.nodes(said.get("candidates")))
        for candidate in candidates:
            for part in wire.nodes(wire.node(wire.node(candidate).get("content")).get("parts")):
                call = wire.string(wire.node(wire.node(part).get("functionCall")).get("id"))
                signature = wire.string(wire.node(part).get("thoughtSignature"))
                if call and signature:
                    self._given[call] = (model, signature)

    def _answer(self, ask: wire.Ask) -> dict[str, JSON]:
        reply = demonstration.reply(ask)
        parts = self._call_parts(ask.model, reply.calls) if reply.calls else [_text_part(_cut(reply.text, ask))]
        was_cut = not reply.calls and _cut(reply.text, ask) != reply.text
        content: JSON = {"parts": parts, "role": "model"}
        candidate: JSON = {"content": content, "finishReason": "MAX_TOKENS" if was_cut else "STOP", "index": 0}
        return {
            "candidates": [candidate],
            "usageMetadata": _usage(ask, json.dumps(parts)),
            "modelVersion": f"{ask.model}-demonstration",
            "responseId": token_hex(8),
        }

    def _call_parts(self, model: str, calls: Sequence[demonstration.Wanted]) -> list[JSON]:
        """As the service does it: of parallel calls the first alone carries a signature."""
        parts: list[JSON] = []
        for place, call in enumerate(calls):
            identity = f"fc_{token_hex(4)}"
            part: dict[str, JSON] = {"functionCall": {"name": call.name, "args": dict(call.args), "id": identity}}
            if place == 0:
                part["thoughtSignature"] = signature = _signature()
                self._given[identity] = (model, signature)
            parts.append(part)
        return parts

    def _embed(self, model: str, body: bytes, _alt: str) -> Response:
        requests = wire.nodes(wire.parsed(body).get("requests"))
        return wire.pretty({"embeddings": [{"values": _vector(wire.node(one))} for one in requests]})


def _text_part(text: str) -> JSON:
    return {"text": text, "thoughtSignature": _signature()}


def _signature() -> str:
    return b64encode(token_bytes(24)).decode()


def _cut(text: str, ask: wire.Ask) -> str:
    return text if ask.most_tokens is None else text[: ask.most_tokens * CHARACTERS_PER_TOKEN]


def _usage(ask: wire.Ask, said: str) -> JSON:
    heard = len(ask.system) + sum(len(text) for content in ask.contents for text in content.texts)
    prompt, output = 1 + heard // CHARACTERS_PER_TOKEN, 1 + len(said) // CHARACTERS_PER_TOKEN
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": output,
        "totalTokenCount": prompt + output + THOUGHTS,
        "thoughtsTokenCount": THOUGHTS,
    }


def _vector(request: wire.Node) -> list[JSON]:
    """Words hashed into a unit vector: equal words are near each other, and that is all it knows of meaning."""
    size = wire.field(request, "outputDimensionality")
    values = [0.0] * (size if isinstance(size, int) and size > 0 else DIMENSIONS)
    texts = (wire.node(part).get("text") for part in wire.nodes(wire.node(request.get("content")).get("parts")))
    for word in re.findall(r"\w+", " ".join(text for text in texts if isinstance(text, str)).casefold()):
        values[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % len(values)] += 1.0
    norm = math.hypot(*values) or 1.0
    return [value / norm for value in values]
