"""Media: a picture that a person of the business sends, for the provider that delivers it."""

from shared.boundary import Call, Reply, endpoint
from shared.conversations import bootstrap


@endpoint(caller="public", methods=("GET",), link=True)
async def media(call: Call) -> Reply:
    picture = await bootstrap.linked_picture(call.channel or "", call.now)
    headers = {
        "content-type": picture.content_type,
        "x-content-type-options": "nosniff",
        "content-disposition": "inline",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=300",
    }
    return Reply(picture.content, headers=headers)
