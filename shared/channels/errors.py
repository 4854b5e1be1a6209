"""What a channel's door refuses."""

from __future__ import annotations

from shared.errors import Unauthenticated


class BadSignature(Unauthenticated):
    """The same answer whatever was wrong; `reason` is one word for the log and never for the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__("The signature of this request was not accepted.")
        self.reason = reason
