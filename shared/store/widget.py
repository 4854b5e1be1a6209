"""config/widget: what a business's site shows, and which pages may show it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.store.values import flag, integer, mapping, mappings, text, texts

Fields = Mapping[str, object]

DEFAULT_COLOR = "#0b6e4f"
FORM_FIELDS = ("name", "email", "phone")
MOST_WORK = 22  # bits: four million hashes, half a minute of a phone
_COLOR = re.compile(r"#[0-9a-f]{6}")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Greeting:
    """Said after so many seconds on pages whose path fits; `*` stands for anything."""

    path: str
    text: str
    after_seconds: int


@dataclass(frozen=True, slots=True)
class Form:
    """What a visitor is asked before the first message."""

    fields: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Widget:
    """`key` is the channel's id, public. `origins`: of the pages that may show it, "https://host[:port]".

    `work_bits`: how much proof of work the first message of a visit costs; 0 for none.
    """

    enabled: bool = False
    key: str = ""
    origins: tuple[str, ...] = ()
    color: str = DEFAULT_COLOR
    scheme: str = "auto"
    position: str = "end"
    locale: str = "en"
    greeting: str = ""
    greetings: tuple[Greeting, ...] = ()
    suggestions: tuple[str, ...] = ()
    form: Form | None = None
    work_bits: int = 0

    def allows(self, origin: str) -> bool:
        return self.enabled and origin in self.origins

    @classmethod
    def parse(cls, fields: Fields | None) -> Widget:
        data = fields or {}
        color = text(data, "color").lower()
        return cls(
            enabled=flag(data, "enabled"),
            key=text(data, "key"),
            origins=tuple(filter(_ORIGIN.fullmatch, texts(data, "origins"))),
            color=color if _COLOR.fullmatch(color) else DEFAULT_COLOR,
            scheme=_one_of(text(data, "scheme"), ("auto", "light", "dark")),
            position=_one_of(text(data, "position"), ("end", "start")),
            locale=text(data, "locale") or "en",
            greeting=text(data, "greeting"),
            greetings=tuple(
                Greeting(text(one, "path") or "*", text(one, "text"), max(0, integer(one, "after_seconds")))
                for one in mappings(data, "greetings")
                if text(one, "text")
            ),
            suggestions=texts(data, "suggestions"),
            form=_form(mapping(data, "form")),
            work_bits=min(max(0, integer(data, "work_bits")), MOST_WORK),
        )


def _form(data: Fields) -> Form | None:
    fields = tuple(name for name in texts(data, "fields") if name in FORM_FIELDS)
    return Form(fields, flag(data, "required")) if fields else None


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]
