"""Chat upload: a visitor's file, which their next message may carry."""

from shared.boundary import Call, Reply, endpoint
from shared.boundary.chat_forms import file
from shared.boundary.visitors import visitor_of
from shared.boundary.work_proof import expect_work
from shared.conversations import bootstrap
from shared.conversations.pictures import MOST_SIZE


@endpoint(caller="visitor", max_body=MOST_SIZE)
async def chat_upload(call: Call) -> Reply:
    visitor = await visitor_of(call)
    await expect_work(visitor, call.headers.get("x-work"))
    uploading = bootstrap.uploading(visitor.channel, visitor.visit)
    kept = await uploading.keep(call.raw, call.headers.get("x-file-name", ""))
    return Reply.created({"file": file(kept, visitor.channel.tenant_id, call.now)})
