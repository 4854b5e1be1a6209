"""Gemini's wire format, read leniently (both letter cases, as the service does) and checked strictly.

A request that the service would refuse is refused with its words: thought signatures that did not come back, function
responses without their id, sampling parameters. One refusal is the law of this house and not the service's: `store`
must be false.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from local.standins.base import JSON

Node = Mapping[str, JSON]

KEEPER = "skip_thought_signature_validator"  # the service's own sentinel for calls that some other model made
THINKING = frozenset({"MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"})
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})
SAMPLING = ("temperature", "topP", "topK")


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, status: str, message: str, details: Sequence[JSON] = ()) -> None:
        super().__init__(message)
        error: dict[str, JSON] = {"code": code, "message": message, "status": status}
        self.code = code
        self.body: JSON = {"error": {**error, "details": list(details)} if details else error}

    def response(self) -> Response:
        return pretty(self.body, self.code)


@dataclass(frozen=True)
class Call:
    id: str | None
    name: str
    args: Node
    signature: str | None


@dataclass(frozen=True)
class Result:
    id: str | None
    name: str
    response: Node


@dataclass(frozen=True)
class Content:
    role: str
    texts: tuple[str, ...]
    calls: tuple[Call, ...]
    results: tuple[Result, ...]
    pictures: tuple[str, ...] = ()  # their types; nobody here can look at one


@dataclass(frozen=True)
class Ask:
    """A generateContent request. `tools`: name → parameters; `may_call` is false under mode NONE."""

    model: str
    system: str
    contents: tuple[Content, ...]
    tools: dict[str, Node]
    may_call: bool
    most_tokens: int | None

    @property
    def turn(self) -> tuple[Content, ...]:
        """From the customer's latest words on."""
        starts = [place for place, one in enumerate(self.contents) if one.role == "user" and one.texts]
        return self.contents[starts[-1] :] if starts else self.contents


def invalid(message: str) -> Refused:
    return Refused(400, "INVALID_ARGUMENT", message)


def bad_key() -> Refused:
    detail: JSON = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    message = "API key not valid. Please pass a valid API key."
    return Refused(400, "INVALID_ARGUMENT", message, [detail])


def pretty(body: JSON, status: int = 200) -> Response:
    """Written as the service writes, so that a recorded answer comes out in the same bytes."""
    return Response(json.dumps(body, indent=2) + "\n", status, media_type="application/json; charset=UTF-8")


def read(model: str, body: bytes) -> Ask:
    """Raises Refused for what the service refuses (signatures apart: see `check_signatures`)."""
    document = parsed(body)
    _check_model(model)
    settings = node(field(document, "generationConfig"))
    _check_settings(model, document, settings)
    contents = tuple(_content(node(one)) for one in nodes(field(document, "contents")))
    _check_turns(contents)
    mode = field(node(field(node(field(document, "toolConfig")), "functionCallingConfig")), "mode")
    most = field(settings, "maxOutputTokens")
    return Ask(
        model=model,
        system="\n".join(_texts(node(field(document, "systemInstruction")))),
        contents=contents,
        tools=_declared(document),
        may_call=mode != "NONE",
        most_tokens=most if isinstance(most, int) else None,
    )


def check_signatures(ask: Ask, given: Mapping[str, tuple[str, str]]) -> None:
    """Every step of the running tool loop brings back the signature that it was given, on its first call.

    `given`: call id → (model, signature). Raises Refused with the service's words.
    """
    before = len(ask.contents) - len(ask.turn)  # finished exchanges are not checked
    for position, content in enumerate(ask.turn, start=before + 1):
        if not content.calls:
            continue
        first = content.calls[0]
        if first.signature is None:
            raise invalid(
                "Function call is missing a thought_signature in functionCall parts. This is required for tools to "
                "work correctly, and missing thought_signature may lead to degraded model performance. Additional "
                f"data, function call `default_api:{first.name}`, position {position}."
            )
        known = given.get(first.id or "")
        if first.signature != KEEPER and known is not None and not _same(known, ask.model, first.signature):
            raise invalid("Corrupted thought signature.")


def _same(known: tuple[str, str], model: str, signature: str) -> bool:
    """The same bytes of the same model. The official client sends base64 in its other alphabet: both are accepted."""
    return known == (model, signature.replace("-", "+").replace("_", "/"))


def field(parent: Node, name: str) -> JSON:
    """A field by its camel-case name, also where it was sent in snake case."""
    return parent.get(name, parent.get(re.sub("([A-Z])", lambda m: f"_{m[1].lower()}", name)))


def node(value: JSON) -> Node:
    return value if isinstance(value, dict) else {}


def nodes(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def string(value: JSON) -> str | None:
    return value if isinstance(value, str) else None


def parsed(body: bytes) -> Node:
    """The body's JSON object; raises Refused for anything else."""
    try:
        document: JSON = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise invalid("Invalid JSON payload received. Unable to parse the request.")
    return document


def _check_model(model: str) -> None:
    if not model.startswith("gemini-") or model.startswith("gemini-2.0-"):
        raise Refused(404, "NOT_FOUND", f"models/{model} is not found, or is not supported for generateContent.")


def _check_settings(model: str, document: Node, settings: Node) -> None:
    if field(document, "store") is not False:
        raise invalid("store must be false: this house keeps no customer's words anywhere else (not a rule of Gemini).")
    for name in SAMPLING:
        if field(settings, name) is not None:
            raise invalid(f"{name} is not supported by {model}.")
    thinking = field(node(field(settings, "thinkingConfig")), "thinkingLevel")
    if thinking is not None and (thinking not in THINKING or (thinking == "MINIMAL" and "gemini-4" in model)):
        raise invalid(f"Thinking level {thinking} is not supported by {model}.")
    most = field(settings, "maxOutputTokens")
    if most is not None and (not isinstance(most, int) or most < 1):
        raise invalid("maxOutputTokens must be positive.")


def _check_turns(contents: Sequence[Content]) -> None:
    if not contents or contents[-1].role != "user":
        raise invalid("Please ensure that contents is not empty and ends with a user turn.")
    asked: tuple[Call, ...] = ()
    for content in contents:
        if content.results or asked:
            _check_results(asked, content.results)
        asked = content.calls


def _check_results(calls: Sequence[Call], results: Sequence[Result]) -> None:
    if len(calls) != len(results):
        raise invalid(
            "Please ensure that the number of function response parts is equal to the number of function call parts of "
            "the function call turn."
        )
    for call, result in zip(calls, results, strict=True):
        if call.name != result.name or (call.id is not None and call.id != result.id):
            raise invalid(f"The function response for `{call.name}` does not carry the id of its function call.")


def _content(content: Node) -> Content:
    role = string(field(content, "role")) or "user"
    if role not in ("user", "model"):
        raise invalid("Please use a valid role: user, model.")
    parts = [node(part) for part in nodes(field(content, "parts"))]
    return Content(role, tuple(_texts(content)), tuple(_calls(parts)), tuple(_results(parts)), tuple(_pictures(parts)))


def _pictures(parts: Sequence[Node]) -> Iterator[str]:
    """The types of what is sent along. The official client writes base64 in its other alphabet: both are accepted."""
    for part in parts:
        inline = node(field(part, "inlineData"))
        if inline:
            kind, data = string(field(inline, "mimeType")) or "", string(field(inline, "data")) or ""
            if kind not in PICTURES:
                raise invalid(f"Unsupported MIME type: {kind}")
            try:
                content = b64decode(data.replace("-", "+").replace("_", "/"), validate=True)
            except ValueError:
                content = b""
            if not content:
                raise invalid("Unable to process input image. Please retry or report.")
            yield kind


def _texts(content: Node) -> Iterator[str]:
    for part in nodes(field(content, "parts")):
        text = string(field(node(part), "text"))
        if text:
            yield text


def _calls(parts: Sequence[Node]) -> Iterator[Call]:
    for part in parts:
        call = node(field(part, "functionCall"))
        if call:
            signature = string(field(part, "thoughtSignature"))
            yield Call(string(call.get("id")), str(call.get("name")), node(call.get("args")), signature)


def _results(parts: Sequence[Node]) -> Iterator[Result]:
    for part in parts:
        result = node(field(part, "functionResponse"))
        if result:
            yield Result(string(result.get("id")), str(result.get("name")), node(result.get("response")))


def _declared(document: Node) -> dict[str, Node]:
    declarations = (nodes(field(node(tool), "functionDeclarations")) for tool in nodes(field(document, "tools")))
    return {
        str(node(one).get("name")): node(field(node(one), "parametersJsonSchema") or field(node(one), "parameters"))
        for of_tool in declarations
        for one in of_tool
    }
