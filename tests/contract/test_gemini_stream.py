"""A streamed answer: our adapter and the real client over the service's recorded events, and over broken ones."""

from __future__ import annotations

import asyncio
import time
from base64 import urlsafe_b64decode
from contextlib import aclosing
from dataclasses import replace

import pytest

from local.standins.base import JSON
from shared.assistant import Answer, Assistant, AttachLink, Outcome, ShowClasses, Tools
from shared.assistant.model import (
    FinishReason,
    ModelBusy,
    ModelPart,
    ModelRejected,
    ModelReply,
    ModelRequest,
    Tokens,
    ToolCall,
    ToolReplies,
    ToolReply,
    UserText,
)
from tests.contract.gemini_support import KEY, MODEL, Rig, lawful, raw, request
from tests.unit.assistant_support import GUPPY, REGISTER, SERVICE, SHARK, TAKEN_BACK, ClassList, Reader, brief
from tests.unit.loopback import MovableClock

SSE = "text/event-stream"


async def heard(gemini: Rig, asked: ModelRequest | None = None) -> tuple[list[ModelPart], ModelReply]:
    async with aclosing(gemini.gemini.stream(asked or request())) as stream:
        *parts, reply = [part async for part in stream]
    return parts, reply


async def replay(gemini: Rig, name: str) -> None:
    await gemini.script({"raw": raw(name).decode(), "content_type": SSE})


def chunk(*parts: JSON, finish: str | None = None, **more: JSON) -> dict[str, JSON]:
    candidate: dict[str, JSON] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return {"candidates": [candidate | ({"finishReason": finish} if finish else {})], **more}


async def test_a_recorded_stream_is_heard_in_its_parts_and_ends_with_the_whole_reply(gemini: Rig) -> None:
    await replay(gemini, "stream_text.sse")
    parts, reply = await heard(gemini)
    assert [part.text for part in parts] == ["Yes! ", "Starfish has 2 spots.", ""]
    assert [part.tokens.output for part in parts] == [2, 8, 8]
    assert (reply.text, reply.calls, reply.finish) == ("Yes! Starfish has 2 spots.", (), FinishReason.STOP)
    assert reply.tokens == Tokens(412, 8, 30, 0)


@pytest.mark.parametrize("version", ["v1", "v1beta"])
@pytest.mark.parametrize("name", ["stream_text.sse", "stream_function_call.sse"])
async def test_a_recorded_stream_comes_out_of_a_script_byte_for_byte(gemini: Rig, name: str, version: str) -> None:
    await replay(gemini, name)
    answered = await gemini.post(lawful(), "streamGenerateContent", version=version)
    assert (answered.content, answered.headers["content-type"].split(";")[0]) == (raw(name), SSE)


async def test_a_signature_that_was_streamed_is_demanded_back(gemini: Rig) -> None:
    await replay(gemini, "stream_function_call.sse")
    _, reply = await heard(gemini)
    reply.turn.raw.parts[0].thought_signature = b"another"
    contents = (*request().contents, reply.turn, ToolReplies((ToolReply("fc_1", "find_classes", {}),)))
    with pytest.raises(ModelRejected, match="400"):
        await heard(gemini, request(contents=contents))


async def test_a_recorded_call_is_heard_at_once_and_goes_back_with_its_signature(gemini: Rig) -> None:
    await replay(gemini, "stream_function_call.sse")
    parts, reply = await heard(gemini)
    assert [part.calls for part in parts] == [True, False]
    assert reply.calls == (ToolCall("fc_1", "find_classes", {"day": "sat"}),)
    replies = ToolReplies((ToolReply("fc_1", "find_classes", {"classes": []}),))
    await replay(gemini, "stream_text.sse")
    await heard(gemini, request(contents=(*request().contents, reply.turn, replies)))
    [sent] = (await gemini.bodies())[-1]["contents"][1]["parts"]
    assert sent["functionCall"] == {"id": "fc_1", "name": "find_classes", "args": {"day": "sat"}}
    assert urlsafe_b64decode(sent["thoughtSignature"]) == urlsafe_b64decode("CqYBAb4-9vsDDDA=")


async def test_a_turn_of_many_chunks_goes_back_whole_and_in_order(gemini: Rig) -> None:
    thought: JSON = {"text": "They want Saturday.", "thought": True}
    called: JSON = {"functionCall": {"name": "find_classes", "args": {}, "id": "a"}, "thoughtSignature": "AAEC"}
    also: JSON = {"functionCall": {"name": "find_classes", "args": {"day": "sun"}, "id": "b"}}
    late: JSON = {"text": "", "thoughtSignature": "AwQF"}
    chunks: list[JSON] = [
        chunk(thought),
        chunk({"text": "Let me "}, {"text": "look."}),
        chunk(called, also),
        chunk(late),
        chunk({"text": ""}, finish="STOP"),
    ]
    await gemini.script({"body": chunks})
    parts, reply = await heard(gemini)
    assert [(part.text, part.calls) for part in parts] == [
        ("", False),
        ("Let me look.", False),
        ("", True),
        ("", False),
        ("", False),
    ]
    assert [call.id for call in reply.calls] == ["a", "b"]
    replies = ToolReplies((ToolReply("a", "find_classes", {}), ToolReply("b", "find_classes", {})))
    await heard(gemini, request(contents=(*request().contents, reply.turn, replies)))
    sent = (await gemini.bodies())[-1]["contents"][1]
    assert sent == {"role": "model", "parts": [thought, {"text": "Let me "}, {"text": "look."}, called, also, late]}


async def test_what_is_asked_is_the_same_as_without_a_stream(gemini: Rig) -> None:
    await gemini.gemini.generate(request(timeout=7.5))
    await heard(gemini, request(timeout=7.5))
    whole, streamed = gemini.standin.calls.listed()
    assert streamed["path"] == f"/v1/models/{MODEL}:streamGenerateContent"
    assert streamed["query"] == "alt=sse"
    assert streamed["body"] == whole["body"]
    assert streamed["body"]["store"] is False
    headers = ("x-goog-api-key", "x-server-timeout")
    assert [streamed["headers"][name] for name in headers] == [KEY, "8"]


async def test_a_demonstration_streams_the_words_that_it_says_at_once(gemini: Rig) -> None:
    whole = await gemini.gemini.generate(request("Hi"))
    parts, reply = await heard(gemini, request("Hi"))
    assert [part.text for part in parts] == ["Hello! ", "How ", "can ", "I ", "help ", "you?", ""]
    assert (reply.text, reply.finish, reply.tokens) == (whole.text, whole.finish, whole.tokens)


@pytest.mark.parametrize("reason", [one for one in FinishReason if one.name not in ("PROMPT_BLOCKED", "UNKNOWN")])
async def test_every_finish_reason_comes_out_of_the_last_chunk_as_itself(gemini: Rig, reason: FinishReason) -> None:
    await gemini.script({"body": [chunk({"text": "So "}), {"candidates": [{"finishReason": reason.value}]}]})
    _, reply = await heard(gemini)
    assert (reply.finish, reply.text) == (reason, "So ")


async def test_a_prompt_that_is_blocked_has_no_parts(gemini: Rig) -> None:
    await gemini.script({"body": {"promptFeedback": {"blockReason": "SAFETY"}}})
    parts, reply = await heard(gemini)
    assert ([part.text for part in parts], reply.finish) == ([""], FinishReason.PROMPT_BLOCKED)


async def test_a_stream_that_ends_politely_without_a_reason_is_no_whole_answer(gemini: Rig) -> None:
    await gemini.script({"body": [chunk({"text": "Half of "})]})
    _, reply = await heard(gemini)
    assert reply.finish is FinishReason.FINISH_REASON_UNSPECIFIED


async def test_an_empty_stream_is_other(gemini: Rig) -> None:
    await gemini.script({"raw": "", "content_type": SSE})
    parts, reply = await heard(gemini)
    assert (parts, reply.finish) == ([], FinishReason.OTHER)


async def test_a_connection_that_breaks_half_way_is_busy_after_the_parts_that_came(gemini: Rig) -> None:
    await gemini.faults(path="/v1", pieces=2)
    async with aclosing(gemini.gemini.stream(request("Hi"))) as stream:
        assert [(await anext(stream)).text for _ in range(2)] == ["Hello! ", "How "]
        with pytest.raises(ModelBusy, match="RemoteProtocolError"):
            await anext(stream)


@pytest.mark.parametrize("event", ["data: not json", 'data: {"candidates": 7}', "{"])
async def test_an_unreadable_event_is_busy_and_no_crash(gemini: Rig, event: str) -> None:
    await gemini.script({"raw": f"{raw('stream_text.sse').decode()}{event}\n\n", "content_type": SSE})
    with pytest.raises(ModelBusy, match="no readable answer"):
        await heard(gemini)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ({"code": 503, "status": "UNAVAILABLE", "message": "x"}, ModelBusy),
        ({"code": 400, "status": "INVALID_ARGUMENT", "message": "x"}, ModelRejected),
        ({"message": "x"}, ModelBusy),
    ],
)
async def test_an_error_in_the_middle_of_a_stream_is_named_like_any_other(
    gemini: Rig, error: JSON, raised: type[Exception]
) -> None:
    await gemini.script({"body": [chunk({"text": "So "}), {"error": error}]})
    with pytest.raises(raised):
        await heard(gemini)


@pytest.mark.parametrize(("name", "status"), [("error_429.json", 429), ("error_503.json", 503)])
async def test_a_recorded_overload_is_busy_after_one_attempt(gemini: Rig, name: str, status: int) -> None:
    await gemini.replay(name, status=status)
    with pytest.raises(ModelBusy, match=str(status)):
        await heard(gemini)
    assert len(await gemini.bodies()) == 1


async def test_a_recorded_refusal_is_a_rejection(gemini: Rig) -> None:
    await gemini.replay("error_400_thought_signature.json", status=400)
    with pytest.raises(ModelRejected, match="400 INVALID_ARGUMENT"):
        await heard(gemini)


async def test_a_part_is_heard_when_it_is_sent_and_not_when_the_answer_is_over(gemini: Rig) -> None:
    await gemini.faults(path="/v1", piece_ms=100)
    started = time.monotonic()
    async with aclosing(gemini.gemini.stream(request("Hi"))) as stream:
        times = [time.monotonic() - started async for _ in stream]
    assert times[-1] - times[0] > 0.5


async def test_a_stall_between_two_chunks_is_busy_within_its_seconds(gemini: Rig) -> None:
    await gemini.faults(path="/v1", piece_ms=2000)
    async with asyncio.timeout(1.5):
        with pytest.raises(ModelBusy, match="ReadTimeout"):
            await heard(gemini, request("Hi", timeout=0.2))


def open_connections(gemini: Rig) -> list[object]:
    pool = gemini.client._api_client._async_httpx_client._transport._pool
    return [one for one in pool.connections if not one.is_idle()]


async def test_who_stops_listening_closes_the_connection(gemini: Rig) -> None:
    await gemini.faults(path="/v1", piece_ms=200)
    async with aclosing(gemini.gemini.stream(request("Hi"))) as stream:
        await anext(stream)
        assert len(open_connections(gemini)) == 1
    assert open_connections(gemini) == []


async def test_an_error_in_the_middle_leaves_no_connection_open(gemini: Rig) -> None:
    error: JSON = {"error": {"code": 503, "status": "UNAVAILABLE", "message": "x"}}
    await gemini.script({"body": [chunk({"text": "So "}), error, chunk({"text": "on."})]})
    with pytest.raises(ModelBusy):
        await heard(gemini)
    assert open_connections(gemini) == []


async def test_a_cancellation_goes_through_the_stream_at_once(gemini: Rig) -> None:
    await gemini.faults(path="/v1", piece_ms=2000)
    asking = asyncio.create_task(heard(gemini))
    await asyncio.sleep(0.1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_stream_answers_a_conversation_with_earlier_words(gemini: Rig) -> None:
    _, reply = await heard(gemini, request("hi", "how are you?", contents=(UserText(("Hi",)),)))
    assert reply.text == "Hello! How can I help you?"


async def ask(gemini: Rig, reader: Reader | None, *texts: str) -> Answer:
    assistant = Assistant(gemini.gemini, Tools(ClassList(GUPPY, SHARK)), MovableClock(), sleep=at_once)
    service = replace(SERVICE, model=MODEL, fallback_model="gemini-3.5-flash-lite")
    return await assistant.answer(brief(*texts, service=service, channel="webchat"), reader)


async def at_once(_seconds: float) -> None:
    """No pause between the tries."""


async def test_the_demo_answers_a_chat_in_units_and_with_cards(gemini: Rig) -> None:
    reader = Reader()
    asked = ("Any Tuesday classes?", "And send me the registration link")
    answer = await ask(gemini, reader, *asked)
    assert answer.text == (await ask(gemini, None, *asked)).text
    assert reader.events == [
        "Guppy & Co: Tue 4:30 PM, 2 spots, $85.",
        " Here is the link: Registration form.",
        f"\n{REGISTER.url}",
    ]
    assert set(map(type, answer.effects)) == {ShowClasses, AttachLink}


async def test_a_connection_that_breaks_in_an_answer_costs_the_visitor_one_more_try(gemini: Rig) -> None:
    reader = Reader()
    await gemini.script({"body": [chunk({"text": text}) for text in ("Free behind ", "the building. ", "And ", "so.")]})
    await gemini.faults(path="/v1", pieces=3)
    answer = await ask(gemini, reader, "Where can I park?")
    assert reader.events == ["Free behind the building.", TAKEN_BACK, "Free behind the building, 40 spaces."]
    assert (answer.text, answer.outcome, len(await gemini.bodies())) == (reader.reads, Outcome.ANSWERED, 2)


async def test_a_link_that_the_model_invents_ends_the_stream_at_once(gemini: Rig) -> None:
    reader = Reader()
    words = ("Free behind the building. ", "Go to ", "https://evil.", "example/now. ", "It ", "is ", "nice.")
    await gemini.script({"body": [chunk({"text": word}) for word in words]})
    await gemini.faults(path="/v1", piece_ms=50)
    answer = await ask(gemini, reader, "Where can I park?")
    assert reader.events == ["Free behind the building.", TAKEN_BACK]
    assert (answer.outcome, answer.reason) == (Outcome.HANDED_OFF, "guard:foreign_link")
    assert open_connections(gemini) == []
