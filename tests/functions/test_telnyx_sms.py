"""What a webhook must not take, and how it says so."""

from __future__ import annotations

import json
import time

import pytest

from tests.stack import RunningStack, received

AGENCY = "testing-agency"
OURS = "+12817679141"


def channel(stack: RunningStack) -> str:
    found: str = stack.tenant(AGENCY)["channels"]["telnyx-sms"]
    return found


def url(stack: RunningStack) -> str:
    return stack.function("telnyx-sms", channel(stack))


async def test_a_request_without_a_signature_is_refused(stack: RunningStack, customer: str) -> None:
    answer = await stack.client.post(url(stack), json=received(customer, OURS, "hello"))
    assert answer.status_code == 401
    assert answer.json()["error"] == "unauthenticated"


@pytest.mark.parametrize("shift", [-301, 360, -86_400])  # a minute until a future one is looked at
async def test_a_stale_or_future_signature_is_refused(stack: RunningStack, customer: str, shift: int) -> None:
    answer = await stack.deliver(AGENCY, received(customer, OURS, "hello"), at=time.time() + shift)
    assert answer.status_code == 401


async def test_the_key_of_another_tenant_opens_nothing(stack: RunningStack, customer: str) -> None:
    body = json.dumps(received(customer, OURS, "hello")).encode()
    answer = await stack.post_signed(url(stack), body, seed=stack.seed_of("cp-marketing"))
    assert answer.status_code == 401
    assert await stack.messages_of(AGENCY, customer) == []


async def test_a_body_that_was_changed_after_signing_is_refused(stack: RunningStack, customer: str) -> None:
    body = json.dumps(received(customer, OURS, "hello")).encode()
    signed = await stack.post_signed(url(stack), body, seed=stack.seed_of(AGENCY))
    assert signed.status_code == 200
    headers = {k: v for k, v in signed.request.headers.items() if k.startswith("telnyx")}
    answer = await stack.client.post(url(stack), content=body.replace(b"hello", b"hullo"), headers=headers)
    assert answer.status_code == 401


async def test_an_unknown_channel_and_a_bad_signature_get_the_same_bytes(stack: RunningStack, customer: str) -> None:
    body = json.dumps(received(customer, OURS, "hello")).encode()
    unknown = await stack.post_signed(stack.function("telnyx-sms", "no-such-channel"), body, seed=stack.seed_of(AGENCY))
    wrong = await stack.post_signed(url(stack), body, seed=b"\x07" * 32)
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content) == (401, wrong.content)


async def test_a_body_for_an_address_of_another_channel_is_refused(stack: RunningStack, customer: str) -> None:
    answer = await stack.deliver(AGENCY, received(customer, "+12815550180", "hello"))
    assert answer.status_code == 403
    assert await stack.messages_of("bss-cypress-spring", customer) == []


async def test_a_body_that_is_not_json_is_a_400_that_says_so(stack: RunningStack) -> None:
    answer = await stack.post_signed(url(stack), b"from=me&to=you", seed=stack.seed_of(AGENCY))
    assert answer.status_code == 400
    assert "JSON" in answer.json()["detail"]


async def test_a_body_that_is_too_large_is_a_413(stack: RunningStack) -> None:
    answer = await stack.post_signed(url(stack), b"x" * (256 * 1024 + 1), seed=stack.seed_of(AGENCY))
    assert answer.status_code == 413


async def test_a_body_without_a_length_is_cut_off_at_the_limit(stack: RunningStack) -> None:
    async def endless() -> object:
        for _ in range(40):
            yield b"x" * 16_384

    answer = await stack.client.post(url(stack), content=endless())
    assert answer.status_code == 413


async def test_an_unknown_event_is_taken_and_does_nothing(stack: RunningStack, customer: str) -> None:
    body = received(customer, OURS, "hello")
    body["data"]["event_type"] = "message.something_new"
    assert (await stack.deliver(AGENCY, body)).status_code == 200
    assert await stack.messages_of(AGENCY, customer) == []


async def test_a_sender_that_is_not_e164_is_taken_and_stores_nothing(stack: RunningStack) -> None:
    assert (await stack.deliver(AGENCY, received("72345", OURS, "hello"))).status_code == 200
    assert await stack.messages_of(AGENCY, "72345") == []


async def test_a_recipient_that_is_not_e164_is_a_400(stack: RunningStack, customer: str) -> None:
    assert (await stack.deliver(AGENCY, received(customer, "281-767-9141", "hello"))).status_code == 400


async def test_a_number_that_nobody_owns_is_taken_and_stores_nothing(stack: RunningStack, customer: str) -> None:
    body = json.dumps(received(customer, "+12815550123", "hello")).encode()
    answer = await stack.post_signed(stack.function("telnyx-sms"), body, seed=stack.seed_of("bss-cypress-spring"))
    assert answer.status_code == 200
    for tenant in stack.info["tenants"]:
        assert await stack.messages_of(tenant["id"], customer) == []


async def test_the_platforms_key_stores_nothing_for_a_tenant_with_its_own_account(
    stack: RunningStack, customer: str
) -> None:
    body = json.dumps(received(customer, OURS, "hello")).encode()
    answer = await stack.post_signed(stack.function("telnyx-sms"), body, seed=stack.seed_of("bss-cypress-spring"))
    assert answer.status_code == 200
    assert await stack.messages_of(AGENCY, customer) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_webhooks_and_tools_answer_post_only(stack: RunningStack, method: str) -> None:
    for function in ("telnyx-sms", "send-link", "get-classes"):
        answer = await stack.client.request(method, stack.function(function, channel(stack)))
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"


async def test_no_post_is_redirected(stack: RunningStack) -> None:
    for path in ("telnyx-sms", "telnyx-sms/", f"send-link/{channel(stack)}"):
        answer = await stack.client.post(f"{stack.info['functions']}/{path}", follow_redirects=False)
        assert answer.status_code == 401


async def test_a_deeper_path_is_a_404(stack: RunningStack) -> None:
    answer = await stack.client.post(f"{stack.info['functions']}/telnyx-sms/a/b")
    assert answer.status_code == 404


async def test_a_report_of_a_message_that_is_not_ours_changes_nothing(stack: RunningStack, customer: str) -> None:
    body = report(customer, "00000000-0000-4000-8000-000000000000", None)
    assert (await stack.deliver(AGENCY, body)).status_code == 200


async def test_a_forged_reference_changes_nothing(stack: RunningStack, customer: str) -> None:
    """The URL is not signed: a report whose reference names another customer's message is dropped."""
    await stack.text(customer, AGENCY, "Where can I park?")
    await stack.answers(customer)
    await stack.idle()
    ours = await stack.reply_that_is("delivered", AGENCY, customer)
    stranger = stack.new_customer()
    forged = report(stranger, "11111111-0000-4000-8000-000000000000", f"{ours['id']}.0.0", status="delivery_failed")
    assert (await stack.deliver(AGENCY, forged)).status_code == 200
    assert (await stack.messages_of(AGENCY, customer))[-1]["state"] == ours["state"]


async def test_an_error_never_shows_a_trace_or_what_the_customer_wrote(stack: RunningStack, customer: str) -> None:
    body = received(customer, OURS, "my secret words")
    del body["data"]["payload"]["id"]
    answer = await stack.deliver(AGENCY, body)
    assert answer.status_code == 400
    assert "secret words" not in answer.text
    assert "Traceback" not in answer.text


def report(customer: str, provider_id: str, reference: str | None, status: str = "delivered") -> dict[str, object]:
    body = received(customer, OURS, "")
    body["data"]["event_type"] = "message.finalized"
    payload = body["data"]["payload"]
    payload |= {"id": provider_id, "direction": "outbound"}
    payload["from"]["phone_number"], payload["to"][0]["phone_number"] = OURS, customer
    payload["to"][0]["status"] = status
    payload["webhook_url"] = f"https://x.example/telnyx-sms?ref={reference}" if reference else None
    return body


@pytest.mark.parametrize("words", ["🏊", "🏊🏊", "a" * 1600, "alto, ¿a qué hora?"])
async def test_whatever_a_customer_writes_is_stored_whole(stack: RunningStack, customer: str, words: str) -> None:
    assert (await stack.deliver(AGENCY, received(customer, OURS, words))).status_code == 200
    (stored,) = [one for one in await stack.messages_of(AGENCY, customer) if one["direction"] == "in"]
    assert stored["text"] == words


async def test_a_foreign_number_is_a_customer_like_any_other(stack: RunningStack) -> None:
    visitor = "+447700900123"
    assert (await stack.deliver(AGENCY, received(visitor, OURS, "Where can I park?"))).status_code == 200
    assert len(await stack.answers(visitor)) == 1


@pytest.mark.parametrize("sender", ["ACME", "Swim School", "anonymous", "", "+", "+1"])
async def test_a_sender_that_nobody_can_answer_stores_nothing(stack: RunningStack, sender: str) -> None:
    assert (await stack.deliver(AGENCY, received(sender, OURS, "hello"))).status_code == 200
    assert await stack.messages_of(AGENCY, sender) == []


@pytest.mark.parametrize("word", ["ALTO", "parar", "Revoke", "ＳＴＯＰ", "opt out"])
async def test_a_keyword_opts_out_and_is_confirmed_once(stack: RunningStack, customer: str, word: str) -> None:
    assert (await stack.deliver(AGENCY, received(customer, OURS, word))).status_code == 200
    (confirmation,) = await stack.answers(customer)
    assert "START" in confirmation["text"]
    conversation = await stack.conversation_of(AGENCY, customer)
    assert conversation is not None
    assert conversation["opted_out"] is True


async def test_a_landline_is_said_to_be_one(stack: RunningStack, customer: str) -> None:
    order = {"to": customer, "status": "sending_failed", "code": "40001"}
    (await stack.client.post(stack.standin("telnyx", "/__outcomes"), json=order)).raise_for_status()
    assert (await stack.deliver(AGENCY, received(customer, OURS, "Where can I park?"))).status_code == 200
    failed = await stack.reply_that_is("failed", AGENCY, customer)
    assert failed["error"]["code"] == "40001"
    assert "landline" in failed["error"]["sentence"]
