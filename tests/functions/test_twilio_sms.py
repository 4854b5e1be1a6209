"""What Twilio's webhook for texts must not take, and how it says so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest
from twilio.request_validator import RequestValidator

from shared.channels.accounts import AGAIN, TWILIO, binding
from shared.hidden import Hidden
from shared.vault import FieldCipher, Masters
from tests.stack import RunningStack, eventually, secrets_of
from tests.twilio_forms import BSS, NUMBER, post, received, token_of, url_of

CP = "cp-marketing"
CP_NUMBER = "+12815550162"
WITHIN = AGAIN + 10.0  # seconds; what is held lasts for sixty


async def test_a_text_is_answered_with_an_empty_reply_at_once(stack: RunningStack, customer: str) -> None:
    answer = await post(stack, url_of(stack), received(customer, "hello"), token_of(stack))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text.endswith("<Response/>")
    assert len(await stack.messages_of(BSS, customer)) == 1


async def test_a_request_without_a_signature_is_refused(stack: RunningStack, customer: str) -> None:
    answer = await stack.client.post(url_of(stack), data=received(customer, "hello"))
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthenticated")


async def test_a_form_that_was_changed_after_signing_is_refused(stack: RunningStack, customer: str) -> None:
    fields = received(customer, "hello")
    signature = RequestValidator(token_of(stack)).compute_signature(url_of(stack), fields)
    changed = urlencode({**fields, "Body": "hullo"})
    headers = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded"}
    answer = await stack.client.post(url_of(stack), content=changed, headers=headers)
    assert answer.status_code == 401
    assert await stack.messages_of(BSS, customer) == []


async def test_a_query_that_was_not_signed_is_refused_and_a_signed_one_is_taken(
    stack: RunningStack, customer: str
) -> None:
    fields, url = received(customer, "hello"), url_of(stack)
    signature = RequestValidator(token_of(stack)).compute_signature(url, fields)
    headers = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded"}
    assert (await stack.client.post(f"{url}?x=1", content=urlencode(fields), headers=headers)).status_code == 401
    assert (await post(stack, f"{url}?x=%2F+y&empty=", fields, token_of(stack))).status_code == 200


async def test_no_header_can_say_which_url_was_called(stack: RunningStack, customer: str) -> None:
    fields = received(customer, "hello")
    signature = RequestValidator(token_of(stack)).compute_signature("https://evil.example/twilio-sms/x", fields)
    headers = {
        "x-twilio-signature": signature,
        "content-type": "application/x-www-form-urlencoded",
        "host": "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
    }
    answer = await stack.client.post(url_of(stack), content=urlencode(fields), headers=headers)
    assert answer.status_code == 401


async def test_the_token_of_another_account_opens_nothing(stack: RunningStack, customer: str) -> None:
    fields = received(customer, "hello")
    assert (await post(stack, url_of(stack), fields, token_of(stack, CP))).status_code == 401
    theirs = received(customer, "hello", CP_NUMBER)
    assert (await post(stack, url_of(stack, tenant_id=CP), theirs, token_of(stack))).status_code == 401
    assert await stack.messages_of(BSS, customer) == await stack.messages_of(CP, customer) == []


async def test_a_tenants_own_account_is_verified_with_its_own_token(stack: RunningStack, customer: str) -> None:
    fields = received(customer, "hello", CP_NUMBER)
    assert (await post(stack, url_of(stack, tenant_id=CP), fields, token_of(stack, CP))).status_code == 200
    assert len(await stack.messages_of(CP, customer)) == 1


async def test_an_unknown_channel_and_a_bad_signature_get_the_same_bytes(stack: RunningStack, customer: str) -> None:
    fields = received(customer, "hello")
    unknown = await post(stack, stack.function("twilio-sms", "no-such-channel"), fields, token_of(stack))
    wrong = await post(stack, url_of(stack), fields, "wrong")
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content) == (401, wrong.content)


@pytest.mark.parametrize("function", ["telnyx-sms", "twilio-sms"])
async def test_a_channel_of_one_provider_is_no_channel_of_the_other(
    stack: RunningStack, customer: str, function: str
) -> None:
    other = {"telnyx-sms": "twilio-sms", "twilio-sms": "telnyx-sms"}[function]
    url = stack.function(function, stack.tenant(BSS)["channels"][other])
    assert (await post(stack, url, received(customer, "hello"), token_of(stack))).status_code == 401
    signed = await stack.post_signed(url, urlencode(received(customer, "x")).encode(), seed=stack.seed_of(BSS))
    assert signed.status_code == 401


async def test_a_form_for_an_address_of_another_channel_is_refused(stack: RunningStack, customer: str) -> None:
    for address in (CP_NUMBER, "+12815550180", "+12815550199"):
        answer = await post(stack, url_of(stack), received(customer, "hello", address), token_of(stack))
        assert answer.status_code == 403
    assert await stack.messages_of(CP, customer) == []


async def test_the_platform_wide_url_takes_the_platforms_channels_only(stack: RunningStack, customer: str) -> None:
    """A number of a tenant with an account of its own, one at the other provider, and nobody's: taken, not stored."""
    url = stack.function("twilio-sms")
    assert (await post(stack, url, received(customer, "hello"), token_of(stack))).status_code == 200
    assert len(await stack.messages_of(BSS, customer)) == 1
    for address in (CP_NUMBER, "+12815550180", "+12815550199"):
        answer = await post(stack, url, received(customer, "hello", address), token_of(stack))
        assert answer.status_code == 200
    assert await stack.messages_of(CP, customer) == []
    assert len(await stack.messages_of(BSS, customer)) == 1


async def test_the_platform_wide_url_is_closed_for_a_tenants_token(stack: RunningStack, customer: str) -> None:
    url = stack.function("twilio-sms")
    assert (await post(stack, url, received(customer, "hello", CP_NUMBER), token_of(stack, CP))).status_code == 401


async def test_a_sender_that_is_no_number_and_another_channel_are_taken_and_store_nothing(
    stack: RunningStack, customer: str
) -> None:
    for sender, ours in (("72345", NUMBER), (f"whatsapp:{customer}", f"whatsapp:{NUMBER}")):
        answer = await post(stack, url_of(stack), received(sender, "hello", ours), token_of(stack))
        assert answer.status_code == 200
    assert await stack.messages_of(BSS, customer) == await stack.messages_of(BSS, "72345") == []


async def test_a_recipient_that_is_not_e164_is_a_400(stack: RunningStack, customer: str) -> None:
    answer = await post(stack, url_of(stack), received(customer, "hello", "281-555-0182"), token_of(stack))
    assert answer.status_code == 400


async def test_an_error_never_shows_what_the_customer_wrote(stack: RunningStack, customer: str) -> None:
    fields = received(customer, "my secret words", MessageSid="", SmsSid="", SmsMessageSid="")
    answer = await post(stack, url_of(stack), fields, token_of(stack))
    assert answer.status_code == 400
    assert "secret words" not in answer.text


class Account:
    """A tenant's own account at Twilio, which its owner enters anew."""

    def __init__(self, stack: RunningStack, cipher: FieldCipher) -> None:
        self._stack, self._cipher = stack, cipher

    async def enter(self, token: str) -> None:
        plain = json.dumps({"account_sid": "AC9", "auth_token": token})
        await self.store(self._cipher.encrypt(plain, binding(CP, TWILIO)))

    async def store(self, ciphertext: str) -> None:
        info = self._stack.info
        documents = f"http://{info['firestore']}/v1/projects/{info['project']}/databases/(default)/documents"
        answer = await self._stack.client.patch(
            f"{documents}/tenants/{CP}/secrets/{TWILIO}?updateMask.fieldPaths=ciphertext",
            json={"fields": {"ciphertext": {"stringValue": ciphertext}}},
            headers={"authorization": "Bearer owner"},
        )
        answer.raise_for_status()

    async def answered(self, token: str, status: int) -> httpx.Response:
        """Waits until a text that `token` signs is answered like that."""

        async def answer() -> httpx.Response | None:
            fields = received(self._stack.new_customer(), "hello", CP_NUMBER)
            given = await post(self._stack, url_of(self._stack, tenant_id=CP), fields, token)
            return given if given.status_code == status else None

        found: httpx.Response = await eventually(answer, f"{status} for {token}", WITHIN)
        return found


@pytest.fixture
async def account(stack: RunningStack) -> AsyncIterator[Account]:
    key = (await secrets_of(stack.info, "FIELD_ENCRYPTION_KEY"))["FIELD_ENCRYPTION_KEY"]
    account = Account(stack, FieldCipher(Masters.parse(Hidden(key))))
    secrets = await stack.documents(f"tenants/{CP}/secrets")
    before = next(secret["ciphertext"] for secret in secrets if secret["id"] == TWILIO)
    yield account
    await account.store(before)
    await account.answered(token_of(stack, CP), 200)


async def test_a_token_that_was_changed_at_twilio_opens_long_before_the_old_one_is_forgotten(
    stack: RunningStack, account: Account
) -> None:
    await account.answered(token_of(stack, CP), 200)  # it is held from now on
    await account.enter("rotated")
    await account.answered("rotated", 200)
    assert (await account.answered(token_of(stack, CP), 401)).json()["error"] == "unauthenticated"


async def test_an_account_that_cannot_be_opened_is_asked_for_again_and_is_nobodys_business(account: Account) -> None:
    await account.store("v1.k1.damaged")
    damaged = await account.answered("whatever", 503)
    assert damaged.json()["error"] == "unavailable"
    assert "secret" not in damaged.text
    await account.enter("entered again")
    await account.answered("entered again", 200)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("function", ["twilio-sms", "twilio-sms-status"])
async def test_it_answers_post_only(stack: RunningStack, method: str, function: str) -> None:
    answer = await stack.client.request(method, url_of(stack, function))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
