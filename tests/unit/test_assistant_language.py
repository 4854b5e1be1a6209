"""The language is decided by code, from what the customer wrote and what the business configured."""

from __future__ import annotations

import pytest

from shared.assistant import Outcome
from shared.assistant.language import decide, detect
from shared.assistant.phrases import Phrase, sentence
from tests.unit.assistant_support import Bench, says


@pytest.mark.parametrize(
    ("configured", "texts", "decided"),
    [
        ("en", ["Do you have classes on Tuesday?"], "en"),
        ("en", ["¿Tienen clases los martes?"], "es"),
        ("en", ["hola, hay clases para mi hija"], "es"),
        ("es-MX", ["Hola, ¿cuánto cuesta?"], "es-MX"),
        ("es-MX", ["What are the prices for this class?"], "en"),
        ("en", ["ok"], "en"),
        ("en", ["La Jolla"], "en"),
        ("en", ["🏊"], "en"),
        ("en", [], "en"),
        ("fr", ["Bonjour, avez-vous des cours?"], "fr"),
        ("en", ["Hola", "para mi hijo de 4 años"], "es"),
        ("en", ["hola que tal", "sorry, do you have the class on Tuesday?"], "en"),
    ],
)
def test_the_language_is_the_configured_one_unless_the_customer_clearly_writes_another(
    configured: str, texts: list[str], decided: str
) -> None:
    assert decide(configured, texts) == decided
    assert decide(decided, texts) == decided


def test_a_mixture_is_no_language() -> None:
    assert detect("hola the clase is para my hijo") is None


@pytest.mark.parametrize("phrase", Phrase)
@pytest.mark.parametrize("language", ["en", "es", "es-MX", "fr", ""])
def test_every_sentence_exists_in_every_language_names_the_business_and_fits_a_text(
    phrase: Phrase, language: str
) -> None:
    said = sentence(phrase, language, "BSS Cypress-Spring", "281-555-0100 or frontdesk@cypress-spring.example")
    assert "BSS Cypress-Spring" in said
    assert "281-555-0100" in said
    assert len(said) <= 320


def test_a_business_without_a_contact_or_a_name_gets_no_hole_in_its_sentence() -> None:
    said = sentence(Phrase.UNKNOWN, "en", "", "")
    assert "{" not in said
    assert "Contact" not in said
    assert "the business" in said


async def test_the_model_is_told_the_language_and_the_hand_off_speaks_it() -> None:
    bench = Bench([says("", finish="SAFETY")])
    answer = await bench.answer("¿Dónde puedo estacionar el carro?")
    assert "Language parameter: es" in bench.model.asked[0].system
    assert (answer.language, answer.outcome) == ("es", Outcome.HANDED_OFF)
    assert answer.text.startswith("Lo siento")


async def test_a_name_with_braces_is_only_a_name() -> None:
    assert "{contact}" in sentence(Phrase.UNKNOWN, "en", "{contact}")
