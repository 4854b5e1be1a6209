"""What the widget sends of a message: what browsers write is taken, and nothing that could not be stored."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.boundary.chat_forms import Written

ID = "a-message"


@pytest.mark.parametrize("page", ["https://site.example/classes", "http://xn--bcher-kva.example:8080/b%C3%BCcher"])
def test_a_page_is_what_a_browser_says_of_it(page: str) -> None:
    assert Written(id=ID, text="Hello", page=page).said().page == page


@pytest.mark.parametrize("page", ["javascript:alert(1)", "https://site.example/\U0001f3ca", "https://a\nb", "https://"])
def test_what_no_browser_says_of_a_page_is_refused_before_the_database_would(page: str) -> None:
    with pytest.raises(ValidationError):
        Written(id=ID, text="Hello", page=page)


def test_a_message_says_or_shows_something() -> None:
    assert Written(id=ID, files=("a" * 32,)).said().files == ("a" * 32,)
    with pytest.raises(ValidationError):
        Written(id=ID, text="  \n")
