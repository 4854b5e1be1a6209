"""A widget's settings read as what they are, whatever stands in the document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store.widget import MOST_WORK, Form, Widget

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
FIELDS = (
    "enabled",
    "origins",
    "color",
    "scheme",
    "position",
    "greeting",
    "greetings",
    "suggestions",
    "form",
    "work_bits",
)


def test_nobody_has_told_anything() -> None:
    widget = Widget.parse(None)
    assert (widget.enabled, widget.origins, widget.form) == (False, (), None)
    assert not widget.allows("https://site.example")


def test_a_switched_off_widget_allows_no_page() -> None:
    told = {"enabled": False, "origins": ["https://site.example"]}
    assert not Widget.parse(told).allows("https://site.example")
    assert Widget.parse({**told, "enabled": True}).allows("https://site.example")


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "site.example",
        "https://site.example/",
        "https://*.example",
        "https://a b",
        "javascript://x",
        "https://site.example; script-src *",
        "https://SITE.example",
    ],
)
def test_what_is_no_origin_is_left_out_of_the_list_and_of_the_policy(origin: str) -> None:
    widget = Widget.parse({"enabled": True, "origins": [origin, "https://site.example"]})
    assert widget.origins == ("https://site.example",)
    assert not widget.allows(origin)


def test_a_form_asks_what_is_known_and_nothing_else() -> None:
    assert Widget.parse({"form": {"fields": ["name", "iban"], "required": True}}).form == Form(("name",), True)
    assert Widget.parse({"form": {"fields": ["iban"]}}).form is None


def test_work_is_bounded_so_that_a_phone_can_do_it() -> None:
    assert Widget.parse({"work_bits": 999}).work_bits == MOST_WORK
    assert Widget.parse({"work_bits": -5}).work_bits == 0


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_document_fails(data: dict[str, object]) -> None:
    widget = Widget.parse(data)
    assert widget.color.startswith("#")
    assert widget.scheme in ("auto", "light", "dark")
    assert widget.position in ("end", "start")
