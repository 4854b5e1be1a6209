"""Phone numbers: E.164 inside, whatever people type at the edge.

Providers give E.164 already, so the webhooks' path needs only a regular expression; the library (Google's
`phonenumbers`) is imported when a person's typing has to be understood or a number is shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NewType

from shared.errors import BadRequest

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

E164 = NewType("E164", str)

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_UNKNOWN_ZONE = "Etc/Unknown"


def is_e164(text: str) -> bool:
    """Whether the text is "+", a country code and at most 15 digits in all (ITU-T E.164)."""
    return _E164.fullmatch(text) is not None


def parse(text: str, region: str = "US") -> E164:
    """The number a person typed; without a "+" it is read as dialled in `region` (ISO 3166, two letters).

    Raises BadRequest for what is no assigned number, or has an extension. The detail never repeats the text.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise BadRequest(_advice("This is not a phone number"), code="not_a_phone_number") from None
    if number.extension:
        raise BadRequest(_advice("A number with an extension cannot be used"), code="not_a_phone_number")
    if not phonenumbers.is_valid_number(number):
        raise BadRequest(_advice("This phone number does not exist"), code="not_a_phone_number")
    return E164(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def zones(number: E164) -> tuple[str, ...]:
    """The IANA time zones where the number may be, () where unknown; toll-free numbers have dozens."""
    from phonenumbers.timezone import time_zones_for_number

    parsed = _parsed(number)
    names = time_zones_for_number(parsed) if parsed else ()
    return tuple(name for name in names if name != _UNKNOWN_ZONE)


def display(number: E164) -> str:
    """The number as people read it: "+1 281 767 9141"; unchanged where its country code is not in use."""
    from phonenumbers import PhoneNumberFormat, format_number

    parsed = _parsed(number)
    return format_number(parsed, PhoneNumberFormat.INTERNATIONAL).replace("-", " ") if parsed else number


def _parsed(number: E164) -> PhoneNumber | None:
    """None for a country code that is not in use: E.164 in form, and no provider knows it."""
    import phonenumbers

    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None


def _advice(problem: str) -> str:
    return f"{problem}: write it with area code, such as 281 767 9141, or in full, such as +1 281 767 9141."
