"""Fetch-media task: files of a customer's text, fetched while their provider still has them."""

from pydantic import BaseModel, ConfigDict

from shared.boundary import Call, Reply, endpoint
from shared.conversations import bootstrap


class FetchMediaTask(BaseModel):
    """Ids only: which files there are stands in the text's document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str
    message: str


@endpoint(caller="tasks")
async def fetch_media(call: Call) -> Reply:
    task = call.parse(FetchMediaTask)
    await bootstrap.collecting(task.tenant).collect(task.message, tries=call.tries)
    return Reply.accepted()
