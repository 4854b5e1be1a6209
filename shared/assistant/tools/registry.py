"""Which tools an answer may use: those that exist, that the tenant switched on, and that have what they need."""

from __future__ import annotations

from shared.assistant.tools.base import Tool
from shared.assistant.tools.capture_lead import CaptureLead
from shared.assistant.tools.get_classes import ClassLists, GetClasses
from shared.assistant.tools.request_handoff import RequestHandoff
from shared.assistant.tools.send_link import SendLink
from shared.store.settings import BusinessProfile, CustomerService


class Tools:
    """All tools of the house, built once; `of` picks a tenant's."""

    def __init__(self, openings: ClassLists) -> None:
        self._get_classes = GetClasses(openings)
        self._send_link = SendLink()
        self._capture_lead = CaptureLead()
        self._request_handoff = RequestHandoff()

    def of(self, profile: BusinessProfile, service: CustomerService) -> tuple[Tool, ...]:
        configured: tuple[tuple[Tool, bool], ...] = (
            (self._get_classes, bool(service.jackrabbit_org)),
            (self._send_link, bool(profile.links)),
            (self._capture_lead, True),
            (self._request_handoff, True),
        )
        return tuple(tool for tool, ready in configured if ready and tool.name in _underscored(service.tools))


def _underscored(names: tuple[str, ...]) -> frozenset[str]:
    """Owners and URLs say "get-classes", models say "get_classes"."""
    return frozenset(name.replace("-", "_") for name in names)
