"""request_handoff: this customer wants a person. Also an HTTP function."""

from __future__ import annotations

from shared.assistant.answer import AskPerson
from shared.assistant.tools.base import Args, ToolContext, ToolResult


class RequestHandoffArgs(Args):
    """Nothing to say: who asks, and about what, stands in the conversation."""


class RequestHandoff:
    name = "request_handoff"
    description = (
        "Asks the people of the business to take over this conversation. Call it when the customer asks for a person, "
        "complains, or needs something decided that only a person may decide. The customer is told by the system."
    )
    args_model: type[Args] = RequestHandoffArgs

    async def run(self, args: Args, context: ToolContext) -> ToolResult:
        return ToolResult({"asked": True}, effects=(AskPerson("customer_asked"),), sources=("tool:request_handoff",))
