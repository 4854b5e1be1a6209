"""A customer texts a business's number at Twilio, and a business whose first number is refused keeps speaking."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.stack import RunningStack
from tests.twilio_forms import BSS, NUMBER, answers, phone, post, received, sends, text, token_of, url_of

QUESTION = "How warm is the water?"
TELNYX_NUMBER = "+12815550180"
CP, CP_NUMBER = "cp-marketing", "+12815550162"
UNREGISTERED = {"errors": [{"code": "40010", "title": "Not 10DLC registered", "detail": "Not registered"}]}


TRIES = 20  # of a webhook whose database is busy


async def refuse(stack: RunningStack, customer: str, times: int, **fault: Any) -> None:
    """Telnyx refuses the next `times` sends to this customer."""
    await stack.fault("telnyx", path="/v2/messages", times=times, contains=[customer], **fault)


async def fail(stack: RunningStack, customer: str, **fault: Any) -> None:
    """So does Twilio the next one, or loses its answer."""
    await stack.fault("twilio", path="/2010-04-01/", times=1, contains=[customer.removeprefix("+")], **fault)


async def test_a_text_to_the_twilio_number_is_answered_through_twilio_and_delivered(
    stack: RunningStack, customer: str
) -> None:
    taken = await text(stack, customer, QUESTION)
    assert taken["status"] == 200
    (answer,) = await answers(stack, customer)
    assert (answer["from"], answer["status"]) == (NUMBER, "delivered")
    assert "90" in answer["text"]
    reply = await stack.reply_that_is("delivered", BSS, customer)
    assert (reply["provider"], reply["sender"]) == ("twilio", NUMBER)
    assert reply["channel_id"] == stack.tenant(BSS)["channels"]["twilio-sms"]
    (call,) = await sends(stack, customer)
    expected = f"{url_of(stack, 'twilio-sms-status')}?ref={reply['id']}.0.0#rc=5&rp=all"
    assert call["StatusCallback"] == expected
    assert await stack.phone(customer) == []


async def test_a_tenants_own_account_signs_with_a_shared_key_and_sends_with_its_token(
    stack: RunningStack, customer: str
) -> None:
    assert (await text(stack, customer, "Do you make websites?", CP_NUMBER))["status"] == 200
    (answer,) = await answers(stack, customer)
    assert answer["from"] == CP_NUMBER
    await stack.reply_that_is("delivered", CP, customer)


async def test_a_business_whose_first_line_is_at_twilio_answers_from_it_and_falls_back_on_telnyx(
    stack: RunningStack, customer: str
) -> None:
    (lines,) = [config for config in await stack.documents(f"tenants/{CP}/config") if config["id"] == "sms"]
    assert (lines["provider"], lines["number"], lines["failover"]["provider"]) == ("twilio", CP_NUMBER, "telnyx")
    await text(stack, customer, "Do you make websites?", CP_NUMBER)
    await answers(stack, customer)
    reply = await stack.reply_that_is("delivered", CP, customer)
    assert (reply["provider"], reply["sender"], reply.get("via")) == ("twilio", CP_NUMBER, None)
    assert await stack.phone(customer) == []

    await fail(stack, customer, status=400, body={"code": 21606, "message": "Not yours", "status": 400})
    await text(stack, customer, "And logos?", CP_NUMBER)
    (other,) = await stack.answers(customer)
    assert other["from"] == lines["failover"]["number"]
    reply = next(m for m in await stack.messages_of(CP, customer) if m.get("via"))
    assert (reply["provider"], reply["via"], reply["attempt"]) == ("twilio", "failover", 1)
    assert len(await phone(stack, customer)) == 1


async def test_a_first_line_at_twilio_leaves_who_wrote_to_telnyx_their_number(
    stack: RunningStack, customer: str
) -> None:
    await stack.text(customer, CP, "Do you make websites?")
    (answer,) = await stack.answers(customer)
    assert answer["from"] == stack.tenant(CP)["sms"][0]
    assert await phone(stack, customer) == []


async def test_a_text_delivered_twenty_times_at_once_is_one_message_and_one_answer(
    stack: RunningStack, customer: str
) -> None:
    fields = received(customer, QUESTION)

    async def until_it_is_taken() -> int:
        """A busy database says 503: Twilio would deliver it again as well."""
        for _ in range(TRIES):
            status = (await post(stack, url_of(stack), fields, token_of(stack))).status_code
            if status != 503:
                break
            await asyncio.sleep(0.2)
        return status

    assert set(await asyncio.gather(*(until_it_is_taken() for _ in range(20)))) == {200}
    await answers(stack, customer)
    await stack.idle()
    assert len(await stack.messages_of(BSS, customer)) == 2
    assert len(await phone(stack, customer)) == 1


async def test_an_answer_goes_out_through_the_number_that_was_written_to_last(
    stack: RunningStack, customer: str
) -> None:
    await stack.text(customer, BSS, QUESTION)
    await stack.answers(customer)
    await text(stack, customer, "And your opening hours?")
    await answers(stack, customer)
    first, second = [m for m in await stack.messages_of(BSS, customer) if m["direction"] == "out"]
    assert (first["sender"], second["sender"], second["prev"]) == (TELNYX_NUMBER, NUMBER, first["id"])


async def test_a_number_that_cannot_be_texted_shows_failed_with_its_sentence(
    stack: RunningStack, customer: str
) -> None:
    body = {"code": 21211, "message": "Invalid 'To' Phone Number", "more_info": "", "status": 400}
    await fail(stack, customer, status=400, body=body)
    await text(stack, customer, QUESTION)
    reply = await stack.reply_that_is("failed", BSS, customer)
    assert reply["error"]["code"] == "21211"
    assert "not a phone number" in reply["error"]["sentence"]
    await stack.idle()
    assert len(await sends(stack, customer)) == 1


async def test_a_silent_twilio_is_called_once_and_its_report_still_counts(stack: RunningStack, customer: str) -> None:
    await fail(stack, customer, phase="after", drop=True)
    await text(stack, customer, QUESTION)
    reply = await stack.reply_that_is("delivered", BSS, customer)
    assert reply["attempt"] == 0
    assert len(await sends(stack, customer)) == 1


async def test_a_number_that_telnyx_refuses_for_good_fails_over_to_the_one_at_twilio(
    stack: RunningStack, customer: str
) -> None:
    await refuse(stack, customer, 1, status=403, body=UNREGISTERED)
    await stack.text(customer, BSS, QUESTION)
    (answer,) = await answers(stack, customer)
    assert answer["from"] == NUMBER
    reply = await stack.reply_that_is("delivered", BSS, customer)
    assert (reply["provider"], reply["sender"], reply["via"], reply["attempt"]) == (
        "telnyx",
        TELNYX_NUMBER,
        "failover",
        1,
    )
    assert reply["error"] is None
    (call,) = await sends(stack, customer)
    assert dict(parse_qsl(urlsplit(call["StatusCallback"]).query))["ref"] == f"{reply['id']}.1.0"
    assert await stack.phone(customer) == []
    await stack.idle()
    assert not [p for p in await stack.documents(f"tenants/{BSS}/pending") if p["subject"] == reply["id"]]


async def test_three_times_not_now_is_enough_for_the_other_number(stack: RunningStack, customer: str) -> None:
    await refuse(stack, customer, 3, status=429)
    await stack.text(customer, BSS, QUESTION)
    await answers(stack, customer)
    reply = await stack.reply_that_is("delivered", BSS, customer)
    assert (reply["via"], reply["attempt"]) == ("failover", 3)


async def test_a_refusal_that_concerns_the_customer_does_not_fail_over(stack: RunningStack) -> None:
    for code in ("40310", "40300"):
        someone = stack.new_customer()
        body = {"errors": [{"code": code, "title": "Blocked due to STOP message"}]}
        await refuse(stack, someone, 1, status=400, body=body)
        await stack.text(someone, BSS, QUESTION)
        reply = await stack.reply_that_is("failed", BSS, someone)
        assert (reply.get("via"), reply["attempt"], reply["error"]["code"]) == (None, 0, code)
        assert await phone(stack, someone) == []


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}])
async def test_a_silence_never_fails_over(stack: RunningStack, customer: str, fault: dict[str, Any]) -> None:
    await refuse(stack, customer, 1, **fault)
    await stack.text(customer, BSS, QUESTION)
    reply = await stack.reply_that_is("uncertain", BSS, customer)
    assert (reply.get("via"), reply["attempt"]) == (None, 0)
    assert await phone(stack, customer) == []
    assert await sends(stack, customer) == []
