"""Send task: a text of ours is queued, or its state is not settled."""

from pydantic import BaseModel, ConfigDict

from shared.boundary import Call, Reply, endpoint
from shared.conversations import bootstrap


class SendTask(BaseModel):
    """Ids only: what there is to do stands in the documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str
    message: str
    conversation: str | None = None
    do: str = "send"


@endpoint(caller="tasks")
async def send(call: Call) -> Reply:
    task = call.parse(SendTask)
    sending = bootstrap.sending(task.tenant)
    if task.do == "park":
        await sending.park(task.message, "it could not be sent for half an hour")
    else:
        await sending.send(task.message, task.conversation)
    return Reply.accepted()
