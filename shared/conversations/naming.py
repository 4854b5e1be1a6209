"""What a customer is called in a text to the staff, and by which digits the staff name them."""

from __future__ import annotations

from shared.phones import E164, display
from shared.store.documents import Conversation

MOST_NAME = 40  # characters: a visitor types it, and it must not fill a text


def called(customer: Conversation) -> str:
    """Their number; of a visitor the name that they have given, and the digits by which they are meant."""
    if not customer.on_site:
        return display(E164(customer.address))
    name = customer.verified.get("name") or customer.claims.get("name") or ""
    shown = " ".join(name.split())[:MOST_NAME] or "A visitor"
    return f"{shown} on your website ({digits_of(customer)[-4:]})"


def digits_of(customer: Conversation) -> str:
    """Their number. A visitor has none: digits that follow from the conversation stand for it."""
    return f"{int(customer.id[:8], 16) % 10**8:08d}" if customer.on_site else customer.address
