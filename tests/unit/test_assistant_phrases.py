"""The sentences of code in every language: complete, whole, in that language, and as their channel carries them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shared.assistant.language import LANGUAGES, detect
from shared.assistant.phrases import Phrase, introduction, sentence
from shared.conversations.keywords import keyword
from shared.opening_hours import Interval, OpeningHours
from shared.segments import Encoding, Segments, count
from tests.unit.assistant_support import PROFILE, brief

PLAIN = ("en", "es", "fr", "de", "pt")  # languages that can say it with the letters of GSM-7
TEXTED = (
    *(Phrase.OPTED_OUT, Phrase.OPTED_IN, Phrase.HELP),
    *(Phrase.TOLD_WAITING, Phrase.OVER_LIMIT),
)
SAYING_HOW_TO_REACH_A_PERSON = {
    *(Phrase.UNKNOWN, Phrase.HAND_OFF, Phrase.NOT_CONNECTED),
    Phrase.HELP,
}
NAME, CONTACT, OPENS = "A Business’s Name of 30 Letters", "281-555-0100 or a@swim.example", "am Montag um 9:00 Uhr"
OPEN_ON_MONDAYS = OpeningHours(((Interval(540, 720),), *((),) * 6))
every = pytest.mark.parametrize("language", LANGUAGES)
every_phrase = pytest.mark.parametrize("phrase", Phrase)


def said(phrase: Phrase, language: str, channel: str = "webchat") -> str:
    return sentence(phrase, language, NAME, CONTACT, channel=channel, opens=OPENS)


@every
@every_phrase
def test_every_language_says_every_phrase_with_everything_that_belongs_to_it(phrase: Phrase, language: str) -> None:
    words = said(phrase, language)
    assert NAME in words
    assert (CONTACT in words) is (phrase in SAYING_HOW_TO_REACH_A_PERSON)
    assert (OPENS in words) is (phrase is Phrase.TOLD_CLOSED)
    assert not re.search(r"[{}]|  | $|\.\.", words)
    assert len(words) <= 320


@every_phrase
def test_no_language_says_it_as_another_does(phrase: Phrase) -> None:
    assert len({said(phrase, language) for language in LANGUAGES}) == len(LANGUAGES) == 7


@every
@every_phrase
def test_a_sentence_is_in_its_language(phrase: Phrase, language: str) -> None:
    assert detect(sentence(phrase, language, "Aquaplex", channel="webchat")) in (language, None)


@every
def test_nearly_every_sentence_is_clearly_in_its_language(language: str) -> None:
    clear = [phrase for phrase in Phrase if detect(sentence(phrase, language, "Aquaplex")) == language]
    assert len(clear) >= 0.75 * len(Phrase)


# -- as a text message


@pytest.mark.parametrize("phrase", TEXTED)
@pytest.mark.parametrize("language", PLAIN)
def test_what_is_said_about_texting_and_waiting_is_one_plain_segment(phrase: Phrase, language: str) -> None:
    words = said(phrase, language, "sms")
    assert count(words) == Segments(Encoding.GSM7, len(words), 1)


@pytest.mark.parametrize("phrase", TEXTED)
@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - set(PLAIN)))
def test_where_no_letters_of_gsm7_say_it_the_text_has_at_most_two_segments(phrase: Phrase, language: str) -> None:
    assert count(said(phrase, language, "sms")).segments <= 2


@pytest.mark.parametrize("phrase", [phrase for phrase in TEXTED if phrase is not Phrase.HELP])
def test_in_chinese_one_segment_is_enough(phrase: Phrase) -> None:
    assert count(sentence(phrase, "zh", "水上世界游泳学校")).segments == 1


@pytest.mark.parametrize("language", PLAIN)
def test_an_introduction_costs_no_text_its_letters(language: str) -> None:
    by = introduction("Mike’s Gym", language)
    assert "STOP" in by.suffix
    assert count(by.prefix + by.suffix).encoding is Encoding.GSM7


@every
@every_phrase
def test_a_text_and_a_call_get_no_typography_and_the_others_all_of_it(phrase: Phrase, language: str) -> None:
    assert said(phrase, language, "voice") == said(phrase, language, "sms")
    assert said(phrase, language, "email") == said(phrase, language, "webchat")
    assert not re.search("[’\u00a0]", said(phrase, language, "sms"))
    assert "’" in said(phrase, language, "webchat")


# -- typography


@every
@every_phrase
def test_no_sentence_has_the_apostrophes_and_quotes_of_a_typewriter(phrase: Phrase, language: str) -> None:
    assert not re.search(r"""['"`]|\.\.\.| -""", said(phrase, language))


@every_phrase
def test_french_and_chinese_have_their_own_punctuation(phrase: Phrase) -> None:
    french = sentence(phrase, "fr", "Aquaplex", "281-555-0100", channel="webchat", opens="demain")
    assert not re.search("[^\u00a0][:;!?]", french)
    chinese = sentence(phrase, "zh", "水上世界", "281-555-0100", channel="webchat", opens="明天")
    assert not re.search(r"[,.:;!?]|[。，：] ", chinese)


# -- what a customer is asked to write

ASKED = {
    Phrase.OPTED_OUT: {"START"},
    Phrase.OPTED_IN: {"HELP", "STOP"},
    Phrase.HELP: {"STOP"},
    Phrase.CHAT_STOPPED: {"START"},
    Phrase.CHAT_STARTED: {"STOP"},
}


@every
@every_phrase
def test_what_a_customer_is_asked_to_write_is_the_keyword_for_it(phrase: Phrase, language: str) -> None:
    words = re.findall("[A-Z]{4,}", sentence(phrase, language, "Blue Swim"))
    assert {word and keyword(word) for word in words} == ASKED.get(phrase, set())


# -- closed


@every
def test_where_nobody_knows_when_it_opens_it_is_only_said_that_it_is_closed(language: str) -> None:
    unknown = sentence(Phrase.TOLD_CLOSED, language, NAME, channel="webchat")
    assert unknown == said(Phrase.TOLD_AWAY, language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "They are closed now and open Monday at 9:00 AM. Leave"),
        ("es-MX", "Ahora está cerrado y abre el lunes a las 9:00. Deje"),
        ("fr", "C’est fermé en ce moment, réouverture lundi à 9\u00a0h. Laissez"),
        ("de-AT", "Zurzeit ist geschlossen, wieder geöffnet ist am Montag um 9:00\u00a0Uhr. Hinterlassen"),
        ("pt-PT", "Agora está fechado e abre na segunda-feira às 9h. Deixe"),
        ("vi", "Hiện đang đóng cửa, mở lại lúc 9:00 thứ Hai. Hãy"),
        ("zh-Hans-CN", "现在已打烊，周一9:00恢复营业。请"),
        ("xx", "They are closed now and open Monday at 9:00 AM. Leave"),
    ],
)
def test_a_visitor_reads_when_the_business_opens_on_its_own_clock(language: str, words: str) -> None:
    saturday = datetime(2026, 11, 28, 15, 5, tzinfo=ZoneInfo("America/Chicago"))
    asked = brief("Hi", channel="webchat", now=saturday, profile=replace(PROFILE, hours=OPEN_ON_MONDAYS))
    assert words in asked.honest(Phrase.TOLD_CLOSED, language)


def test_without_hours_a_visitor_reads_no_time() -> None:
    assert "but they are closed now. Leave" in brief("Hi", channel="webchat").honest(Phrase.TOLD_CLOSED, "en")
