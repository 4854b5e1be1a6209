"""The stand-in: the service's protocol, its refusals, and a demonstration that knows only what it is told."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from google.genai import types

from tests.contract.gemini_support import FIXTURES, KEY, MODEL, Rig, lawful, raw, request

ANSWERS = ["generate_text.json", "generate_function_call.json", "finish_safety.json", "blocked_prompt.json"]


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir()))
async def test_every_recorded_payload_comes_out_of_a_script_byte_for_byte(gemini: Rig, name: str) -> None:
    await gemini.replay(name, status=429)
    answered = await gemini.post(lawful())
    assert (answered.content, answered.status_code) == (raw(name), 429)


async def test_a_recorded_stream_is_read_by_the_real_client(gemini: Rig) -> None:
    await gemini.script({"raw": raw("stream_text.sse").decode(), "content_type": "text/event-stream"})
    config = types.GenerateContentConfig(store=False)
    stream = await gemini.client.aio.models.generate_content_stream(model=MODEL, contents="Hi", config=config)
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.text or "" for chunk in chunks) == "Yes! Starfish has 2 spots."
    assert chunks[-1].candidates[0].content.parts[0].thought_signature is not None


async def test_a_scripted_answer_waits_for_a_request_that_says_what_it_is_for(gemini: Rig) -> None:
    await gemini.script({"raw": "{}", "contains": ["backstroke"]})
    assert (await gemini.post(lawful())).content != b"{}"
    about = [{"role": "user", "parts": [{"text": "Who teaches backstroke?"}]}]
    assert (await gemini.post(lawful(contents=about))).content == b"{}"


async def test_its_own_refusals_have_the_recorded_bytes(gemini: Rig) -> None:
    assert (await gemini.post(lawful(), key="")).content == raw("error_400_bad_key.json")
    wrong = await gemini.post(lawful(), key="wrong")
    assert (wrong.status_code, wrong.content) == (400, raw("error_400_bad_key.json"))
    unsigned = lawful()
    del unsigned["contents"][1]["parts"][0]["thoughtSignature"]
    refused = await gemini.post(unsigned)
    assert (refused.status_code, refused.content) == (400, raw("error_400_thought_signature.json"))


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_both_versions_are_served(gemini: Rig, version: str) -> None:
    assert (await gemini.post(lawful(), version=version)).status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"store": True}, "store"),
        ({"store": None}, "store"),
        ({"generationConfig": {"temperature": 0.2}}, "temperature"),
        ({"generationConfig": {"top_p": 0.9}}, "topP"),
        ({"generationConfig": {"topK": 3}}, "topK"),
        ({"generationConfig": {"maxOutputTokens": 0}}, "maxOutputTokens"),
        ({"generationConfig": {"thinkingConfig": {"thinking_level": "HUGE"}}}, "HUGE"),
        ({"contents": []}, "contents"),
        ({"contents": [{"role": "model", "parts": [{"text": "x"}]}]}, "user turn"),
        ({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}, "valid role"),
    ],
)
async def test_what_the_service_or_this_house_forbids_is_refused_with_400(gemini: Rig, body: dict, says: str) -> None:
    refused = await gemini.post(lawful(**body))
    assert refused.status_code == 400
    assert refused.json()["error"]["status"] == "INVALID_ARGUMENT"
    assert says in refused.json()["error"]["message"]


async def test_what_is_no_json_object_is_refused(gemini: Rig) -> None:
    assert (await gemini.post([1, 2])).status_code == 400
    answered = await gemini.http.post(
        f"{gemini.url}/v1/models/{MODEL}:generateContent", content=b"{", headers={"x-goog-api-key": KEY}
    )
    assert answered.status_code == 400


@pytest.mark.parametrize("extra", [{"model": "gemini-2.0-flash"}, {"model": "gpt"}, {"version": "v2"}])
async def test_a_retired_or_foreign_model_and_an_unknown_version_are_not_found(gemini: Rig, extra: dict) -> None:
    assert (await gemini.post(lawful(), **extra)).status_code == 404
    assert (await gemini.post(lawful(), method="explode")).status_code == 404


async def called(gemini: Rig) -> tuple[dict, dict]:
    """A demonstration's own call, and the body that answers it."""
    tool = {"name": "get_classes", "description": "", "parameters_json_schema": {"type": "object"}}
    body = lawful(contents=[{"role": "user", "parts": [{"text": "Any classes on Saturday?"}]}])
    body["tools"] = [{"function_declarations": [tool]}]
    turn = (await gemini.post(body)).json()["candidates"][0]["content"]
    call = turn["parts"][0]["functionCall"]
    result = {"functionResponse": {"id": call["id"], "name": call["name"], "response": {"output": {"classes": []}}}}
    return turn, {**body, "contents": [*body["contents"], turn, {"role": "user", "parts": [result]}]}


async def test_a_signature_must_come_back_as_it_was_given(gemini: Rig) -> None:
    _, body = await called(gemini)
    assert (await gemini.post(body)).status_code == 200
    changed = deepcopy(body)
    changed["contents"][1]["parts"][0]["thoughtSignature"] = "AAAA"
    assert "Corrupted thought signature" in (await gemini.post(changed)).text
    assert "Corrupted thought signature" in (await gemini.post(body, model="gemini-3.5-flash-lite")).text
    del changed["contents"][1]["parts"][0]["thoughtSignature"]
    assert "missing a thought_signature" in (await gemini.post(changed)).text


async def test_the_signatures_of_scripted_calls_are_demanded_too(gemini: Rig) -> None:
    await gemini.replay("generate_function_call.json")
    await gemini.post(lawful())
    changed = lawful()
    changed["contents"][1]["parts"][0]["thoughtSignature"] = "AAAA"
    assert "Corrupted" in (await gemini.post(changed)).text
    assert (await gemini.post(lawful())).status_code == 200


async def test_signatures_of_finished_exchanges_are_not_checked(gemini: Rig) -> None:
    _, body = await called(gemini)
    del body["contents"][1]["parts"][0]["thoughtSignature"]
    said = [{"role": "model", "parts": [{"text": "None."}]}, {"role": "user", "parts": [{"text": "Thanks"}]}]
    body["contents"] += said
    assert (await gemini.post(body)).status_code == 200


async def test_every_call_is_answered_once_under_its_id(gemini: Rig) -> None:
    _, body = await called(gemini)
    other = deepcopy(body)
    del other["contents"][2]["parts"][0]["functionResponse"]["id"]
    assert "id of its function call" in (await gemini.post(other)).text
    none = {**body, "contents": [*body["contents"][:2], {"role": "user", "parts": [{"text": "so?"}]}]}
    assert "number of function response parts" in (await gemini.post(none)).text


async def test_a_script_is_used_up_in_order_and_by_model(gemini: Rig) -> None:
    await gemini.script({"body": {"n": 1}, "model": "gemini-other"}, {"body": {"n": 2}}, {"body": {"n": 3}})
    assert (await gemini.post(lawful())).json() == {"n": 2}
    assert (await gemini.post(lawful(), model="gemini-other")).json() == {"n": 1}
    assert (await gemini.post(lawful())).json() == {"n": 3}
    assert "candidates" in (await gemini.post(lawful())).json()


async def test_a_script_that_makes_no_sense_is_refused(gemini: Rig) -> None:
    for script in ([{}], [{"raw": "x", "body": {}}], [{"body": {}, "status": "x"}], [7]):
        assert (await gemini.http.put(f"{gemini.url}/__script", json=script)).status_code == 400
    assert (await gemini.http.put(f"{gemini.url}/__script", content=b"{")).status_code == 400
    await gemini.script({"body": {}})
    assert (await gemini.http.delete(f"{gemini.url}/__script")).json() == {"waiting": 0}


async def test_the_demonstration_says_that_it_is_one(gemini: Rig) -> None:
    assert (await gemini.post(lawful())).json()["modelVersion"] == f"{MODEL}-demonstration"


async def test_a_stream_comes_in_pieces_with_the_signature_and_the_reason_last(gemini: Rig) -> None:
    streamed = await gemini.post(lawful(contents=[{"parts": [{"text": "Hi"}]}]), method="streamGenerateContent")
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *pieces, empty = streamed.text.split("\r\n\r\n")
    assert empty == ""
    parts = [json.loads(piece.removeprefix("data: "))["candidates"][0] for piece in pieces]
    assert len(parts) > 2
    assert [one.get("finishReason") for one in parts] == [None] * (len(parts) - 1) + ["STOP"]
    assert parts[-1]["content"]["parts"][0]["text"] == ""
    assert parts[-1]["content"]["parts"][0]["thoughtSignature"]


async def test_too_few_tokens_cut_the_text_and_say_so(gemini: Rig) -> None:
    body = lawful(contents=[{"parts": [{"text": "Hi"}]}], generationConfig={"maxOutputTokens": 2})
    candidate = (await gemini.post(body)).json()["candidates"][0]
    assert (candidate["finishReason"], candidate["content"]["parts"][0]["text"]) == ("MAX_TOKENS", "Hello! H")


async def test_embeddings_have_the_recorded_shape_and_equal_words_are_near(gemini: Rig) -> None:
    recorded = json.loads(raw("batch_embed_request.json"))
    answered = (await gemini.post(recorded, method="batchEmbedContents", model="gemini-embedding-001")).json()
    assert answered.keys() == json.loads(raw("batch_embed_response.json")).keys()
    assert len(answered["embeddings"][0]["values"]) == 768
    config = types.EmbedContentConfig(output_dimensionality=64)
    result = await gemini.client.aio.models.embed_content(
        model="gemini-embedding-001", contents=["swim class", "a class to swim", "car insurance"], config=config
    )
    near, far = (
        sum(a * b for a, b in zip(result.embeddings[0].values, other.values, strict=True))
        for other in result.embeddings[1:]
    )
    assert near > far


async def test_an_ordered_fault_comes_before_the_demonstration(gemini: Rig) -> None:
    await gemini.faults(path="/v1", status=503)
    assert (await gemini.post(lawful())).status_code == 503
    assert (await gemini.post(lawful())).status_code == 200


async def test_the_demonstration_is_read_by_our_adapter(gemini: Rig) -> None:
    reply = await gemini.gemini.generate(request("Hi"))
    assert reply.text == "Hello! How can I help you?"
    assert reply.tokens.prompt > 0


def picture(kind: str, data: str) -> dict[str, object]:
    return lawful(
        contents=[{"role": "user", "parts": [{"text": "?"}, {"inlineData": {"mimeType": kind, "data": data}}]}]
    )


@pytest.mark.parametrize(
    ("kind", "data", "status"),
    [
        ("image/png", "_-8=", 200),
        ("image/webp", "/+8=", 200),
        ("image/heic", "AAAA", 200),
        ("image/gif", "AAAA", 400),
        ("text/html", "AAAA", 400),
        ("image/png", "", 400),
        ("image/png", "no base64!", 400),
    ],
)
async def test_a_picture_is_of_a_kind_that_gemini_knows_and_readable(
    gemini: Rig, kind: str, data: str, status: int
) -> None:
    assert (await gemini.post(picture(kind, data))).status_code == status


async def test_the_demonstration_says_that_it_cannot_look_at_pictures(gemini: Rig) -> None:
    said = (await gemini.post(picture("image/png", "AAAA"))).json()["candidates"][0]["content"]["parts"][0]["text"]
    assert "cannot look at pictures" in said
