"""When it opens, as one says it in each language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant.language import LANGUAGES
from shared.assistant.moments import when

CHICAGO = ZoneInfo("America/Chicago")
THURSDAY = datetime(2026, 11, 26, 21, 30, tzinfo=CHICAGO)


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHICAGO)


TODAY, TOMORROW, MONDAY, WEDNESDAY, LATER, NEW_YEAR = (
    at(11, 26, 22, 5),
    at(11, 27, 9, 30),
    at(11, 30, 9),
    at(12, 2, 13),
    at(12, 3, 12),
    at(1, 1, 1, 15, 2027),
)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "today at 10:05 PM",
                "tomorrow at 9:30 AM",
                "Monday at 9:00 AM",
                "Wednesday at 1:00 PM",
                "Thursday, December 3, at 12:00 PM",
                "Friday, January 1, at 1:15 AM",
            ),
        ),
        (
            "es-MX",
            (
                "hoy a las 22:05",
                "mañana a las 9:30",
                "el lunes a las 9:00",
                "el miércoles a las 13:00",
                "el jueves 3 de diciembre a las 12:00",
                "el viernes 1 de enero a la 1:15",
            ),
        ),
        (
            "fr",
            (
                "aujourd’hui à 22 h 05",
                "demain à 9 h 30",
                "lundi à 9 h",
                "mercredi à 13 h",
                "le jeudi 3 décembre à 12 h",
                "le vendredi 1er janvier à 1 h 15",
            ),
        ),
        (
            "de",
            (
                "heute um 22:05 Uhr",
                "morgen um 9:30 Uhr",
                "am Montag um 9:00 Uhr",
                "am Mittwoch um 13:00 Uhr",
                "am Donnerstag, dem 3. Dezember, um 12:00 Uhr",
                "am Freitag, dem 1. Januar, um 1:15 Uhr",
            ),
        ),
        (
            "pt",
            (
                "hoje às 22h05",
                "amanhã às 9h30",
                "na segunda-feira às 9h",
                "na quarta-feira às 13h",
                "na quinta-feira, 3 de dezembro, às 12h",
                "na sexta-feira, 1º de janeiro, à 1h15",
            ),
        ),
        (
            "vi",
            (
                "lúc 22:05 hôm nay",
                "lúc 9:30 ngày mai",
                "lúc 9:00 thứ Hai",
                "lúc 13:00 thứ Tư",
                "lúc 12:00 thứ Năm, ngày 3 tháng 12",
                "lúc 1:15 thứ Sáu, ngày 1 tháng 1",
            ),
        ),
        (
            "zh-Hans",
            ("今天22:05", "明天9:30", "周一9:00", "周三13:00", "12月3日（周四）12:00", "1月1日（周五）1:15"),
        ),
    ],
)
def test_an_opening_is_said_as_one_says_it(language: str, expected: tuple[str, ...]) -> None:
    openings = (TODAY, TOMORROW, MONDAY, WEDNESDAY, LATER, NEW_YEAR)
    assert tuple(when(one, THURSDAY, language).replace("\u00a0", " ") for one in openings) == expected


@pytest.mark.parametrize("language", ["fr", "de"])
def test_a_number_and_its_unit_stay_on_one_line(language: str) -> None:
    assert when(TOMORROW, THURSDAY, language).split(" ")[-1] in ("9\u00a0h\u00a030", "9:30\u00a0Uhr")


def test_a_language_that_we_do_not_speak_gets_english() -> None:
    assert when(MONDAY, THURSDAY, "it") == "Monday at 9:00 AM"


def test_today_is_the_business_s_day_whatever_clock_the_server_has() -> None:
    assert when(TODAY, THURSDAY.astimezone(UTC), "en") == "today at 10:05 PM"  # there it is Friday already
    assert when(TOMORROW, THURSDAY.astimezone(UTC), "en") == "tomorrow at 9:30 AM"


@given(st.sampled_from(LANGUAGES), st.integers(1, 30 * 24 * 60))
def test_every_opening_of_the_next_thirty_days_is_said_without_a_hole_and_unlike_any_other(
    language: str, minutes: int
) -> None:
    opens = THURSDAY + timedelta(minutes=minutes)
    said = when(opens, THURSDAY, language)
    assert "{" not in said
    assert said not in (when(opens + timedelta(days=n), THURSDAY, language) for n in (1, 2, 7, 14))
