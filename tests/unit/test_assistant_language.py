"""The language is decided by code, from what the customer wrote and what the business configured."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant import Outcome
from shared.assistant.language import LANGUAGES, decide, detect, spoken
from shared.assistant.phrases import Phrase, introduction, sentence
from shared.conversations.keywords import keyword
from shared.segments import Encoding, Segments, count
from tests.unit.assistant_support import Bench, says

CORPUS: dict[str, list[str]] = json.loads((Path(__file__).parents[1] / "fixtures/languages.json").read_text())
LONG = {Phrase.UNKNOWN, Phrase.HAND_OFF, Phrase.NOT_CONNECTED}
WEB = {Phrase.CHAT_STOPPED, Phrase.CHAT_STARTED, Phrase.TOLD_CLOSED, Phrase.TOLD_AWAY}
SAYING_HOW_TO_REACH_A_PERSON = {*LONG, Phrase.HELP}


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


# -- seven languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ordinary_sentence_is_never_taken_for_another_language_and_mostly_decided(language: str) -> None:
    sentences = CORPUS[language]
    found = [detect(one) for one in sentences]
    assert len(set(sentences)) >= 40
    assert [one for one, is_in in zip(sentences, found, strict=True) if is_in not in (language, None)] == []
    assert found.count(language) >= 0.8 * len(sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_it_is_typed_does_not_change_the_language(language: str) -> None:
    sentences = CORPUS[language]
    shouted = [one for one in sentences if detect(one.upper()) != detect(one)]
    assert shouted == [] or language == "vi"  # whose letters count in words without capitals alone
    assert {detect(one.upper()) for one in sentences} <= {language, None}
    decomposed = [normalize("NFD", one) for one in sentences]
    assert [detect(one) for one in decomposed] == [detect(one) for one in sentences]


@pytest.mark.parametrize(
    "text",
    [
        *("Marie Dupont", "José da Silva", "Maria dos Santos", "Ursula von der Leyen", "Juan de la Cruz", "Dr. Das"),
        *("Nguyễn Thị Hương", "Trần Văn Được", "Lê Thị Bé", "Hồ Thị Mai", "王小明", "Tu Van Do", "Charles de Gaulle"),
        *("Des Moines", "Las Vegas", "El Paso", "Rio de Janeiro", "Die Hard", "Avenida do Mar", "Rue de la Paix 12"),
        *("Am Markt 3, 10117 Berlin", "jose@do.com.br", "https://clases.es/hay/precios/hoy", "www.clases-hoy.es"),
        *("nguyễn thị hương",),
        *("ok", "no", "si", "oui", "ja", "thx", "12/25", "📷", "Hola", "Bonjour", "Danke"),
        *(
            "さくら水泳教室は何時に開きますか",
            "수영 수업 있나요?",
            "Где вы находитесь?",
            "Czy macie zajęcia dla dzieci?",
        ),
        *("Avete corsi di nuoto per bambini?", "Hebben jullie zwemles voor kinderen?", "Finns det plats på lördag?"),
    ],
)
def test_names_addresses_single_words_and_other_languages_are_none_of_ours(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("phòng tắm sạch không", "vi"),  # one telling word, and the letters
        ("Hi, I am Nguyễn Thị Hương, do you have classes?", "en"),
        ("Do you have a class with 王小明?", "en"),
        ("我想报 toddler class 的名", "zh"),
        ("Is there a class for my son in El Paso?", "en"),
        ("My e-mail is maria@do.com.br", "en"),
        ("hay natacion manana", "es"),
        ("natacao amanha", "pt"),
        ("Wie heißt das?", "de"),
    ],
)
def test_what_is_foreign_in_a_sentence_does_not_hide_its_language(text: str, language: str) -> None:
    assert detect(text) == language


@given(
    st.sampled_from([*LANGUAGES, "es-MX", "pt-PT", "zh-Hans-CN", "it", ""]),
    st.lists(st.sampled_from([one for sentences in CORPUS.values() for one in sentences]) | st.text(), max_size=4),
)
def test_deciding_twice_changes_nothing(configured: str, texts: list[str]) -> None:
    decided = decide(configured, texts)
    assert decide(decided, texts) == decided
    assert decided == configured or decided in LANGUAGES


@given(
    st.text()
    | st.lists(st.sampled_from([word for said in CORPUS.values() for word in " ".join(said).split()])).map(" ".join)
)
def test_a_text_is_in_one_language_of_ours_or_in_none(text: str) -> None:
    assert detect(text) in (*LANGUAGES, None)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("es-MX", "es"),
        ("ES_mx", "es"),
        ("pt-PT", "pt"),
        ("zh-Hans-CN", "zh"),
        ("zh-TW", "zh"),
        ("fr-CA", "fr"),
        ("de-CH-1996", "de"),
        ("vi-VN", "vi"),
        *((tag, None) for tag in ("it", "", "-", "english", "e", "../en", "x-en", "i-klingon", "est")),
    ],
)
def test_a_locale_means_one_of_our_languages_or_none(tag: str, language: str | None) -> None:
    assert spoken(tag) == language


# -- sentences


@pytest.mark.parametrize("phrase", Phrase)
@pytest.mark.parametrize("language", ["en", "es", "es-MX", "fr", ""])
def test_every_sentence_exists_in_every_language_names_the_business_and_fits_a_text(
    phrase: Phrase, language: str
) -> None:
    said = sentence(phrase, language, "BSS Cypress-Spring", "281-555-0100 or frontdesk@cypress-spring.example")
    assert "BSS Cypress-Spring" in said
    assert ("281-555-0100" in said) is (phrase in SAYING_HOW_TO_REACH_A_PERSON)
    assert len(said) <= 320


@pytest.mark.parametrize("phrase", [phrase for phrase in Phrase if phrase not in LONG | WEB])
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_code_says_about_texting_and_waiting_is_one_plain_segment(phrase: Phrase, language: str) -> None:
    said = sentence(phrase, language, "A Business’s Name of 30 Letters", "281-555-0100 or a@swim.example")
    assert count(said) == Segments(Encoding.GSM7, len(said), 1)


@pytest.mark.parametrize(
    ("phrase", "language", "words"),
    [
        (Phrase.OPTED_OUT, "en", ["unsubscribed", "no more texts", "START"]),
        (Phrase.OPTED_OUT, "es", ["no le enviaremos", "START"]),
        (Phrase.OPTED_IN, "en", ["HELP", "STOP"]),
        (Phrase.OPTED_IN, "es", ["AYUDA", "STOP"]),
        (Phrase.HELP, "en", ["Reply STOP to opt out."]),
        (Phrase.HELP, "es", ["Responda STOP"]),
    ],
)
def test_the_answers_to_keywords_say_what_was_done_and_how_to_go_on(
    phrase: Phrase, language: str, words: list[str]
) -> None:
    said = sentence(phrase, language, "Blue Swim", "281-555-0100")
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_word_that_a_customer_is_asked_to_reply_is_a_keyword(language: str) -> None:
    asked = {
        word
        for phrase in Phrase
        for word in re.findall(r"\b(?:START|STOP|HELP|AYUDA|ALTO)\b", sentence(phrase, language, "Blue Swim"))
    }
    assert len(asked) >= 3
    assert None not in map(keyword, asked)


@pytest.mark.parametrize("language", ["en", "es", "es-MX", "fr", ""])
def test_an_introduction_names_the_business_and_the_way_out_in_plain_letters(language: str) -> None:
    said = introduction("Mike’s\nGym ", language)
    assert said.prefix == "Mike's Gym: "
    assert "STOP" in said.suffix
    assert count(said.prefix + said.suffix).encoding is Encoding.GSM7


def test_a_very_long_name_leaves_room_for_what_it_introduces_and_none_leaves_no_hole() -> None:
    assert len(introduction("The Very Long Name " * 20, "en").prefix) <= 62
    assert introduction("", "en").prefix == ""
    assert introduction("x" * 500, "en").prefix == "x" * 60 + ": "


def test_a_business_without_a_contact_or_a_name_gets_no_hole_in_its_sentence() -> None:
    said = sentence(Phrase.UNKNOWN, "en", "", "")
    assert "{" not in said
    assert "Contact" not in said
    assert "the business" in said


def test_a_long_text_without_a_space_takes_no_time_to_tell() -> None:
    since = time.process_time()
    assert detect("停车免费，游泳课程星期一在大楼后面举行。" * 2000) == "zh"
    assert time.process_time() - since < 1


async def test_the_model_is_told_the_language_and_the_hand_off_speaks_it() -> None:
    bench = Bench([says("", finish="SAFETY")])
    answer = await bench.answer("¿Dónde puedo estacionar el carro?")
    assert "Language parameter: es" in bench.model.asked[0].system
    assert (answer.language, answer.outcome) == ("es", Outcome.HANDED_OFF)
    assert answer.text.startswith("Lo siento")


async def test_a_name_with_braces_is_only_a_name() -> None:
    assert "{contact}" in sentence(Phrase.UNKNOWN, "en", "{contact}")
