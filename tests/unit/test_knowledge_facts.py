"""Questions find the facts that answer them, and a question about something else finds nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.knowledge import FLOOR, Fact, Facts, content_words

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
SCHOOL = [
    Fact("hours", "Opening hours", "We are open Monday to Friday 9am to 7pm, Saturday 8am to 2pm. Closed on Sundays."),
    Fact(
        "prices",
        "Prices",
        "Group lessons cost $85 a month, private lessons $45 for 30 minutes. Registration is $30 a year.",
    ),
    Fact("parking", "Parking", "Free parking behind the building for 40 cars; please do not block the fire lane."),
    Fact("address", "Address", "12 Ocean Avenue, Arlington, TX 76010, next to the library."),
    Fact(
        "refunds",
        "Refunds and cancellations",
        "Tuition is refundable up to 7 days before the month. Cancel in writing.",
    ),
    Fact("bring", "What to bring", "A swimsuit, a towel, goggles. Children under 3 need a reusable swim diaper."),
    Fact(
        "makeup",
        "Make-up classes",
        "Missed a lesson? You may make up one class a month if you tell us before it starts.",
    ),
    Fact("water", "Water temperature", "The pool is heated to 90 degrees all year."),
    Fact("teachers", "Teachers", "All instructors are certified lifeguards and CPR trained."),
    Fact("levels", "Levels", "Children start with a free assessment. Levels go from parent-and-baby to swim team."),
    Fact(
        "parties", "Birthday parties", "Rent the pool on Saturday afternoons for up to 20 guests, $250 for two hours."
    ),
    Fact("access", "Accessibility", "Wheelchair ramp, family changing rooms and adaptive lessons."),
]
FACTS = Facts(SCHOOL)

FACT = st.builds(Fact, st.text(max_size=4), st.text(max_size=20), st.text(max_size=80))
QUESTION = st.text() | st.lists(
    st.sampled_from([word for fact in SCHOOL for word in f"{fact.title} {fact.text}".split()]), max_size=12
).map(" ".join)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("What are your hours?", "hours"),
        ("when do you open on Saturdays", "hours"),
        ("What time do you close?", "hours"),
        ("are you open sunday", "hours"),
        ("¿A qué hora abren los sábados?", "hours"),
        ("How much is it?", "prices"),
        ("what does it cost per month", "prices"),
        ("How much are private lessons?", "prices"),
        ("¿Cuánto cuesta?", "prices"),
        ("is there parking?", "parking"),
        ("Where can I park my car", "parking"),
        ("¿Tienen estacionamiento?", "parking"),
        (
            "Hi! My daughter is four and I was wondering whether there is somewhere to park the car on Tuesday",
            "parking",
        ),
        ("Where are you?", "address"),
        ("what's your address", "address"),
        ("Where are you located?", "address"),
        ("¿Dónde están?", "address"),
        ("can I get a refund", "refunds"),
        ("do I get my money back if we cancel?", "refunds"),
        ("what should my daughter bring to the first lesson?", "bring"),
        ("We missed a class, can we make it up?", "makeup"),
        ("is the pool heated?", "water"),
        ("Are your teachers certified?", "teachers"),
        ("do you do birthday parties", "parties"),
        ("is it wheelchair accessible", "access"),
    ],
)
def test_a_question_finds_its_fact_first(question, fact):
    found = FACTS.relevant(question)
    assert [one.fact.id for one in found][:1] == [fact]


@pytest.mark.parametrize(
    "question",
    [
        "do you sell car insurance?",
        "what is the capital of France",
        "who won the world cup?",
        "can you write me a poem about love",
        "do you have a job for an accountant",
        "what's the weather tomorrow",
        "how do I fix my car engine",
        "do you sell swim suits",
        "how much is a flight to Paris?",
        "do you serve free beer",
        "where is the best pizza in town",
        "¿Cuál es la capital de Francia?",
        "你们几点开门",
        "",
        "hi",
        "👍👍",
    ],
)
def test_a_question_about_something_else_finds_nothing(question):
    assert FACTS.relevant(question) == ()


@pytest.mark.parametrize(
    "small_talk",
    [
        "hi",
        "Hello!!",
        "thanks!",
        "Thank you so much, have a great day!",
        "Good morning",
        "hola",
        "¡Muchas gracias!",
        "buenos días",
        "Buenas noches",
        "por favor",
        "ok 👍",
        "👍",
        "yes please",
        "no",
        "sí",
        "how are you?",
        "¿cómo estás?",
        "See you then",
        "I'm good",
        "...",
        "",
    ],
)
def test_small_talk_has_no_content(small_talk):
    assert content_words(small_talk) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class", "classes"),
        ("lessons", "clase"),
        ("closing", "CLOSE"),
        ("party", "parties"),
        ("swimming", "natación"),
        ("refunded", "Refunds"),
        ("precio", "prices"),
        ("niños", "children"),
        ("What's the price?", "price"),
    ],
)
def test_forms_of_one_word_are_one_word(one, other):
    assert content_words(one) == content_words(other) != frozenset()


def test_a_morning_class_is_not_a_good_morning():
    assert content_words("Good morning, is there a morning class?") == content_words("morning class")


def test_numbers_are_content():
    assert content_words("12 Ocean") == {"12", "ocean"}


def test_the_floor_and_the_limit_are_the_callers_to_change():
    assert FACTS.relevant("do you sell car insurance?", floor=0.1)[0].fact.id == "parking"
    assert len(FACTS.relevant("pool lesson saturday month", floor=0.0, limit=2)) == 2
    assert FACTS.relevant("parking", limit=0) == FACTS.relevant("parking", limit=-1) == ()
    assert FACTS.relevant("parking", floor=1.01) == ()


def test_a_floor_of_zero_still_wants_a_word_in_common():
    assert FACTS.relevant("what is the capital of France", floor=0.0) == ()


def test_a_business_without_facts_knows_nothing():
    assert Facts([]).relevant("what are your hours?") == ()


def test_the_only_fact_of_a_business_is_found():
    alone = Facts([SCHOOL[2]])
    assert [one.fact.id for one in alone.relevant("is parking free?")] == ["parking"]
    assert alone.relevant("do you sell car insurance?") == ()


def test_where_little_is_known_a_word_of_the_only_fact_still_tells_something():
    assert [one.fact.id for one in Facts([SCHOOL[2]]).relevant("is parking available?")] == ["parking"]


def test_chatter_does_not_drown_what_is_asked():
    chatty = "Grandma drives the kids tonight after work in her old truck, so where can she park the car?"
    assert [one.fact.id for one in FACTS.relevant(chatty)] == ["parking"]


def test_a_title_that_says_it_all_scores_one_and_comes_before_a_mention():
    first, second = FACTS.relevant("hours?")[:2]
    assert (first.fact.id, first.score) == ("hours", 1.0)
    assert second.score < first.score


def test_equals_come_in_the_order_they_were_given():
    twins = [Fact(str(number), "Parking", "Behind the house.") for number in range(5)]
    assert [one.fact.id for one in Facts(twins).relevant("parking")] == ["0", "1", "2", "3", "4"]


@BUSY
@given(st.lists(FACT, max_size=6), QUESTION, st.floats(0, 1), st.integers(-1, 8))
def test_any_text_is_scored_between_zero_and_one_and_never_below_the_floor(facts, question, floor, limit):
    for known in (Facts(facts), FACTS):
        found = known.relevant(question, floor=floor, limit=limit)
        scores = [one.score for one in found]
        assert len(found) <= max(0, limit)
        assert all(0 < score <= 1 and score >= floor for score in scores)
        assert scores == sorted(scores, reverse=True)


@BUSY
@given(QUESTION, st.randoms())
def test_the_answer_depends_on_the_words_not_on_their_order_or_on_a_second_look(question, random):
    found = FACTS.relevant(question)
    assert Facts(SCHOOL).relevant(question) == found
    shuffled = list(SCHOOL)
    random.shuffle(shuffled)
    again = Facts(shuffled).relevant(question, limit=len(SCHOOL))
    assert {(one.fact.id, one.score) for one in again} >= {(one.fact.id, one.score) for one in found}
    assert all(one.score >= FLOOR for one in again)


@BUSY
@given(st.text())
def test_content_words_are_never_stop_words_or_empty(text):
    assert all(word and word not in ("the", "and", "hola") for word in content_words(text))
