"""send_link: one link of the business's own list, to the number of this conversation. Also an HTTP function."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import Field

from shared.assistant.answer import AttachLink
from shared.assistant.tools.base import Args, ToolContext, ToolResult
from shared.errors import Unprocessable
from shared.store.settings import BusinessProfile, Link

LONGEST = 80  # characters of what was asked for, in an error


class SendLinkArgs(Args):
    link: Annotated[str, Field(min_length=1, description="The id of one of the business's links.")]


def allowed_link(profile: BusinessProfile, wanted: str) -> Link:
    """The business's link of that id or title, in any case of letters.

    Raises Unprocessable ("link_not_allowed") for any other, however much it looks like one.
    """
    asked = wanted.strip().casefold()
    for link in profile.links:
        if asked and asked in (link.id.casefold(), link.title.casefold()):
            return link
    raise Unprocessable(
        f"'{wanted.strip()[:LONGEST]}' is not among the links of this business (Settings → Business profile → Links).",
        code="link_not_allowed",
    )


class SendLink:
    name = "send_link"
    description = (
        "Attaches one of the business's links to your answer. Call it when the customer asks for a link, or wants to "
        "sign up, register, pay or book and a link fits. The link is added to your answer: do not write a URL yourself."
    )
    args_model: type[Args] = SendLinkArgs

    async def run(self, args: Args, context: ToolContext) -> ToolResult:
        try:
            link = allowed_link(context.profile, cast(SendLinkArgs, args).link)
        except Unprocessable:
            allowed = {"allowed": [{"id": one.id, "title": one.title} for one in context.profile.links]}
            return ToolResult({"error": "That is not a link of this business.", **allowed}, failed=True)
        return ToolResult(
            {"attached": link.id, "title": link.title},
            effects=(AttachLink(link.title, link.url),),
            sources=(f"link:{link.id}",),
        )
