"""What a visitor types of themselves is understood, or refused in a sentence that says what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.boundary.guest_forms import NOTHING, TOO_LONG, Asked, Rated, Reachable
from shared.conversations.typed import MOST_EMAIL, email
from shared.errors import BadRequest
from shared.store.documents import Rating
from shared.store.settings import TenantFacts


def claims(country: str = "US", **typed: str | None) -> dict[str, str]:
    return Reachable(**typed).claims(country)


def refusal(**typed: str | None) -> str:
    with pytest.raises(BadRequest) as refused:
        claims(**typed)
    assert refused.value.code == "bad_request"
    return refused.value.detail


def test_what_is_blank_says_nothing_and_what_is_said_is_made_plain() -> None:
    assert claims(name=" Ana\n\u202eMaría ", email=" Ana@Home.Example ", phone="(281) 767-9141") == {
        "name": "Ana María",
        "email": "Ana@home.example",
        "phone": "+12817679141",
    }
    assert claims(name="Ana", email="  ", phone=None) == {"name": "Ana"}


@pytest.mark.parametrize("typed", [{}, {"name": None}, {"name": " \u200b ", "email": "", "phone": " "}])
def test_nothing_at_all_is_refused(typed: dict[str, str | None]) -> None:
    assert refusal(**typed) == NOTHING


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("281 767 9141", "US", "+12817679141"),
        ("+44 20 7946 0958", "US", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("55 1234 5678", "MX", "+525512345678"),
    ],
)
def test_a_number_is_read_as_it_is_dialled_where_the_business_is(typed: str, country: str, number: str) -> None:
    assert claims(country, phone=typed) == {"phone": number}


@pytest.mark.parametrize("typed", ["12", "call me", "281 767 9141 x5", "+1 555", "9" * 5_000, "<script>"])
def test_what_is_no_number_is_refused_with_an_example(typed: str) -> None:
    detail = refusal(phone=typed)
    assert "such as 281 767 9141" in detail
    assert "<" not in detail


@pytest.mark.parametrize(
    "one", ["a@b.co", "o'brien+x@mail.home-pool.example", f"{'x' * 64}@b.co", "a@xn--bcher-kva.example"]
)
def test_an_address_that_a_mail_server_takes_is_taken(one: str) -> None:
    assert email(one) == one


@pytest.mark.parametrize(
    "typed",
    ["a", "a@", "@b.co", "a@b", "a b@c.co", "a@b..co", ".a@b.co", "a.@b.co", "a..b@c.co", "a@-b.co", "a@b-.co", "a@b.c",
     "a@[127.0.0.1]", '"a b"@c.co', "a@b.co\nbcc: c@d.co", "a@b.co,c@d.co", "a@b.co?x", "mailto:a@b.co", "ä@b.co",
     f"{'x' * 65}@b.co", f"a@{'b.' * 130}co", "x" * 100_000, "a@b.co" + " " * 300 + "x", "a@b.123", "<a@b.co>"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(typed: str) -> None:
    assert refusal(email=typed) == "This is not an email address. Write it as in name@example.com."


@given(st.text(max_size=400) | st.from_regex(r"[a-z.]{1,70}@[a-z.-]{1,260}\.[a-z]{2,10}", fullmatch=True))
def test_whatever_is_taken_for_an_address_is_one_line_of_visible_ascii_with_one_at(typed: str) -> None:
    try:
        taken = email(typed)
    except BadRequest:
        return
    assert taken.isascii()
    assert taken.isprintable()
    assert (" " in taken, taken.count("@"), len(taken) <= MOST_EMAIL) == (False, 1, True)


@pytest.mark.parametrize(
    ("locale", "country"),
    [("en-US", "US"), ("es-MX", "MX"), ("de_AT", "AT"), ("zh-Hans-CN", "CN"), ("en", "US"), ("es-419", "US"),
     ("", "US"), ("en-us", "US")],
)  # fmt: skip
def test_the_country_is_the_locales_and_the_united_states_without_one(locale: str, country: str) -> None:
    assert TenantFacts(locale=locale).country == country


def test_a_rating_has_a_score_of_five_and_may_say_why() -> None:
    assert Rated(score=5).rating() == Rating(5, "")
    assert Rated(score=1, comment=" slow ").rating() == Rating(1, "slow")
    assert Rated(score=1, comment="x" * 1000).rating().comment == "x" * 1000
    with pytest.raises(BadRequest, match=TOO_LONG):
        Rated(score=1, comment="x" * 1001).rating()


@pytest.mark.parametrize("body", ['{"score": 0}', '{"score": 6}', '{"score": "5"}', '{"score": true}', '{"score": 4.5}',
                                  "{}", '{"score": 5, "by": "me"}'])  # fmt: skip
def test_any_other_score_is_none(body: str) -> None:
    with pytest.raises(ValidationError):
        Rated.model_validate_json(body)


@pytest.mark.parametrize("body", ['{"contact_id": "x"}', '{"verified": {}}', '{"name": {"a": 1}}', "[]"])
def test_nobody_says_of_themselves_who_they_are_proven_to_be(body: str) -> None:
    for form in (Reachable, Asked):
        with pytest.raises(ValidationError):
            form.model_validate_json(body)
