"""Answer task: something is open in a conversation."""

from pydantic import BaseModel, ConfigDict

from shared.boundary import Call, Reply, endpoint
from shared.conversations import bootstrap


class AnswerTask(BaseModel):
    """Ids only: what there is to do stands in the documents. `message` is the text whose task this is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str
    conversation: str
    message: str | None = None
    do: str = "answer"


@endpoint(caller="tasks")
async def answer(call: Call) -> Reply:
    task = call.parse(AnswerTask)
    answering = bootstrap.answering(task.tenant)
    if task.do == "park":
        await answering.park(task.conversation, "nobody could answer this for half an hour")
    else:
        await answering.answer(task.conversation, task.message)
    return Reply.accepted()
