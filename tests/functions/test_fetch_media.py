"""fetch-media takes its work from the task queue, and tries a file that cannot be had ten times."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.functions.test_mint import identity_of
from tests.stack import RunningStack, eventually

AGENCY = "testing-agency"


async def mms(stack: RunningStack, customer: str, name: str) -> None:
    sent = {"from": customer, "to": stack.tenant(AGENCY)["sms"][0], "text": "Where can I park?"}
    media = [stack.standin("telnyx", f"/__media/{name}")]
    await stack.client.post(stack.standin("telnyx", "/__inbound"), json={**sent, "media": media})


async def file_of(stack: RunningStack, customer: str) -> dict[str, object]:
    async def there() -> dict[str, object] | None:
        conversation = await stack.conversation_of(AGENCY, customer)
        stored = await stack.documents(f"tenants/{AGENCY}/media")
        return next((one for one in stored if conversation and one["conversation_id"] == conversation["id"]), None)

    found: dict[str, object] = await eventually(there, "a media document")
    return found


async def test_a_file_that_comes_late_is_kept(stack: RunningStack, customer: str) -> None:
    await mms(stack, customer, "later.png?n=3")
    assert (await file_of(stack, customer))["state"] == "stored"


async def test_a_file_that_never_comes_is_refused_after_ten_tries(stack: RunningStack, customer: str) -> None:
    await mms(stack, customer, "later.png?n=1000")
    (text,) = [one for one in await stack.messages_of(AGENCY, customer) if one["direction"] == "in"]

    async def tried_out() -> int | None:
        """The queue's tries, without the waits between them."""
        await stack.client.post(stack.standin("tasks", "/__run?queue=fetch-media&wait=true"))
        tasks = (await stack.client.get(stack.standin("tasks", "/__tasks"))).json()
        ours = [one for one in tasks if one["queue"] == "fetch-media" and one["body"]["message"] == text["id"]]
        return max(one["attempts"] for one in ours) if all(one["state"] == "done" for one in ours) else None

    assert await eventually(tried_out, "the last try") == 10
    file = await file_of(stack, customer)
    assert (file["state"], file["reason"]) == ("refused", "the server answered 503")


async def ask(stack: RunningStack, body: dict[str, str], count: str = "0") -> int:
    """A dispatch as the queue makes it; the status it was answered with."""
    url = stack.function("fetch-media")
    bearer = f"Bearer {await identity_of(stack, 'tasks-invoker', url)}"
    headers = {"authorization": bearer, "x-cloudtasks-taskretrycount": count.encode()}
    return (await stack.client.post(url, json=body, headers=headers)).status_code


async def test_a_task_about_nothing_is_done_and_one_of_another_form_is_not(stack: RunningStack) -> None:
    body = {"tenant": AGENCY, "message": "0" * 32}
    assert await ask(stack, body) == 200
    for bad in ({}, {"tenant": AGENCY}, {**body, "url": "https://media.example"}):
        assert await ask(stack, bad) == 400


@pytest.fixture
async def paused(stack: RunningStack) -> AsyncIterator[None]:
    """The queues themselves try nothing."""
    await stack.client.post(stack.standin("tasks", "/__pause"))
    yield
    await stack.client.post(stack.standin("tasks", "/__resume"))


@pytest.mark.usefixtures("paused")
async def test_a_strange_count_of_tries_is_none(stack: RunningStack, customer: str) -> None:
    """With none so far the file may still come; with nine this is the last try."""
    await mms(stack, customer, "later.png?n=1001")
    (text,) = [one for one in await stack.messages_of(AGENCY, customer) if one["direction"] == "in"]
    body = {"tenant": AGENCY, "message": text["id"]}
    for count in ("", "ten", "-1", "1e3", "٣", "9" * 400):
        assert await ask(stack, body, count) == 503, count
    assert await ask(stack, body, "9") == 200
    assert (await file_of(stack, customer))["state"] == "refused"
