"""The form that Twilio posts, with blank values and repeated names kept: the signature is over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

MOST_FIELDS = 500  # about thirty are usual; Twilio may add some at any time

Form = Mapping[str, tuple[str, ...]]


def fields(raw: bytes) -> Form:
    """Each name with its values in their order. Raises ValueError for what is no form in UTF-8."""
    found: dict[str, tuple[str, ...]] = {}
    pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found
