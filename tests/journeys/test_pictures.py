"""A parent texts a picture, and what a stranger may make of that."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from typing import Any

from local.standins.telnyx_media import png
from tests.stack import RunningStack, a_word, eventually

AGENCY = "testing-agency"
QUESTION = "Where can I park?"


async def mms(stack: RunningStack, customer: str, *urls: str, words: str = QUESTION) -> None:
    sent = {"from": customer, "to": stack.tenant(AGENCY)["sms"][0], "text": words, "media": list(urls)}
    taken = await stack.client.post(stack.standin("telnyx", "/__inbound"), json=sent)
    assert taken.json()["status"] == 200


def hosted(stack: RunningStack, name: str) -> str:
    return stack.standin("telnyx", f"/__media/{name}")


async def files_of(stack: RunningStack, customer: str, count: int) -> list[dict[str, Any]]:
    """What is said of this customer's files, once there is a document for each."""

    async def there() -> list[dict[str, Any]] | None:
        conversation = await stack.conversation_of(AGENCY, customer)
        stored = await stack.documents(f"tenants/{AGENCY}/media")
        own = [one for one in stored if conversation and one["conversation_id"] == conversation["id"]]
        return own if len(own) == count else None

    found: list[dict[str, Any]] = await eventually(there, f"{count} media documents")
    return found


async def test_a_picture_is_kept_in_the_tenants_folder_and_shown_to_the_model(
    stack: RunningStack, customer: str
) -> None:
    word = a_word()
    await mms(stack, customer, hosted(stack, "picture.png"), words=f"{QUESTION} {word}")
    (answer,) = await stack.answers(customer)
    assert "behind the building" in answer["text"]
    assert "cannot look at pictures" in answer["text"]
    (file,) = await files_of(stack, customer, 1)
    assert (file["state"], file["content_type"], file["size"]) == ("stored", "image/png", len(png()))
    assert file["sha256"] == hashlib.sha256(png()).hexdigest()
    objects = (await stack.client.get(stack.standin("storage", "/__objects"))).json()
    assert f"tenants/{AGENCY}/{file['id']}" in [one["name"] for one in objects]
    assert await shown(stack, word) == [png()]


async def shown(stack: RunningStack, word: str) -> list[bytes]:
    """Every picture in the recorded call of the model about a text with this word."""
    parts = [
        part
        for call in await stack.calls("gemini", "/v1")
        if word in json.dumps(call["body"])
        for content in call["body"]["contents"]
        for part in content["parts"]
        if "inlineData" in part
    ]
    return [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts]


async def test_a_picture_without_a_word_is_answered(stack: RunningStack, customer: str) -> None:
    await mms(stack, customer, hosted(stack, "picture.jpeg"), words="")
    (answer,) = await stack.answers(customer)
    assert answer["text"]
    (file,) = await files_of(stack, customer, 1)
    assert file["state"] == "stored"


NO_PICTURES = (
    ("http://169.254.169.254/computeMetadata/v1/", "https"),
    ("https://169.254.169.254/computeMetadata/v1/", "not a public one"),
    ("http://127.0.0.1/a.png", "https"),
    ("https://127.0.0.1/a.png", "not a public one"),
    ("https://10.0.0.1/a.png", "not a public one"),
    ("https://[::1]/a.png", "not a public one"),
    ("redirect?to=https://169.254.169.254/", "not a public one"),
    ("redirect?to=https://10.0.0.1/a.png", "not a public one"),
    ("redirect?to=http://127.0.0.1/a.png", "https"),
    ("large.png", "too large"),
    ("page.png", "not a picture"),
    ("missing.png", "404"),
)


async def test_what_is_no_picture_of_the_public_internet_is_refused_visibly_and_the_text_is_answered(
    stack: RunningStack,
) -> None:
    await asyncio.gather(*(is_refused(stack, url, why) for url, why in NO_PICTURES))


async def is_refused(stack: RunningStack, url: str, why: str) -> None:
    customer = stack.new_customer()
    await mms(stack, customer, url if url.startswith("http") else hosted(stack, url))
    (answer,) = await stack.answers(customer)
    assert "behind the building" in answer["text"], url
    (file,) = await files_of(stack, customer, 1)
    assert (url, file["state"], why in file["reason"]) == (url, "refused", True), file
    assert "sha256" not in file
    objects = (await stack.client.get(stack.standin("storage", "/__objects"))).json()
    assert f"tenants/{AGENCY}/{file['id']}" not in [one["name"] for one in objects]


async def test_our_own_services_are_not_asked_for_files(stack: RunningStack, customer: str) -> None:
    """The local cloud trusts the provider's host alone: no other port on this machine."""
    await mms(stack, customer, f"{stack.info['functions']}/health", stack.standin("storage", "/__objects"))
    refused = await files_of(stack, customer, 2)
    assert {file["state"] for file in refused} == {"refused"}
