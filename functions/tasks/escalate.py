"""Escalate task: a conversation that waits for a person, or is theirs, is looked at again."""

from pydantic import BaseModel, ConfigDict

from shared.boundary import Call, Reply, endpoint
from shared.conversations import bootstrap


class EscalateTask(BaseModel):
    """Ids only: what there is to do stands in the documents. `do` is the sweeper's word for what is long overdue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str
    conversation: str
    do: str = "escalate"


@endpoint(caller="tasks")
async def escalate(call: Call) -> Reply:
    task = call.parse(EscalateTask)
    await bootstrap.escalating(task.tenant).escalate(task.conversation)
    return Reply.accepted()
