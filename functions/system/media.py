"""Media: a picture that a person of the business sends, for the provider that delivers it."""

from shared.boundary import Call, Reply, endpoint
from shared.store.linked import linked_file


@endpoint(caller="public", methods=("GET", "HEAD"), link=True)
async def media(call: Call) -> Reply:
    picture = await linked_file(call.channel or "", call.now)
    headers = {
        "content-type": picture.content_type,
        "x-content-type-options": "nosniff",
        "content-disposition": "inline",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=300",
    }
    return Reply(picture.content, headers=headers)
