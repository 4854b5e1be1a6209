"""The one place that puts the real assistant together. Ask it from a running event loop: connections belong to one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import httpx

from shared import http
from shared.clock import SystemClock
from shared.config import config
from shared.integrations.jackrabbit import Openings

if TYPE_CHECKING:
    from shared.assistant.answering import Assistant


def assistant() -> Assistant:
    """This process's assistant, made at the first call. Raises ConfigurationError without a Gemini key."""
    return _assistant(openings())


def openings() -> Openings:
    """This process's class lists: one cache for the loop and for the HTTP function."""
    return _openings(http.client())


@lru_cache(maxsize=1)
def _assistant(lists: Openings) -> Assistant:
    # Here, so that the function get-classes starts without them.
    from shared.assistant.answering import Assistant
    from shared.assistant.gemini import gemini
    from shared.assistant.tools.registry import Tools

    return Assistant(gemini(), Tools(lists), SystemClock())


@lru_cache(maxsize=1)
def _openings(client: httpx.AsyncClient) -> Openings:
    return Openings(client, config().endpoints.jackrabbit, SystemClock())
