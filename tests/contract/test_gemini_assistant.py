"""The whole assistant over HTTP: prompt, loop, tools and guard through the real client, counted by the stand-in."""

from __future__ import annotations

import dataclasses
import json

import pytest

from local.standins.base import JSON
from shared.assistant import Answer, Assistant, AttachLink, Outcome, Tools, Turn
from shared.integrations.jackrabbit import Opening
from tests.contract.gemini_support import Rig, raw
from tests.unit.assistant_support import GUPPY, REGISTER, SERVICE, SHARK, ClassList, brief
from tests.unit.loopback import MovableClock

FIRST, SECOND = "gemini-3.8-flash", "gemini-3.5-flash-lite"
REAL = dataclasses.replace(SERVICE, model=FIRST, fallback_model=SECOND)


async def at_once(_seconds: float) -> None:
    """No pause between the tries."""


async def ask(gemini: Rig, *texts: str, lists: ClassList | None = None, **changes: object) -> Answer:
    tools = Tools(lists or ClassList(GUPPY, SHARK))
    assistant = Assistant(gemini.gemini, tools, MovableClock(), sleep=at_once)
    return await assistant.answer(brief(*texts, **({"service": REAL} | changes)))


def models(gemini: Rig) -> list[str]:
    return [call["path"].split("/")[3].split(":")[0] for call in gemini.standin.calls.listed()]


def called(name: str, identity: str, **args: JSON) -> JSON:
    part = {"functionCall": {"name": name, "args": args, "id": identity}, "thoughtSignature": "CqYBAb4+9vsAAAA="}
    return {"body": {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]}}


async def test_the_demo_question_is_answered_from_the_openings(gemini: Rig) -> None:
    answer = await ask(gemini, "Do you have a Tuesday class for my 4 year old?")
    assert answer.text == "Guppy & Co: Tue 4:30 PM, 2 spots, $85."
    assert (answer.outcome, answer.sources, answer.usage.calls) == (Outcome.ANSWERED, ("tool:get_classes",), 2)
    [_, second] = await gemini.bodies()
    assert second["contents"][1]["parts"][0]["functionCall"]["args"] == {"age_years": 4, "day": "tue"}


async def test_the_answer_changes_with_the_openings_and_names_three_at_most(gemini: Rig) -> None:
    lists = ClassList(*[Opening(n, f"Wave {n}", "", ("tue",), "10:00", "", n, None) for n in range(1, 6)])
    answer = await ask(gemini, "Any classes on Tuesday?", lists=lists)
    assert answer.text == "Wave 1: Tue 10:00 AM, 1 spot. Wave 2: Tue 10:00 AM, 2 spots. Wave 3: Tue 10:00 AM, 3 spots."


async def test_an_answer_that_does_not_fit_a_text_is_said_again_shorter_by_the_model(gemini: Rig) -> None:
    long = [
        Opening(n, f"Wave {n} {'of the long name ' * 7}".strip(), "", ("tue",), "10:00", "", n, None) for n in (1, 2, 3)
    ]
    answer = await ask(gemini, "Any classes on Tuesday?", lists=ClassList(*long))
    assert answer.text.count("Wave") == 1  # two would have been left by cutting it
    assert (answer.outcome, answer.reason, answer.usage.calls) == (Outcome.ANSWERED, None, 3)
    *_, again = await gemini.bodies()
    assert again["contents"][-1]["parts"][0]["text"].startswith("(From the software")
    assert again["toolConfig"]["functionCallingConfig"]["mode"] == "NONE"


async def test_when_no_class_matches_it_says_so_and_what_there_is(gemini: Rig) -> None:
    answer = await ask(gemini, "Any classes on Sunday?")
    assert answer.text == "No class with open spots matches that. There are open classes on Tue/Sat."


async def test_an_age_still_holds_in_the_next_question(gemini: Rig) -> None:
    history = (Turn("customer", "Classes for my 4 year old?"), Turn("assistant", "Guppy & Co: Tue 4:30 PM."))
    await ask(gemini, "and on saturday?", history=history)
    assert (await gemini.bodies())[1]["contents"][-2]["parts"][0]["functionCall"]["args"] == {
        "age_years": 4,
        "day": "sat",
    }


async def test_the_link_is_sent_as_an_effect(gemini: Rig) -> None:
    answer = await ask(gemini, "Please send me the link to sign up, the registration form")
    assert answer.effects == (AttachLink("Registration form", REGISTER.url),)
    assert answer.text == f"Here is the link: Registration form.\n{REGISTER.url}"


async def test_classes_and_the_link_in_one_burst_are_two_calls_and_one_answer(gemini: Rig) -> None:
    answer = await ask(gemini, "Hi!", "Any Tuesday classes?", "And send me the registration link")
    assert answer.text.splitlines() == [
        "Guppy & Co: Tue 4:30 PM, 2 spots, $85. Here is the link: Registration form.",
        REGISTER.url,
    ]
    assert answer.usage.calls == 2


async def test_a_fact_is_told_and_what_is_below_the_floor_is_not_known(gemini: Rig) -> None:
    known = await ask(gemini, "Where can I park?")
    assert (known.text, known.outcome) == ("Free behind the building, 40 spaces.", Outcome.ANSWERED)
    unknown = await ask(gemini, "Do you sell car insurance?")
    assert unknown.outcome is Outcome.UNKNOWN
    assert "281-555-0100" in unknown.text


async def test_spanish_is_answered_in_spanish(gemini: Rig) -> None:
    classes = await ask(gemini, "Hola, ¿hay clases los martes para mi hijo de 4 años?")
    assert (classes.language, classes.text) == ("es", "Guppy & Co: mar 4:30 PM, 2 lugares, $85.")
    unknown = await ask(gemini, "¿Venden seguros de coche para mi hijo?")
    assert unknown.text.startswith("Eso no lo sé")


async def test_a_list_of_classes_that_cannot_be_read_is_an_honest_answer(gemini: Rig) -> None:
    answer = await ask(gemini, "Any Tuesday classes?", lists=ClassList(broken=True))
    assert answer.outcome is Outcome.UNKNOWN


async def test_an_old_list_is_said_to_be_old(gemini: Rig) -> None:
    answer = await ask(gemini, "Any Tuesday classes?", lists=ClassList(GUPPY, stale=True))
    assert "may be a few minutes old" in answer.text


async def test_without_tools_nothing_is_called(gemini: Rig) -> None:
    answer = await ask(gemini, "Any Tuesday classes?", service=dataclasses.replace(REAL, tools=()))
    assert (answer.outcome, models(gemini)) == (Outcome.UNKNOWN, [FIRST])


@pytest.mark.parametrize("status", [429, 503])
async def test_an_overload_costs_one_retry_then_the_second_model_answers(gemini: Rig, status: int) -> None:
    body = json.loads(raw(f"error_{status}.json"))
    await gemini.faults(path=f"/v1/models/{FIRST}", status=status, times=2, body=body)
    answer = await ask(gemini, "Where can I park?")
    assert models(gemini) == [FIRST, FIRST, SECOND]
    assert (answer.outcome, answer.usage.model) == (Outcome.ANSWERED, SECOND)


async def test_an_outage_ends_in_a_hand_off(gemini: Rig) -> None:
    await gemini.faults(path="/v1", status=503, times=9)
    answer = await ask(gemini, "Where can I park?")
    assert models(gemini) == [FIRST, FIRST, SECOND, SECOND]
    assert (answer.outcome, answer.reason, answer.effects) == (Outcome.HANDED_OFF, "model_busy", ())


async def test_a_malformed_call_climbs_the_ladder_and_the_second_model_starts_over(gemini: Rig) -> None:
    malformed = {"raw": raw("finish_malformed_function_call.json").decode(), "model": FIRST}
    await gemini.script(malformed, malformed, malformed)
    answer = await ask(gemini, "Any Tuesday classes?")
    assert models(gemini) == [FIRST, FIRST, FIRST, SECOND, SECOND]
    assert answer.text == "Guppy & Co: Tue 4:30 PM, 2 spots, $85."
    modes = [body["toolConfig"]["functionCallingConfig"]["mode"] for body in await gemini.bodies()]
    assert modes == ["AUTO", "AUTO", "NONE", "AUTO", "AUTO"]


async def test_no_signature_of_the_first_model_reaches_the_second(gemini: Rig) -> None:
    """The stand-in refuses a foreign signature as the service does; so an answer is the proof."""
    malformed = {"raw": raw("finish_malformed_function_call.json").decode(), "model": FIRST}
    await gemini.script(called("get_classes", "fc_a", day="tue"), malformed, malformed, malformed)
    answer = await ask(gemini, "Any Tuesday classes?")
    assert (answer.outcome, answer.usage.model) == (Outcome.ANSWERED, SECOND)
    first_of_second = next(
        body for call, body in zip(models(gemini), await gemini.bodies(), strict=True) if call == SECOND
    )
    assert "thoughtSignature" not in json.dumps(first_of_second)


@pytest.mark.parametrize("name", ["finish_safety.json", "blocked_prompt.json"])
async def test_a_blocked_request_is_made_once(gemini: Rig, name: str) -> None:
    await gemini.replay(name)
    answer = await ask(gemini, "Where can I park?")
    assert (models(gemini), answer.outcome) == ([FIRST], Outcome.HANDED_OFF)


async def test_max_tokens_without_text_goes_to_the_second_model(gemini: Rig) -> None:
    empty: JSON = {"body": {"candidates": [{"finishReason": "MAX_TOKENS"}]}, "model": FIRST}
    await gemini.script(empty, empty, empty)
    answer = await ask(gemini, "Where can I park?")
    assert (models(gemini), answer.outcome) == ([FIRST, FIRST, FIRST, SECOND], Outcome.ANSWERED)


async def test_a_tool_that_does_not_exist_is_answered_with_an_error_and_the_model_goes_on(gemini: Rig) -> None:
    await gemini.script(called("drop_tables", "fc_x"))
    answer = await ask(gemini, "Where can I park?")
    response = (await gemini.bodies())[1]["contents"][2]["parts"][0]["functionResponse"]
    assert (response["id"], response["name"]) == ("fc_x", "drop_tables")
    assert "no such tool" in response["response"]["error"]
    assert answer.outcome in (Outcome.ANSWERED, Outcome.UNKNOWN)


async def test_an_endless_tool_loop_is_cut(gemini: Rig) -> None:
    await gemini.script(*(called("get_classes", f"fc_{n}") for n in range(20)))
    lists = ClassList(GUPPY)
    answer = await ask(gemini, "Any classes?", lists=lists)
    assert (answer.outcome, answer.reason, len(models(gemini)), len(lists.asked)) == (
        Outcome.HANDED_OFF,
        "tool_limit",
        6,
        5,
    )


async def test_nothing_is_ever_stored_and_no_sampling_is_asked_for(gemini: Rig) -> None:
    await ask(gemini, "Any Tuesday classes?", "and the registration link")
    for body in await gemini.bodies():
        assert body["store"] is False
        assert not {"temperature", "topP", "topK", "top_p", "top_k"} & body["generationConfig"].keys()


async def test_a_link_that_the_model_invents_is_never_sent(gemini: Rig) -> None:
    text = {"content": {"role": "model", "parts": [{"text": "Go to https://evil.example"}]}, "finishReason": "STOP"}
    await gemini.script({"body": {"candidates": [text]}})
    answer = await ask(gemini, "Where can I park?")
    assert (answer.outcome, answer.reason) == (Outcome.HANDED_OFF, "guard:foreign_link")


VISITS = {
    "fr": ("Bonjour !", "Bonjour ! Comment puis-je vous aider ?", "Où se garer ?", "Un cours le mardi ?", "Un sauna ?"),
    "de": ("Hallo", "Guten Tag! Wie kann ich Ihnen helfen?", "Wo parken?", "Kurse am Dienstag?", "Eine Sauna?"),
    "pt": ("Bom dia!", "Olá! Como posso ajudar você?", "Onde estacionar?", "Aulas na terça-feira?", "Tem sauna?"),
    "vi": ("Xin chào", "Xin chào! Tôi có thể giúp gì cho bạn?", "Đậu xe ở đâu?", "Lớp thứ ba?", "Có xông hơi không?"),
    "zh": ("你好", "您好！请问有什么可以帮您？", "在哪里停车？", "周二有课吗？", "有桑拿吗？"),
}
TUESDAY = {
    "fr": "Guppy & Co: mar 4:30 PM, 2 places, $85.",
    "de": "Guppy & Co: Di 4:30 PM, 2 Plätze, $85.",
    "pt": "Guppy & Co: ter 4:30 PM, 2 vagas, $85.",
    "vi": "Guppy & Co: T3 4:30 PM, 2 chỗ, $85.",
    "zh": "Guppy & Co: 周二 4:30 PM, 2个名额, $85.",
}


@pytest.mark.parametrize("language", VISITS)
async def test_a_visitor_of_the_demo_is_answered_in_every_language(gemini: Rig, language: str) -> None:
    """Facts as the business wrote them, in English: the demonstration translates nothing."""
    hello, greeted, parking, classes, sauna = VISITS[language]
    site: dict[str, object] = {"language": language, "channel": "webchat"}
    assert (await ask(gemini, hello, **site)).text == greeted
    parked = await ask(gemini, parking, **site)
    assert (parked.text, parked.outcome) == ("Free behind the building, 40 spaces.", Outcome.ANSWERED)
    assert (await ask(gemini, classes, **site)).text == TUESDAY[language]
    unknown = await ask(gemini, sauna, **site)
    assert (unknown.outcome, unknown.reason, unknown.language) == (Outcome.UNKNOWN, None, language)
