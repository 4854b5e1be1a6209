"""Our adapter over the real google-genai client, against the service's recorded answers on loopback."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, urlsafe_b64decode

import pytest

from shared.assistant.gemini import Gemini
from shared.assistant.model import (
    FinishReason,
    ModelBusy,
    ModelRejected,
    ModelText,
    ModelTurn,
    Picture,
    Tokens,
    ToolCall,
    ToolReplies,
    ToolReply,
    UserText,
)
from tests.contract.gemini_support import KEY, MODEL, Rig, client, raw, request
from tests.unit.loopback import nobody_listens


async def test_a_recorded_text_is_read_with_its_tokens(gemini: Rig) -> None:
    await gemini.replay("generate_text.json")
    reply = await gemini.gemini.generate(request())
    assert (reply.text, reply.calls) == ("Yes! Starfish on Saturday at 9:00am has 2 spots.", ())
    assert (reply.finish, reply.tokens) == (FinishReason.STOP, Tokens(412, 16, 87, 0))


async def test_a_recorded_call_is_read_with_its_id(gemini: Rig) -> None:
    await gemini.replay("generate_function_call.json")
    reply = await gemini.gemini.generate(request())
    assert reply.calls == (ToolCall("fc_8f3k2", "find_classes", {"day": "sat", "age_years": 4}),)
    assert reply.text == ""


async def test_a_tool_loop_gives_the_signature_back_byte_for_byte_in_the_recorded_shape(gemini: Rig) -> None:
    await gemini.replay("generate_function_call.json")
    first = await gemini.gemini.generate(request())
    output = {"classes": [{"id": 1204417, "name": "Starfish & Friends", "openings": 2}]}
    replies = ToolReplies((ToolReply("fc_8f3k2", "find_classes", output),))
    await gemini.replay("generate_text.json")
    await gemini.gemini.generate(request(contents=(*request().contents, first.turn, replies)))
    sent = (await gemini.bodies())[-1]
    recorded = json.loads(raw("request_with_function_response.json"))
    # The same bytes; the client writes them in base64's URL-safe alphabet, which the service reads as well.
    signed = sent["contents"][1]["parts"][0]
    assert urlsafe_b64decode(signed["thoughtSignature"]) == b64decode("CqYBAb4+9vsAAAA=")
    signed["thoughtSignature"] = "CqYBAb4+9vsAAAA="
    recorded["contents"][2]["parts"][0]["functionResponse"]["response"]["output"] = output
    assert sent["contents"] == recorded["contents"]


async def test_every_request_forbids_storing_and_names_no_sampling_parameter(gemini: Rig) -> None:
    await gemini.replay("generate_text.json")
    await gemini.gemini.generate(request())
    [sent] = await gemini.bodies()
    recorded = json.loads(raw("request_with_function_response.json"))
    assert sent["store"] is False
    assert sent["generationConfig"] == recorded["generationConfig"]
    assert sent["toolConfig"] == recorded["toolConfig"]
    assert sent["systemInstruction"] == recorded["systemInstruction"]
    assert sent.keys() <= recorded.keys()


async def test_the_call_goes_to_the_stable_version_with_the_key_and_a_deadline_for_the_server(gemini: Rig) -> None:
    await gemini.replay("generate_text.json")
    await gemini.gemini.generate(request(timeout=7.5))
    [call] = gemini.standin.calls.listed()
    assert call["path"] == f"/v1/models/{MODEL}:generateContent"
    assert call["headers"]["x-goog-api-key"] == KEY
    assert call["headers"]["x-server-timeout"] == "8"


async def test_without_permission_to_call_the_tools_stay_declared_under_mode_none(gemini: Rig) -> None:
    await gemini.replay("generate_text.json", "generate_text.json")
    await gemini.gemini.generate(request(may_call=False))
    await gemini.gemini.generate(request(tools=()))
    without, none = await gemini.bodies()
    assert without["toolConfig"]["functionCallingConfig"]["mode"] == "NONE"
    assert len(without["tools"][0]["functionDeclarations"]) == 1
    assert "tools" not in none
    assert "toolConfig" not in none


async def test_earlier_turns_and_bursts_keep_their_roles(gemini: Rig) -> None:
    await gemini.replay("generate_text.json")
    contents = (UserText(("hi",)), ModelText("Hello!"), UserText(("any class", "on Tuesday?")))
    await gemini.gemini.generate(request(contents=contents))
    [sent] = await gemini.bodies()
    assert [(one["role"], [part["text"] for part in one["parts"]]) for one in sent["contents"]] == [
        ("user", ["hi"]),
        ("model", ["Hello!"]),
        ("user", ["any class", "on Tuesday?"]),
    ]


async def test_a_failed_tool_is_answered_under_error(gemini: Rig) -> None:
    await gemini.replay("generate_function_call.json")
    first = await gemini.gemini.generate(request())
    failed = ToolReplies((ToolReply("fc_8f3k2", "find_classes", {"error": "No."}, failed=True),))
    await gemini.replay("generate_text.json")
    await gemini.gemini.generate(request(contents=(*request().contents, first.turn, failed)))
    response = (await gemini.bodies())[-1]["contents"][2]["parts"][0]["functionResponse"]
    assert response == {"id": "fc_8f3k2", "name": "find_classes", "response": {"error": "No."}}


@pytest.mark.parametrize(
    ("name", "finish"),
    [
        ("finish_malformed_function_call.json", FinishReason.MALFORMED_FUNCTION_CALL),
        ("finish_safety.json", FinishReason.SAFETY),
        ("blocked_prompt.json", FinishReason.PROMPT_BLOCKED),
    ],
)
async def test_recorded_endings_without_an_answer_are_named(gemini: Rig, name: str, finish: FinishReason) -> None:
    await gemini.replay(name)
    reply = await gemini.gemini.generate(request())
    assert (reply.finish, reply.text, reply.calls, reply.tokens.prompt) == (finish, "", (), 12)


@pytest.mark.parametrize("reason", [one for one in FinishReason if one.name not in ("PROMPT_BLOCKED", "UNKNOWN")])
async def test_every_finish_reason_of_the_wire_comes_through_the_client_as_itself(
    gemini: Rig, reason: FinishReason
) -> None:
    await gemini.script({"body": {"candidates": [{"finishReason": reason.value, "index": 0}]}})
    assert (await gemini.gemini.generate(request())).finish is reason


# The library warns of a name that it does not know; that is news for a log, and not an error.
@pytest.mark.filterwarnings("ignore:INVENTED_NEXT_YEAR is not a valid FinishReason:UserWarning")
async def test_a_finish_reason_that_the_library_does_not_know_is_unknown(gemini: Rig) -> None:
    await gemini.script({"body": {"candidates": [{"finishReason": "INVENTED_NEXT_YEAR", "index": 0}]}})
    assert (await gemini.gemini.generate(request())).finish is FinishReason.UNKNOWN


@pytest.mark.parametrize("body", [{}, {"candidates": []}])
async def test_an_answer_without_candidates_or_reason_is_other(gemini: Rig, body: object) -> None:
    await gemini.script({"body": body})
    assert (await gemini.gemini.generate(request())).finish is FinishReason.OTHER


async def test_thoughts_are_not_for_the_customer(gemini: Rig) -> None:
    parts = [{"text": "They want Saturday.", "thought": True}, {"text": "Yes!"}]
    await gemini.script(
        {"body": {"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]}}
    )
    assert (await gemini.gemini.generate(request())).text == "Yes!"


@pytest.mark.parametrize(("name", "status"), [("error_429.json", 429), ("error_503.json", 503)])
async def test_a_recorded_overload_is_busy_after_exactly_one_attempt(gemini: Rig, name: str, status: int) -> None:
    await gemini.replay(name, status=status)
    with pytest.raises(ModelBusy, match=str(status)):
        await gemini.gemini.generate(request())
    assert len(await gemini.bodies()) == 1


@pytest.mark.parametrize("name", ["error_400_bad_key.json", "error_400_thought_signature.json"])
async def test_a_recorded_refusal_is_a_rejection_without_the_services_words(gemini: Rig, name: str) -> None:
    await gemini.replay(name, status=400)
    with pytest.raises(ModelRejected) as rejected:
        await gemini.gemini.generate(request())
    assert str(rejected.value) == "400 INVALID_ARGUMENT"


@pytest.mark.parametrize("body", ["not json", '{"candidates": 7}', '{"candidates": [{"content": 1}]}', "{"])
async def test_an_unreadable_answer_is_busy_and_no_crash(gemini: Rig, body: str) -> None:
    await gemini.script({"raw": body})
    with pytest.raises(ModelBusy, match="no readable answer"):
        await gemini.gemini.generate(request())


@pytest.mark.parametrize("body", ["", "[]", '"x"'])
async def test_a_body_that_the_library_takes_for_an_empty_answer_is_no_answer(gemini: Rig, body: str) -> None:
    await gemini.script({"raw": body})
    reply = await gemini.gemini.generate(request())
    assert (reply.text, reply.calls, reply.finish) == ("", (), FinishReason.OTHER)


async def test_a_connection_that_breaks_is_busy(gemini: Rig) -> None:
    await gemini.faults(path="/v1", drop=True)
    with pytest.raises(ModelBusy):
        await gemini.gemini.generate(request())


async def test_a_service_that_hangs_is_busy_within_its_seconds(gemini: Rig) -> None:
    await gemini.faults(path="/v1", latency_ms=2000)
    async with asyncio.timeout(1.5):
        with pytest.raises(ModelBusy, match="ReadTimeout"):
            await gemini.gemini.generate(request(timeout=0.2))


async def test_nobody_at_the_address_is_busy(gemini: Rig) -> None:
    async with client(nobody_listens()) as nowhere:
        with pytest.raises(ModelBusy, match="ConnectError"):
            await Gemini(nowhere.aio).generate(request())


async def test_a_cancellation_goes_through_the_client_at_once(gemini: Rig) -> None:
    await gemini.faults(path="/v1", latency_ms=2000)
    asking = asyncio.create_task(gemini.gemini.generate(request()))
    await asyncio.sleep(0.1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_thinking_level_that_does_not_exist_is_rejected_before_it_is_sent(gemini: Rig) -> None:
    with pytest.raises(ModelRejected, match="ENORMOUS"):
        await gemini.gemini.generate(request(thinking="ENORMOUS"))
    assert await gemini.bodies() == []


async def test_a_turn_of_another_adapter_is_a_fault_of_ours(gemini: Rig) -> None:
    with pytest.raises(TypeError):
        await gemini.gemini.generate(request(contents=(*request().contents, ModelTurn("raw"))))


async def test_a_picture_is_sent_inline_after_the_words(gemini: Rig) -> None:
    data = bytes(range(256))
    said = UserText(("What is this?",), (Picture("image/png", data),))
    await gemini.gemini.generate(request(contents=(said,)))
    (body,) = await gemini.bodies()
    words, picture = body["contents"][0]["parts"]
    assert words == {"text": "What is this?"}
    inline = picture["inlineData"]
    assert inline.get("mimeType", inline.get("mime_type")) == "image/png"  # the service takes both
    assert urlsafe_b64decode(inline["data"]) == data
