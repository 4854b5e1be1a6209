"""What bodies and answers of our own API have in common: nothing unknown is accepted, and ids look like ids."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.boundary.call import Reply
from shared.store.documents import Conversation

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]  # a document of the pipeline
RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]

Work = Annotated[str, StringConstraints(max_length=32)]  # proof of it (`shared.boundary.work_proof`)


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class OfConversation(Strict):
    """A body that names a conversation."""

    conversation: Id


def held(conversation: Conversation) -> Reply:
    """Whose the conversation is now."""
    return Reply(
        {
            "ok": True,
            "conversation": conversation.id,
            "owner": conversation.owner.value,
            "owned_by": conversation.owned_by,
            "epoch": conversation.epoch,
            "blocked": conversation.blocked,
        }
    )
