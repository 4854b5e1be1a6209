"""capture_lead: somebody wants to be called back, or to hear more. Also an HTTP function."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import Field

from shared.assistant.answer import KeepLead
from shared.assistant.tools.base import Args, ToolContext, ToolResult


class CaptureLeadArgs(Args):
    wish: Annotated[str, Field(min_length=1, description="What they want, in a few words of theirs.")]
    name: Annotated[str, Field(description="Their name, if they said it.")] = ""


class CaptureLead:
    name = "capture_lead"
    description = (
        "Notes for the business that this customer is interested in something or wants to be contacted. Call it once, "
        "when they say so. Their number is known: do not ask for it."
    )
    args_model: type[Args] = CaptureLeadArgs

    async def run(self, args: Args, context: ToolContext) -> ToolResult:
        lead = cast(CaptureLeadArgs, args)
        return ToolResult({"noted": True}, effects=(KeepLead(lead.name, lead.wish),), sources=("tool:capture_lead",))
