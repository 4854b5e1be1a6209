"""The form of an answer: short, plain, and never cut where it would hurt."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from shared.assistant.form import SMS_LIMIT, Introduction, excess, fit, introduced, plain, shorten, whole_sentences

URL = "https://swim.example/register?from=a-text-message"
BY = Introduction("Blue Swim: ", "Reply STOP to opt out.")
WORDS = st.lists(st.text(alphabet="abcdé.!?,🏊1", min_size=1, max_size=30) | st.just(URL), max_size=60)


@given(WORDS, st.integers(0, 400))
def test_a_shortened_text_is_never_longer_than_its_limit_and_never_cuts_a_word(words: list[str], limit: int) -> None:
    text = " ".join(words)
    short = shorten(text, limit)
    assert len(short) <= limit or short == text == ""
    kept = short.removesuffix(" ...") if short != text else short
    assert kept.split() == words[: len(kept.split())]


@given(st.text(max_size=700), st.integers(0, 400))
def test_shortening_twice_is_shortening_once(text: str, limit: int) -> None:
    once = shorten(text, limit)
    assert len(once) <= limit
    assert shorten(once, limit) == once


@given(st.text(alphabet="ab‘’“”–—…•\u00a0\u200b *_#[]()`\n\t·", max_size=80))
def test_plain_text_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert not set(once) & set("‘’“”–—…•\u00a0\u200b")


@given(WORDS, st.lists(st.sampled_from([URL, "https://swim.example/policies"]), unique=True))
def test_an_sms_fits_and_carries_every_attached_link_whole(words: list[str], links: list[str]) -> None:
    text = fit(" ".join(words), "sms", links).text
    assert len(text) <= SMS_LIMIT
    for link in links:
        assert link in text.split()


def test_a_link_that_is_longer_than_a_text_is_sent_whole_and_alone() -> None:
    url = "https://swim.example/" + "x" * 400
    assert fit("Here is the link.", "sms", [url]).text == url


def test_a_link_that_the_text_has_already_is_not_sent_twice() -> None:
    assert fit(f"Here: {URL}", "sms", [URL]).text == f"Here: {URL}"


def test_a_link_that_shortening_took_away_comes_back_on_its_own_line() -> None:
    text = fit(f"{'Some words. ' * 40}{URL}", "sms", [URL]).text
    assert text.endswith(f"\n{URL}")
    assert len(text) <= SMS_LIMIT


def test_typography_that_would_double_the_price_of_a_text_is_folded() -> None:
    assert fit("“Tue” – 4:30…\u00a0it’s • fun", "sms").text == '"Tue" - 4:30... it\'s - fun'


def test_letters_of_a_language_and_emoji_stay() -> None:
    assert fit("¿Mañana a las nueve? Sí 🏊", "sms").text == "¿Mañana a las nueve? Sí 🏊"


def test_markdown_is_taken_out_of_a_text_but_left_to_a_chat() -> None:
    marked = "## Classes\n* **Guppy** on _Tuesday_\n* [form](https://a.example/x)\n2 * 3 * 4"
    assert fit(marked, "sms").text == "Classes\n- Guppy on _Tuesday_\n- form https://a.example/x\n2 * 3 * 4"
    assert fit(marked, "webchat").text == marked


def test_a_url_is_not_read_aloud() -> None:
    assert fit("I am texting you the **link**.", "voice", [URL]).text == "I am texting you the link."


def test_a_short_first_sentence_is_not_all_that_is_left_of_a_long_answer() -> None:
    short = shorten("Yes. " + "word " * 200, 320)
    assert short.startswith("Yes. word")
    assert short.endswith("word ...")


def test_a_chat_is_not_cut() -> None:
    assert len(fit("Words. " * 200, "webchat").text) > SMS_LIMIT


def test_sentences_do_not_end_inside_a_price_a_time_or_an_address() -> None:
    assert whole_sentences("We open at 9 a.m. on Tue. It is $8") == "We open at 9 a.m. on Tue."
    assert whole_sentences("It costs $8.50 for") == ""
    assert whole_sentences("See https://a.example/x.html?y for") == ""


def test_a_long_answer_ends_with_a_whole_sentence_where_that_keeps_most_of_it() -> None:
    text = "A sentence of words that goes on for a while. " * 10
    short = shorten(text, 320)
    assert short.endswith("while.")
    assert len(short) > 250


def test_a_first_text_names_the_business_and_the_way_out() -> None:
    assert introduced("We open at 9.", BY) == "Blue Swim: We open at 9.\nReply STOP to opt out."
    assert introduced(f"Here it is.\n{URL}", BY) == f"Blue Swim: Here it is.\n{URL}\nReply STOP to opt out."
    assert fit("We open at 9.", "sms", [URL], BY).text == f"Blue Swim: We open at 9.\n{URL}\nReply STOP to opt out."


def test_what_a_text_says_already_is_not_said_twice() -> None:
    once = introduced("We open at 9.", BY)
    assert introduced(once, BY) == once
    assert introduced("Blue Swim: text us. Reply STOP to opt out. Contact: 1", BY).count("STOP") == 1


@example([URL, "1" * 13, URL, URL, "1", "11", "11", URL, "1", URL, "1111111.a111?"], [], False)
@given(WORDS, st.lists(st.sampled_from([URL, "https://swim.example/policies"]), unique=True), st.booleans())
def test_an_introduced_text_fits_with_its_links_whole_and_no_word_cut(
    words: list[str], links: list[str], at_once: bool
) -> None:
    said = " ".join(words)
    text = fit(said, "sms", links, BY).text if at_once else introduced(fit(said, "sms", links).text, BY)
    assert len(text) <= SMS_LIMIT
    assert text.startswith("Blue Swim:")
    assert text.endswith("Reply STOP to opt out.")
    pieces = text.removeprefix("Blue Swim:").removesuffix("Reply STOP to opt out.").split()
    assert set(pieces) <= {*plain(said).split(), *links, "..."}
    assert all(link in text for link in links)


def test_a_way_out_that_shortening_took_away_is_said_again() -> None:
    text = introduced("Some words. " * 40 + "Reply STOP to opt out.", BY)
    assert text.endswith("\nReply STOP to opt out.")
    assert len(text) <= SMS_LIMIT


def test_a_link_that_is_longer_than_a_text_still_says_whose_it_is() -> None:
    url = "https://swim.example/" + "x" * 400
    assert introduced(f"Here it is.\n{url}", BY) == f"Blue Swim:\n{url}\nReply STOP to opt out."


def test_a_text_that_does_not_fit_has_an_excess_on_sms_alone() -> None:
    long = "word " * 80
    assert excess(long, "sms") == SMS_LIMIT
    assert excess(long, "sms", [URL]) == SMS_LIMIT - len(URL) - 1
    assert excess(long + URL, "sms", [URL]) == SMS_LIMIT
    assert excess(long, "sms", (), BY) == SMS_LIMIT - len("Blue Swim: \nReply STOP to opt out.")
    assert [excess(long, channel) for channel in ("webchat", "email", "voice")] == [None] * 3
    assert excess("**" + "x" * 320 + "**", "sms") is None


@given(WORDS, st.lists(st.sampled_from([URL, "https://swim.example/policies"]), unique=True))
def test_a_text_without_an_excess_is_not_shortened(words: list[str], links: list[str]) -> None:
    said = " ".join(words)
    fitted = fit(said, "sms", links, BY)
    assert (excess(said, "sms", links, BY) is None) is (fitted.body == plain(said))
