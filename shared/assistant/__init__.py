"""The assistant: answers a customer from what the business knows, and says so when it knows nothing.

    answer = await assistant().answer(brief)            # never raises for what the model or a tool did
    answer = await assistant().answer(brief, hearing)   # the same, heard in guarded units while it is written

The brief carries everything that may be known; tools return effects, which the caller commits with the text.

Names are loaded when asked for: the HTTP functions of the tools start without the loop, the prompt and the guard.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.assistant.answer import Answer, AskPerson, AttachLink, Effect, KeepLead, Outcome, ShowClasses, Usage
    from shared.assistant.answering import Assistant
    from shared.assistant.asking import Limits
    from shared.assistant.brief import Brief, Turn
    from shared.assistant.factory import assistant, openings
    from shared.assistant.model import Picture
    from shared.assistant.speech import Hearing
    from shared.assistant.tools.registry import Tools

__all__ = [
    "Answer",
    "AskPerson",
    "Assistant",
    "AttachLink",
    "Brief",
    "Effect",
    "Hearing",
    "KeepLead",
    "Limits",
    "Outcome",
    "Picture",
    "ShowClasses",
    "Tools",
    "Turn",
    "Usage",
    "assistant",
    "openings",
]

_HOMES = {
    **dict.fromkeys(
        ("Answer", "AskPerson", "AttachLink", "Effect", "KeepLead", "Outcome", "ShowClasses", "Usage"), "answer"
    ),
    **dict.fromkeys(("Brief", "Turn"), "brief"),
    **dict.fromkeys(("assistant", "openings"), "factory"),
    "Assistant": "answering",
    "Hearing": "speech",
    "Limits": "asking",
    "Picture": "model",
    "Tools": "tools.registry",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
